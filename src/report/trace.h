#pragma once
// An agent's rounds for one task, for people: what was asked and answered, what changed, what came of it.
#include "base/result.h"
#include "record/record.h"
#include "store/store.h"

#include <string>
#include <vector>

namespace mkb {

struct TraceRound {
    int round = 0; ///< or sample, from 0
    Record record;
    std::string plan_role, bottleneck, method, plan; ///< what the Coder was told; empty for a first version
    int parent = 0;                                  ///< round whose code was changed; 0: none
    std::string difference; ///< between the parent's code and this one's; the code itself for a first version
    std::vector<ModelCall> calls;
    double speedup = 0;     ///< 0: not correct, or not measured
    double best_so_far = 0; ///< speed-up over rounds up to this one
};

struct TaskTrace {
    std::string task_id, method, model;
    std::vector<TraceRound> rounds; ///< in order
};

/// Of every method and model in the run; of one task, or of all (empty). `most`: of traces; the first ones.
Result<std::vector<TaskTrace>> read_traces(Store& store, const std::string& task_id, std::size_t most);

/// Terminal text: per round a head line, the plan, the code's difference and the outcome, then the curve. `full`:
/// prompts and answers too.
std::string trace_text(const TaskTrace& trace, bool full, bool colour);
nlohmann::json to_json(const TaskTrace& trace);

/// Round, bar of the speed-up, best so far, and what was attacked by which method; empty when nothing was measured.
std::string curve_text(const TaskTrace& trace);

} // namespace mkb
