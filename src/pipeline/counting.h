#pragma once
// The counting stage of evaluate(): instructions of native and candidate, where no quiet device exists to time them.
#include "pipeline/evaluate.h"

namespace mkb {

struct CountingResult {
    std::optional<Outcome> fault;            ///< also of outputs that are wrong in runs that nobody seems to check
    std::optional<InstructionCounts> counts; ///< nothing where the device has no counter
    double wall_ms = 0;
};

/// The same contents for both sides, in runs that look to the candidate as timed ones do; all its outputs are judged.
/// `built`: nothing for native against native. bad_input when counts were asked for and the device has no counter.
Result<CountingResult> count_candidate(Judge& judge, const Task& task, const std::optional<Built>& built,
                                       const Seed& seed, const EvaluateOptions& options);

} // namespace mkb
