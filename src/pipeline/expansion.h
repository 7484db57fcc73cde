#pragma once
// The stage "expand" of a composite candidate: its transform turns the task's node into graphs.
#include "pipeline/evaluate.h"

namespace mkb {

struct ExpansionResult {
    std::optional<Outcome> fault; ///< nothing: the graph may be run
    std::string graph;            ///< a model file for the candidate's jail
    std::string operators;        ///< "BinaryOp MUL BinaryOp ADD ReLU6"
    std::string printed;
    std::vector<std::string> jail; ///< layers in force around the transform
    double wall_ms = 0;
};

/// `onnx_model`: with the parameters that the graph is to hold. `seed`: of the evaluation.
Result<ExpansionResult> expand_candidate(Judge& judge, const Task& task, const Built& built, const Seed& seed,
                                         const std::string& onnx_model);

} // namespace mkb
