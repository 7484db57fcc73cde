#pragma once
// outputs + reference → fault or none. Pure functions; the criterion of evaluation.md section 4.
#include "record/record.h"
#include "task/task.h"
#include "verify/oracle.h"

#include <optional>
#include <vector>

namespace mkb {

/// Compares one run. Order: number of outputs, type, shape, positions of NaN and infinity, then values. `got` may hold
/// anything. `errors` gets one entry per output that has values to compare (also for the run that is wrong).
std::optional<Wrong> compare_outputs(const Task& task, const std::string& regime, const std::vector<TensorValue>& got,
                                     const std::vector<TensorValue>& reference,
                                     std::vector<RegimeError>* errors = nullptr);

/// The wrong outputs that a negative control stands for, made from what is right.
struct ControlContext {
    const Task& task;
    std::uint32_t regime;
    const std::vector<TensorValue>& inputs;
    const std::vector<TensorValue>& reference;
    const std::vector<TensorValue>& previous_reference; ///< of another run with other contents
};
/// bad_input when the control's kind or arguments are unknown or do not fit the task.
Result<std::vector<TensorValue>> apply_control(const NegativeControl& control, const ControlContext& context);

/// For every control whether at least one regime rejects it. `runs` per regime: 1.
struct ControlResult {
    NegativeControl control;
    bool rejected = false;
    std::string by_regime; ///< the first that rejects
};
Result<std::vector<ControlResult>> check_controls(const Task& task, const Seed& seed);

} // namespace mkb
