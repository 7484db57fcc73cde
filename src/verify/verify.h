#pragma once
// outputs + reference → fault or none. Pure functions; the criterion is docs/task-format.md, Tolerance.
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

/// The wrong outputs that a negative control stands for, made from what is right. Kinds and their arguments, applied to
/// every output they fit:
///   zeros, ones, nan (-1 for integers); replay (the previous run's outputs); scale{factor}; copy_input{input}
///   (repeated or cropped in flat order); last_off_by_one (the last element that differs from the one before
///   it takes that one's value); shift{axis, by} (rolled); reverse{axis}; transpose_hw (contents of the last two
///   dimensions transposed, square ones only); round_output_half (to binary16);
/// and, by asking the oracle about something else:
///   swap_inputs (the first two); half_precision (inputs rounded to binary16); zero_input{input};
///   attribute{model, name, value} (a sibling model file of the task's folder with another attribute);
///   parameter_trivial{parameter, value} (that parameter filled with a constant).
struct ControlContext {
    const Task& task;
    const std::string& onnx_model; ///< the bytes that `oracle` was loaded from
    Oracle& oracle;
    const std::vector<TensorValue>& inputs;
    const std::vector<TensorValue>& reference;
    const std::vector<TensorValue>& previous_reference; ///< of another run with other contents
};
/// bad_input when the control's kind or arguments are unknown or do not fit the task.
Result<std::vector<TensorValue>> apply_control(const NegativeControl& control, const ControlContext& context);

/// For every control of the task, in its order, whether at least one regime rejects it. The model's own parameters, one
/// run per regime and one more for `replay`. Fails when the oracle refuses the task or a control does not fit it.
struct ControlResult {
    NegativeControl control;
    bool rejected = false;
    std::string by_regime; ///< the first that rejects
};
Result<std::vector<ControlResult>> check_controls(const Task& task, const Seed& seed);

} // namespace mkb
