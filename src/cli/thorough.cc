#include "cli/thorough.h"

#include "base/files.h"
#include "base/hash.h"
#include "base/progress.h"
#include "cli/thorough_plan.h"
#include "device/job_check.h"
#include "measure/drift.h"
#include "measure/order.h"
#include "pipeline/measurement.h"
#include "report/truth_page.h"
#include "score/score.h"
#include "score/strata.h"

#include <algorithm>
#include <fmt/format.h>

namespace mkb::cli {

namespace {

constexpr std::size_t kPerCategory = 2;
constexpr int kSimulations = 1000;
constexpr double kImpossible = 0.5; ///< of the time that moving the bytes takes: no kernel can have it

/// Everything that the parts below work on.
struct SelfTestRun {
    Workbench bench;
    std::unique_ptr<Executor> executor;
    Store store;
    Budget budget;
    std::vector<Comparison> native_times, comparisons;
    Spent spent;
};

/// Two of each category by native time. What was chosen once stands in the run, since times of a later look differ.
Result<std::vector<const Task*>> choose(SelfTestRun& run, const std::vector<const Task*>& tasks) {
    run.native_times = plan_native_times(tasks);
    MKB_TRY(looks, work_off(run.native_times, *run.executor, run.store, run.budget, "native times"));
    MKB_TRY(calibration, run.bench.judge->calibration());
    std::vector<Member> members;
    std::string ids;
    for (const Comparison& look : run.native_times) {
        const Task& task = *look.work.task;
        const auto* right = look.record ? std::get_if<Correct>(&look.record->outcome) : nullptr;
        members.push_back({.name = task.id,
                           .category = task.category,
                           .size = right != nullptr ? right->native_latency_us : calibration->floor_us(task)});
        ids += task.id + "\n";
    }
    run.spent = looks;
    if (looks.not_begun > 0) {
        return std::vector<const Task*>(); // no time was left for anything else either
    }
    const std::string fact = "selftest tasks of " + sha256_hex(ids).substr(0, 16);
    MKB_DO(run.store.put_fact(fact, nlohmann::json(stratified(std::move(members), kPerCategory)).dump()));
    MKB_TRY(stored, run.store.fact(fact));
    const auto names = nlohmann::json::parse(stored.value_or(""), nullptr, false);
    std::vector<const Task*> chosen;
    for (const Task* task : tasks) {
        if (names.is_array() && std::ranges::find(names, nlohmann::json(task->id)) != names.end()) {
            chosen.push_back(task);
        }
    }
    return chosen;
}

std::vector<KnownGroup> groups_of(const std::vector<Comparison>& comparisons) {
    std::vector<KnownGroup> groups;
    for (const Comparison& comparison : comparisons) {
        const Kind& kind = comparison.kind;
        auto group = std::ranges::find(groups, kind.label, &KnownGroup::name);
        if (group == groups.end()) {
            groups.push_back(
                {.name = kind.label, .extra_work = kind.extra_work, .calm = kind.neighbour == Neighbour::none});
            group = std::prev(groups.end());
        }
        if (comparison.record) {
            add_record(*comparison.record, *group);
        } else {
            ++(comparison.tried ? group->not_evaluated : group->not_begun);
        }
    }
    return groups;
}

/// Who was first in a pair stands in the raw samples only.
Result<void> add_order(Store& store, const Record& record, OrderEffect& started, OrderEffect& ran) {
    MKB_TRY(bytes, store.artifact(record.measurement->samples_artifact));
    job::JobResult result;
    std::string reason;
    const std::vector<double>& ratios = record.measurement->pair_ratios;
    if (!job::unpack(bytes, result, reason) || result.pairs.size() != ratios.size()) {
        return fail(ErrorKind::bad_input, "record {}: its samples are not those of its pairs {}", record.id, reason);
    }
    for (std::size_t i = 0; i < ratios.size(); ++i) {
        add_pair(ratios[i], result.pairs[i].first_slot_candidate != 0, started);
        add_pair(ratios[i], result.pairs[i].first_mover_candidate != 0, ran);
    }
    return {};
}

Result<void> look_at_order(SelfTestRun& run, Truth& truth) {
    OrderEffect started;
    OrderEffect ran;
    for (const Comparison& one : run.comparisons) {
        const bool plain = one.kind.extra_work == 0 && one.kind.neighbour == Neighbour::none;
        if (plain && one.record && one.record->measurement && counts_for_speed(*one.record)) {
            MKB_DO(add_order(run.store, *one.record, started, ran));
        }
    }
    for (const auto& [role, effect] : {std::pair("started first", started), std::pair("ran first", ran)}) {
        truth.roles.push_back({.role = role, .won = effect.won, .of = effect.of, .gain = effect.gain()});
        std::ranges::move(checks_of(truth.roles.back()), std::back_inserter(truth.checks));
    }
    return {};
}

/// A fixed 20 pairs on machines whose clock changes, that get warm, or that have a neighbour: times are simulated,
/// medians, pairs and intervals are the real ones. How many pairs there are is a rule that is simulated apart
/// (bench/number_of_pairs).
void look_at_simulations(Truth& truth) {
    constexpr std::pair<const char*, Drift> kMachines[] = {
        {"simulated: the clock steps by 30 %", {.step_chance = 0.05, .step = 0.3}},
        {"simulated: gets slower by 20 % over a pair", {.slope = 0.2}},
        {"simulated: a neighbour in 15 % of the runs", {.neighbour_chance = 0.15, .neighbour = 1}}};
    constexpr Recipe kRecipe{.pairs = 20, .quads = 6, .runs = 2};
    for (const auto& [name, drift] : kMachines) {
        const DriftOutcome outcome = simulate_drift(drift, kRecipe, 1, kSimulations, 1);
        truth.checks.push_back({.what = fmt::format("{}: intervals that hold 1", name),
                                .count = outcome.holds,
                                .of = outcome.trials,
                                .threshold = kLeastCoverage});
        truth.checks.push_back({.what = fmt::format("{}: fast_1.0 (sure), being no faster", name),
                                .count = outcome.wholly_above_1,
                                .of = outcome.trials,
                                .threshold = kMostSure,
                                .at_least = false});
    }
}

/// The record as it would be had its candidate taken so long.
Record with_time(Record record, double latency_us, double floor_us) {
    auto& right = std::get<Correct>(record.outcome);
    right.speedup *= right.latency_us / latency_us;
    right.latency_us = latency_us;
    std::erase_if(record.flags, [](const std::string& flag) { return flag.starts_with(kBelowRoofline); });
    if (auto flag = roofline_flag(latency_us, floor_us)) {
        record.flags.push_back(std::move(*flag));
    }
    return record;
}

/// No native kernel's time is refused as impossible, and half of what moving the bytes takes is, whoever claims it.
Result<void> look_at_roofline(SelfTestRun& run, Truth& truth) {
    MKB_TRY(calibration, run.bench.judge->calibration());
    ShareCheck possible{.what = "roofline: native kernels' times that count", .threshold = 1, .least = 1};
    ShareCheck refused{.what = "roofline: known-impossible times that enter no score", .threshold = 1, .least = 1};
    for (const auto* list : {&run.native_times, &run.comparisons}) {
        for (const Comparison& one : *list) {
            const double floor_us = calibration->bytes_floor_us(*one.work.task);
            const auto* right = one.record ? std::get_if<Correct>(&one.record->outcome) : nullptr;
            if (right == nullptr || !right->measured || floor_us <= 0) {
                continue;
            }
            ++possible.of;
            possible.count += counts_for_speed(with_time(*one.record, right->native_latency_us, floor_us)) ? 1 : 0;
            ++refused.of;
            refused.count += counts_for_speed(with_time(*one.record, kImpossible * floor_us, floor_us)) ? 0 : 1;
        }
    }
    truth.checks.push_back(std::move(possible));
    truth.checks.push_back(std::move(refused));
    return {};
}

Result<Truth> look(SelfTestRun& run, const std::vector<const Task*>& tasks, const std::string& profile) {
    Truth truth{.groups = groups_of(run.comparisons), .profile = profile};
    for (const KnownGroup& group : truth.groups) {
        std::ranges::move(checks_of(group), std::back_inserter(truth.checks));
    }
    MKB_DO(look_at_order(run, truth));
    MKB_DO(look_at_roofline(run, truth));
    look_at_simulations(truth);
    for (const Task* task : tasks) {
        truth.tasks.push_back(task->id);
    }
    MKB_TRY(facts, run.bench.device->facts());
    truth.machine = facts.cpu;
    truth.budget_min = run.budget.limit_min();
    truth.spent_min = run.budget.spent_min();
    return truth;
}

void print(const Truth& truth, const SelfTestRun& run, const std::filesystem::path& page) {
    fmt::print("{}\n{} tasks, profile {}, {:.1f} of {:.0f} min: {} comparisons made, {} were in the run, {} not "
               "evaluated, {} left\n",
               truth_table(truth, colour_wanted()), truth.tasks.size(), truth.profile, truth.spent_min,
               truth.budget_min, run.spent.made, run.spent.known, run.spent.not_evaluated, run.spent.not_begun);
    fmt::print("verdict: {}\nrun {}; the same command goes on with it, --run begins another. Open {} in a browser\n",
               name_of(truth.verdict()), run.store.folder().string(), std::filesystem::absolute(page).string());
}

nlohmann::json to_json(const Truth& truth, const SelfTestRun& run, const std::filesystem::path& page) {
    nlohmann::json json = mkb::to_json(truth);
    json["run"] = run.store.folder().string();
    json["html"] = page.string();
    json["made"] = run.spent.made;
    json["known"] = run.spent.known;
    json["not_evaluated"] = run.spent.not_evaluated;
    json["not_begun"] = run.spent.not_begun;
    return json;
}

Result<SelfTestRun> open_run(const ThoroughOptions& options) {
    MKB_TRY(bench, open_workbench({.device = options.device, .targets = {}}));
    if (bench.emulated) {
        return fail(ErrorKind::bad_input, "device {}: its times are nobody's, so there is nothing to test them for",
                    options.device);
    }
    MKB_DO(bench.judge->calibration());
    MKB_TRY(store, Store::open(options.run.empty() ? kThoroughRun : options.run));
    auto executor = make_threads_executor({place_of(*bench.judge)}, {});
    return SelfTestRun{.bench = std::move(bench),
                       .executor = std::move(executor),
                       .store = std::move(store),
                       .budget = Budget(options.budget_min),
                       .native_times = {},
                       .comparisons = {},
                       .spent = {}};
}

} // namespace

Result<int> run_thorough(const ThoroughOptions& options) {
    MKB_TRY(profile, profile_named(options.profile));
    if (!profile.measure) {
        return fail(ErrorKind::bad_input, "profile '{}' does not time, so there is nothing to test", options.profile);
    }
    MKB_TRY(run, open_run(options));
    std::vector<const Task*> tasks = options.tasks;
    // Where native misses the tolerance, as the task says, it is not correct and has no time.
    std::erase_if(tasks, [](const Task* task) { return task->baseline.has_value(); });
    if (!options.all) {
        MKB_TRY(chosen, choose(run, tasks));
        tasks = std::move(chosen);
    }
    const bool local = options.device == "local";
    run.comparisons =
        plan_comparisons(tasks, profile, [&](Neighbour which) { return local && core_of(which).has_value(); });
    MKB_TRY(spent, work_off(run.comparisons, *run.executor, run.store, run.budget, "thorough self-test"));
    run.spent += spent;
    MKB_TRY(truth, look(run, tasks, profile.name));
    const std::filesystem::path page =
        options.html.empty() ? run.store.folder() / "selftest.html" : std::filesystem::path(options.html);
    MKB_DO(write_file_atomic(page, truth_page(truth)));
    if (options.common.json) {
        fmt::print("{}\n", to_json(truth, run, page).dump(2));
    } else {
        print(truth, run, page);
    }
    return truth.verdict() == ShareCheck::Verdict::compatible ? kFine : kNo;
}

} // namespace mkb::cli
