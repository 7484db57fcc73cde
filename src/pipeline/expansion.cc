#include "pipeline/expansion.h"

#include "pipeline/verification.h"

#include <chrono>

namespace mkb {

Result<ExpansionResult> expand_candidate(Judge& judge, const Task& task, const Built& built, const Seed& seed,
                                         const std::string& onnx_model) {
    const auto start = std::chrono::steady_clock::now();
    MKB_TRY(expansion, judge.framework().expand(task, built, onnx_model));
    ExpansionResult result;
    if (!expansion.end.kind.empty()) {
        MKB_TRY(outcome, outcome_of(judge, task, built, seed, expansion.end, expansion.limit_s));
        result.fault = std::move(outcome);
    }
    result.graph = std::move(expansion.graph);
    result.operators = std::move(expansion.operators);
    result.printed = std::move(expansion.printed);
    result.jail = std::move(expansion.jail);
    result.wall_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    return result;
}

} // namespace mkb
