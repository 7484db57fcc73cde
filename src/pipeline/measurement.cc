#include "pipeline/measurement.h"

#include "base/parallel.h"
#include "measure/samples.h"
#include "measure/statistics.h"
#include "pipeline/device_run.h"
#include "pipeline/readiness.h"
#include "pipeline/verification.h"
#include "verify/verify.h"

#include <algorithm>

namespace mkb {

namespace {

constexpr double kFloorMargin = 1.5; ///< a time below the floor in bytes by more than this is flagged
constexpr double kCreateShare = 20;  ///< creation more than this times native's, and above kCreateFloorUs, is flagged
constexpr double kCreateFloorUs = 20'000;
constexpr double kBusyCpuShare = 1.15; ///< processor time over wall time with one thread

Result<job::Job> measuring_job(Judge& judge, const Task& task, const std::optional<Built>& built, const Seed& seed,
                               const EvaluateOptions& options) {
    MKB_TRY(job, job_for(judge.framework(), judge.device(), task, seed));
    job.mode = "measure";
    name_candidate(built, job);
    job.trusted = options.trusted;
    job.core = options.core;
    job.measure.bounds = options.profile.blocks;
    job.measure.warm_up_runs = options.profile.warm_up_runs;
    job.measure.extra_work = options.extra_work;
    return job;
}

/// Pairs that are thrown away.
job::Job thrown_away(job::Job job) {
    job.measure.samples = 0;
    job.seed = secret_seed(); // never the contents of the real measurement
    return job;
}

constexpr int kFirstSamples = 20; ///< timed outputs, of the first pairs together

/// As many timed outputs, as far as they fit into what a device brings back.
int samples_for(const Task& task, int wanted) {
    constexpr std::size_t kMostBytes = std::size_t{256} << 20;
    constexpr int kLeast = 8;
    std::size_t bytes = 1;
    for (const TensorSpec& output : task.outputs) {
        bytes += output.size_bytes();
    }
    return std::min(wanted, std::max(kLeast, static_cast<int>(kMostBytes / bytes)));
}

Result<std::optional<Wrong>> check_sample(Oracle& oracle, const Task& task, const Seed& seed,
                                          const job::Returned& sample, const JobReply& reply) {
    MKB_TRY(reference, oracle.run(make_inputs(task, sample.regime, seed, Phase::timed, sample.iteration)));
    return compare_outputs(task, task.regimes[sample.regime].name, outputs_of(sample, reply.outputs), reference);
}

} // namespace

Result<std::optional<Outcome>> check_samples(Judge& judge, const Task& task, const Seed& seed, const JobReply& reply) {
    MKB_TRY(oracle, judge.oracle(task));
    const std::vector<job::Returned>& samples = reply.result.returned;
    std::vector<Result<std::optional<Wrong>>> found(samples.size());
    in_parallel(samples.size(),
                [&](std::size_t i) { found[i] = check_sample(*oracle, task, seed, samples[i], reply); });
    for (std::size_t i = 0; i < samples.size(); ++i) {
        MKB_TRY(wrong, std::move(found[i]));
        if (wrong) {
            return Outcome(
                Cheated{.rule = "timed_output",
                        .evidence = fmt::format("right in verification, wrong while timed (pair {}, iteration {}): {}",
                                                samples[i].pair, samples[i].iteration, wrong->report)});
        }
    }
    return std::optional<Outcome>();
}

namespace {

MeasurementFacts facts_of(const job::JobResult& result) {
    MeasurementFacts facts;
    std::vector<double> create;
    std::vector<double> native_create;
    for (const job::Pair& pair : result.pairs) {
        facts.pair_ratios.push_back(pair_ratio(pair.native_ns, pair.candidate_ns, result.blocks.quads));
        facts.pair_ratios_witness.push_back(
            pair_ratio(pair.native_witness_ns, pair.candidate_witness_ns, result.blocks.quads));
        facts.native_us.push_back(median_us(pair.native_ns));
        facts.candidate_us.push_back(median_us(pair.candidate_ns));
        facts.iterations_per_side += static_cast<int>(pair.candidate_ns.size());
        create.push_back(pair.candidate_create_us);
        native_create.push_back(pair.native_create_us);
    }
    facts.resize_us = median(std::move(create));
    facts.native_resize_us = median(std::move(native_create));
    facts.core = result.core;
    return facts;
}

void add_flags(const Task& task, const Calibration& calibration, const job::JobResult& result,
               MeasurementResult& measured) {
    if (auto flag = roofline_flag(measured.correct.latency_us, calibration.bytes_floor_us(task))) {
        measured.flags.push_back(std::move(*flag));
    }
    if (measured.facts.resize_us > kCreateFloorUs &&
        measured.facts.resize_us > kCreateShare * measured.facts.native_resize_us) {
        measured.flags.push_back(fmt::format("creation takes {:.0f} ms, native's {:.1f} ms",
                                             measured.facts.resize_us / 1000, measured.facts.native_resize_us / 1000));
    }
    std::vector<double> shares;
    std::ranges::transform(result.pairs, std::back_inserter(shares),
                           [](const job::Pair& pair) { return pair.candidate_cpu_share; });
    if (task.threads == 1 && median(std::move(shares)) > kBusyCpuShare) {
        measured.flags.emplace_back("uses more processor time than wall time with one thread");
    }
}

void note_readiness(const Readiness& ready, double others_busy_share, MeasurementResult& measured) {
    measured.facts.idle_share_before = 1 - ready.reading.busy_share;
    measured.facts.quiet = ready.quiet();
    measured.facts.temperature_c = ready.reading.temperature_c;
    measured.facts.frequency_mhz = ready.reading.frequency_mhz;
    measured.facts.frequency_limit = ready.reading.frequency_limit;
    measured.facts.battery_percent = ready.reading.battery_percent;
    measured.facts.cooled_s = ready.cooled_s;
    measured.facts.others_busy_share = others_busy_share;
    if (auto flag = quiet_flag(ready.reading.busy_share, others_busy_share)) {
        measured.flags.push_back(std::move(*flag));
    }
    if (!ready.hot.empty()) {
        measured.flags.push_back(
            fmt::format("the device was hot before timing, after {:.0f} s of waiting: {}", ready.cooled_s, ready.hot));
    }
}

/// What timing made of the device, where it shows heat at all.
Result<QuietReading> read_after(Device& device, const QuietReading& before) {
    if (before.temperature_c == 0 && before.frequency_limit == 0) {
        return before;
    }
    return device.heat();
}

void note_heat(const QuietReading& before, const QuietReading& after, MeasurementResult& measured) {
    measured.facts.temperature_after_c = after.temperature_c;
    if (after.frequency_limit > 0 && after.frequency_limit < std::min(before.frequency_limit, kFullFrequency)) {
        measured.flags.push_back(
            fmt::format("slowed down by heat while timed: its cores may reach {:.0f} % of their frequency, {:.0f} % "
                        "before",
                        100 * after.frequency_limit, 100 * before.frequency_limit));
    }
}

Correct speedup_of(const Task& task, const Calibration& calibration, const MeasurementFacts& facts) {
    const Speedup speedup = paired_speedup(facts.pair_ratios);
    Correct correct;
    correct.speedup = speedup.median;
    correct.speedup_low = speedup.low;
    correct.speedup_high = speedup.high;
    correct.latency_us = median(facts.candidate_us);
    correct.native_latency_us = median(facts.native_us);
    const double floor_us = calibration.floor_us(task);
    correct.share_of_limit = floor_us / correct.latency_us;
    correct.native_share_of_limit = floor_us / correct.native_latency_us;
    return correct;
}

/// Pairs of native and candidate on the device, and how the sides ended.
struct PairsRun {
    std::optional<Outcome> fault; ///< nothing: `reply` holds as many pairs as were asked for
    JobReply reply;
};

/// Whose pairs they are.
struct PairsOf {
    Judge& judge;
    const Task& task;
    const std::optional<Built>& built;
    const JobFiles& files;
};

Result<PairsRun> run_pairs(const PairsOf& of, const job::Job& job) {
    PairsRun run;
    Device& device = of.judge.device();
    MKB_TRY(reply, run_job(of.judge.framework(), device, job, of.files));
    run.reply = std::move(reply);
    const job::JobResult& result = run.reply.result;
    if (!result.native.kind.empty()) {
        return fail(ErrorKind::transient, "device {}: the native kernel did not run: {}", device.name(),
                    result.native.detail);
    }
    if (!result.candidate.kind.empty()) {
        MKB_TRY(outcome, outcome_of(of.judge, of.task, of.built, job.seed, result.candidate, job.run_limit_s));
        run.fault = std::move(outcome);
    } else if (static_cast<int>(result.pairs.size()) != job.measure.pairs) {
        return fail(ErrorKind::transient, "device {}: {} of {} pairs came back", device.name(), result.pairs.size(),
                    job.measure.pairs);
    }
    return run;
}

/// What the next pairs brought, behind the ones before. A fault is the whole's.
void append(PairsRun more, PairsRun& all) {
    all.fault = std::move(more.fault);
    job::JobResult& to = all.reply.result;
    job::JobResult& from = more.reply.result;
    const double both_ms = to.wall_ms + from.wall_ms;
    to.others_busy_share = to.others_busy_share < 0 || from.others_busy_share < 0
                               ? -1
                               : (to.wall_ms * to.others_busy_share + from.wall_ms * from.others_busy_share) / both_ms;
    to.wall_ms = both_ms;
    std::ranges::move(from.pairs, std::back_inserter(to.pairs));
    for (job::Returned& returned : from.returned) {
        returned.offset += all.reply.outputs.size();
        to.returned.push_back(std::move(returned));
    }
    all.reply.outputs += more.reply.outputs;
    all.reply.wall_ms += more.reply.wall_ms;
}

struct TimedPairs {
    PairsRun run;
    Readiness ready;       ///< the device just before, or while the first pairs were timed
    double spoiled_ms = 0; ///< wall time of pairs that a neighbour spoiled
};

/// The job's pairs, on a device that is cool and does nothing else: what others did meanwhile is known
/// afterwards. Pairs that they spoiled are thrown away, once, and waited until the device is quiet.
Result<TimedPairs> time_first_pairs(const PairsOf& of, const job::Job& job) {
    Device& device = of.judge.device();
    TimedPairs timed;
    MKB_TRY(ready, wait_until_cool(device, of.judge.cooling()));
    MKB_TRY(first, run_pairs(of, job));
    double busy_share = first.reply.result.others_busy_share;
    if (busy_share < 0) {
        MKB_TRY(look, device.quiet());
        busy_share = look.busy_share;
    }
    ready.reading.busy_share = busy_share;
    timed.ready = std::move(ready);
    timed.run = std::move(first);
    if (timed.ready.quiet() || timed.run.fault) {
        return timed;
    }
    timed.spoiled_ms = timed.run.reply.wall_ms;
    MKB_TRY(quiet, wait_until_ready(device, of.judge.cooling()));
    job::Job anew = job;
    anew.measure.blocks = timed.run.reply.result.blocks;
    anew.measure.first_pair = job.measure.first_pair + job.measure.pairs;
    MKB_TRY(second, run_pairs(of, anew));
    quiet.cooled_s += timed.ready.cooled_s;
    timed.ready = std::move(quiet);
    timed.run = std::move(second);
    return timed;
}

/// The first pairs, and as many more as their scatter asks for.
Result<TimedPairs> time_pairs(const PairsOf& of, const Profile& profile, job::Job& job) {
    job.measure.pairs = std::min(profile.pairs, kFirstPairs);
    job.measure.samples = samples_for(of.task, kFirstSamples);
    MKB_TRY(timed, time_first_pairs(of, job));
    const int first_pairs = job.measure.pairs;
    job.measure.blocks = timed.run.reply.result.blocks;
    if (timed.run.fault || profile.most_pairs <= first_pairs) {
        return timed;
    }
    job.measure.pairs = pairs_for(profile, facts_of(timed.run.reply.result).pair_ratios);
    if (job.measure.pairs > first_pairs) {
        job::Job rest = job;
        rest.measure.first_pair = 2 * first_pairs; // behind those that may have been spoiled
        rest.measure.pairs -= first_pairs;
        rest.measure.samples =
            samples_for(of.task, rest.measure.pairs); // one of each, so that none is sure of its peace
        MKB_TRY(more, run_pairs(of, rest));
        append(std::move(more), timed.run);
    }
    return timed;
}

/// After a clock that seemed to lie, on a device that was as busy as `busy_share` at most, before timing and while it
/// lasted: an error when noise may have done it. A neighbour who came later is still there, or it is not seen a second
/// time; one that lies does so again.
Result<void> rule_out_noise(const PairsOf& of, const job::Job& job, double busy_share) {
    Device& device = of.judge.device();
    MKB_TRY(after, device.quiet());
    const double busy = std::max(busy_share, after.busy_share);
    if (busy >= kQuietBusyShare) {
        return fail(ErrorKind::transient, "device {}: too busy to tell a clock that lies from noise ({:.0f} % busy)",
                    device.name(), 100 * busy);
    }
    MKB_TRY(again, run_pairs(of, thrown_away(job)));
    const job::JobResult& second = again.reply.result;
    if (!again.fault && (check_clocks(second.pairs).honest || second.others_busy_share >= kQuietBusyShare)) {
        return fail(ErrorKind::transient, "device {}: too much noise to tell a clock that lies", device.name());
    }
    return {};
}

} // namespace

std::optional<std::string> quiet_flag(double busy_share_before, double others_busy_share) {
    if (busy_share_before >= kQuietBusyShare) {
        return fmt::format("the device was not quiet: {:.0f} % busy when timing began", 100 * busy_share_before);
    }
    if (others_busy_share >= kQuietBusyShare) {
        return fmt::format("the device was not quiet: other programs kept it {:.0f} % busy while it was timed",
                           100 * others_busy_share);
    }
    return std::nullopt;
}

std::optional<std::string> roofline_flag(double latency_us, double bytes_floor_us) {
    if (latency_us * kFloorMargin >= bytes_floor_us) {
        return std::nullopt;
    }
    return fmt::format("{}: {:.1f} us, moving the bytes alone takes {:.1f} us; look at this kernel", kBelowRoofline,
                       latency_us, bytes_floor_us);
}

Result<MeasurementResult> measure_candidate(Judge& judge, const Task& task, const std::optional<Built>& built,
                                            const Seed& seed, const EvaluateOptions& options) {
    MKB_TRY(job, measuring_job(judge, task, built, seed, options));
    MKB_TRY(calibration, judge.calibration());
    MKB_TRY(files, files_for(task, built));
    MKB_TRY(turn, judge.device().take_turn());
    MeasurementResult measured;
    const PairsOf pairs_of{judge, task, built, files};
    MKB_TRY(timed, time_pairs(pairs_of, options.profile, job));
    measured.spoiled_ms = timed.spoiled_ms;
    const Readiness& ready = timed.ready;
    const JobReply& reply = timed.run.reply;
    if (timed.run.fault) {
        measured.fault = std::move(timed.run.fault);
        return measured;
    }
    MKB_TRY(after, read_after(judge.device(), ready.reading));
    MKB_TRY(sampled, check_samples(judge, task, seed, reply));
    measured.fault = std::move(sampled);
    const ClockCheck clocks = check_clocks(reply.result.pairs);
    if (!measured.fault && !clocks.honest) {
        MKB_DO(rule_out_noise(pairs_of, job, std::max(ready.reading.busy_share, reply.result.others_busy_share)));
        measured.fault = Cheated{
            .rule = "clock",
            .evidence = fmt::format(
                "its own clock leaves {:.1f} us a run unaccounted for, native's {:.1f} us (tolerance {:.1f} us)",
                clocks.candidate_remainder_us, clocks.native_remainder_us, clocks.tolerance_us)};
    }
    measured.facts = facts_of(reply.result);
    note_readiness(ready, reply.result.others_busy_share, measured);
    note_heat(ready.reading, after, measured);
    measured.correct = speedup_of(task, *calibration, measured.facts);
    add_flags(task, *calibration, reply.result, measured);
    const std::vector<std::uint8_t> packed = nlohmann::json::to_cbor(job::to_json(reply.result));
    measured.samples.assign(packed.begin(), packed.end());
    return measured;
}

} // namespace mkb
