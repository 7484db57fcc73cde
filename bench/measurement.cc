// Which recipe of measuring tells the truth? Native against native on every task, so the true ratio is 1, by four
// recipes:
//   one pair, bootstrap over its quadruples; several pairs, bootstrap of the median; several pairs with exact order
//   statistics; the same with everything pinned to one core (what `mkb` does).
// Prints how often the interval holds 1, how wide it is, how far the middle is off, and the hand-over's remainder.
// Usage: measurement [repeats, default 2] [pairs, default 20] [part of a task's id …, default: all tasks]
#include "base/files.h"
#include "base/progress.h"
#include "measure/samples.h"
#include "measure/statistics.h"
#include "pipeline/device_run.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <random>

namespace {

using namespace mkb;

struct Interval {
    double middle = 1, low = 1, high = 1;
};

struct Tally {
    std::string recipe;
    int held = 0, all = 0;
    std::vector<double> width, off;
    void add(const Interval& interval) {
        held += interval.low <= 1 && 1 <= interval.high ? 1 : 0;
        ++all;
        width.push_back(interval.high - interval.low);
        off.push_back(std::abs(interval.middle - 1));
    }
};

constexpr int kResamples = 2000;

/// Percentile bootstrap of the median, 95 %.
Interval bootstrap(const std::vector<double>& values, std::mt19937_64& random) {
    std::vector<double> medians;
    std::uniform_int_distribution<std::size_t> pick(0, values.size() - 1);
    for (int i = 0; i < kResamples; ++i) {
        std::vector<double> sample(values.size());
        std::ranges::generate(sample, [&] { return values[pick(random)]; });
        medians.push_back(median(std::move(sample)));
    }
    std::ranges::sort(medians);
    return {median(values), medians[kResamples / 40], medians[kResamples - 1 - kResamples / 40]};
}

std::vector<double> quad_ratios(const job::Pair& pair, int quads) {
    std::vector<double> ratios;
    const std::size_t each = pair.native_ns.size() / static_cast<std::size_t>(quads);
    for (std::size_t begin = 0; begin + each <= pair.native_ns.size(); begin += each) {
        const auto part = [&](const std::vector<std::uint32_t>& times) {
            const auto first = times.begin() + static_cast<std::ptrdiff_t>(begin);
            return std::vector<std::uint32_t>(first, first + static_cast<std::ptrdiff_t>(each));
        };
        ratios.push_back(pair_ratio(part(pair.native_ns), part(pair.candidate_ns), 1));
    }
    return ratios;
}

struct Bench {
    std::unique_ptr<Framework> framework = make_mnn();
    std::unique_ptr<Device> device = make_local_device();
    int pairs = 20;
    std::mt19937_64 random{1};
    Tally tallies[4] = {{.recipe = "one pair, bootstrap over quadruples"},
                        {.recipe = "pairs, fixed slots, bootstrap of the median"},
                        {.recipe = "pairs, slots at random, order statistics"},
                        {.recipe = "the same, pinned to one core"}};
    std::vector<double> remainder_difference;

    Result<std::vector<job::Pair>> run(const Task& task, bool pin, bool random_slots) {
        MKB_TRY(job, job_for(*framework, *device, task, secret_seed()));
        job.mode = "measure";
        job.measure = {
            .pairs = pairs, .blocks = {.quads = 10, .runs = 2}, .samples = 0, .pin = pin, .random_slots = random_slots};
        MKB_TRY(models, load_models(task, std::nullopt));
        JobFiles files;
        files.contents.emplace_back("model.mnn", std::move(models.mnn));
        MKB_TRY(reply, run_job(*framework, *device, job, files));
        if (!reply.result.native.kind.empty() || reply.result.pairs.empty()) {
            return fail(ErrorKind::transient, "{}: {}", task.id, reply.result.native.detail);
        }
        return std::move(reply.result.pairs);
    }

    Result<void> measure(const Task& task) {
        constexpr int kQuads = 10;
        const auto ratios = [&](const std::vector<job::Pair>& list) {
            std::vector<double> values;
            std::ranges::transform(list, std::back_inserter(values), [](const job::Pair& pair) {
                return pair_ratio(pair.native_ns, pair.candidate_ns, kQuads);
            });
            return values;
        };
        const auto exact = [](const std::vector<double>& values) {
            const Speedup speedup = paired_speedup(values);
            return Interval{speedup.median, speedup.low, speedup.high};
        };
        MKB_TRY(fixed, run(task, false, false));
        tallies[0].add(bootstrap(quad_ratios(fixed.front(), kQuads), random));
        tallies[1].add(bootstrap(ratios(fixed), random));
        MKB_TRY(drawn, run(task, false, true));
        tallies[2].add(exact(ratios(drawn)));
        MKB_TRY(pinned, run(task, true, true));
        tallies[3].add(exact(ratios(pinned)));
        const ClockCheck clocks = check_clocks(pinned);
        remainder_difference.push_back(std::abs(clocks.candidate_remainder_us - clocks.native_remainder_us));
        return {};
    }
};

Result<void> run_bench(int repeats, int pairs, const std::vector<std::string>& parts) {
    MKB_TRY(home, home_dir());
    MKB_TRY(tasks, load_tasks(home / "tasks"));
    std::erase_if(tasks, [&](const Task& task) {
        return !parts.empty() && std::ranges::none_of(parts, [&](const auto& part) { return task.id.contains(part); });
    });
    if (tasks.empty()) {
        return fail(ErrorKind::bad_input, "no task holds '{}' in its id", fmt::join(parts, "' or '"));
    }
    Bench bench;
    bench.pairs = pairs;
    MKB_DO(bench.framework->prepare());
    {
        Progress progress("native against native", tasks.size() * static_cast<std::size_t>(repeats));
        std::uint64_t done = 0;
        for (int repeat = 0; repeat < repeats; ++repeat) {
            for (const Task& task : tasks) {
                progress.advance_to(done++, task.id);
                MKB_DO(bench.measure(task));
            }
        }
    }
    fmt::print("{:<46} {:>12} {:>14} {:>14}\n", "recipe (true ratio 1)", "hold 1", "width, median", "off, median");
    for (const Tally& tally : bench.tallies) {
        fmt::print("{:<46} {:>5} of {:>3} {:>12.2f} % {:>12.2f} %\n", tally.recipe, tally.held, tally.all,
                   100 * median(tally.width), 100 * median(tally.off));
    }
    fmt::print("hand-over: witness minus claim differs between the two children by {:.2f} us (median), {:.2f} us "
               "(largest); a lie of {} us + {:.0f} % of the time + {:.0f} % of native's remainder is caught\n",
               median(bench.remainder_difference), std::ranges::max(bench.remainder_difference), kLieFloorUs,
               100 * kLieShare, 100 * kRemainderShare);
    return {};
}

} // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> parts(argv + std::min(argc, 3), argv + argc);
    const auto done = run_bench(argc > 1 ? std::atoi(argv[1]) : 2, argc > 2 ? std::atoi(argv[2]) : 20, parts);
    if (!done) {
        fmt::print(stderr, "measurement: {}\n", done.error().message);
        return 1;
    }
    return 0;
}
