#include "child_process.h"
#include "supervisor.h"

namespace mkb::runner {

namespace {

constexpr std::uint32_t kCountedRuns = 3;

std::uint32_t slot_of(const job::Job& job, std::uint64_t run) {
    return static_cast<std::uint32_t>(stream_key(job.seed, Phase::schedule, 2, run, 0) % kSlots);
}

/// One side from its start to its end: a first run that allocates and caches, then the counted ones.
bool count_side(const job::Job& job, ChildProcess& child, std::vector<std::uint64_t>& instructions,
                job::JobResult* returned, std::string& outputs) {
    if (!child.start() || !child.run(0, slot_of(job, 0), true, job.regimes, 0, Phase::warm_up, 0).fine) {
        return false;
    }
    for (std::uint32_t run = 0; run < kCountedRuns; ++run) {
        const Turn turn = child.run(0, slot_of(job, run + 1), true, job.regimes, 0, Phase::timed, run);
        if (!turn.fine) {
            return false;
        }
        if (turn.instructions > 0) {
            instructions.push_back(turn.instructions);
        }
        if (returned != nullptr) {
            job::Returned sample{.iteration = run, .offset = outputs.size()};
            sample.phase = Phase::timed;
            child.collect(sample.outputs, outputs);
            returned->returned.push_back(std::move(sample));
        }
    }
    return true;
}

} // namespace

void count(const job::Job& job, job::JobResult& result, std::string& outputs) {
    {
        ChildProcess native(job, false);
        const bool fine = count_side(job, native, result.native_instructions, nullptr, outputs);
        result.native = native.end();
        if (!fine) {
            return;
        }
    }
    ChildProcess candidate(job, true);
    count_side(job, candidate, result.candidate_instructions, &result, outputs);
    result.candidate = candidate.end();
    result.printed = candidate.printed();
}

} // namespace mkb::runner
