#include "pipeline/counting.h"

#include "pipeline/device_run.h"
#include "pipeline/measurement.h"
#include "pipeline/verification.h"

#include <algorithm>

namespace mkb {

namespace {

std::int64_t median_of(std::vector<std::uint64_t> counts) {
    const auto middle = counts.begin() + static_cast<std::ptrdiff_t>(counts.size() / 2);
    std::ranges::nth_element(counts, middle);
    return static_cast<std::int64_t>(*middle);
}

} // namespace

Result<CountingResult> count_candidate(Judge& judge, const Task& task, const std::optional<Built>& built,
                                       const Seed& seed, const EvaluateOptions& options) {
    MKB_TRY(counter, judge.device().instruction_counter());
    if (counter.empty() && options.count_instructions) {
        return fail(ErrorKind::bad_input, "device {}: nobody counts instructions there; --device qemu does",
                    judge.device().name());
    }
    MKB_TRY(job, job_for(judge.framework(), judge.device(), task, seed));
    job.mode = "count";
    name_candidate(built, job);
    job.trusted = options.trusted;
    MKB_TRY(files, files_for(task, built));
    MKB_TRY(reply, run_job(judge.framework(), judge.device(), job, files));
    CountingResult result;
    result.wall_ms = reply.wall_ms;
    if (!reply.result.native.kind.empty()) {
        return fail(ErrorKind::transient, "device {}: the native kernel did not run: {}", judge.device().name(),
                    reply.result.native.detail);
    }
    if (!reply.result.candidate.kind.empty()) {
        MKB_TRY(outcome, outcome_of(judge, task, built, seed, reply.result.candidate, job.run_limit_s));
        result.fault = std::move(outcome);
        return result;
    }
    if (reply.result.returned.empty()) {
        return fail(ErrorKind::transient, "device {}: no counted run came back", judge.device().name());
    }
    MKB_TRY(wrong, check_samples(judge, task, seed, reply));
    result.fault = std::move(wrong);
    if (!reply.result.native_instructions.empty() && !reply.result.candidate_instructions.empty()) {
        result.counts = InstructionCounts{.native = median_of(reply.result.native_instructions),
                                          .candidate = median_of(reply.result.candidate_instructions),
                                          .how = counter};
    }
    return result;
}

} // namespace mkb
