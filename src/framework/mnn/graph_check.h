#pragma once
// Whether a graph that a candidate made may be run, from what a process without candidate code read in it. Pure.
#include "device/expansion.h"
#include "task/task.h"

namespace mkb::mnn {

constexpr std::size_t kMostGraphOperators = 1000; ///< inputs and constants included

/// Before anybody makes a session of it. Every number of a tensor is that of one tensor, made once and before it is
/// read (so there is no cycle and nothing dangles); the inputs are the task's; every output is made by an operator;
/// nothing but the task's `may_emit` is emitted, least of all the operator that is to be replaced. `kind` is empty when
/// all that holds, else "cheated" with rule `emits_target` or `emits_unlisted`, or "load_failed".
job::ChildEnd check_structure(const Task& task, const job::Graph& graph);

/// The outputs as the framework works them out are the task's: count, names, types and shapes; "run_failed" where they
/// are others, as for any kernel that computes something else.
job::ChildEnd check_outputs(const Task& task, const job::Graph& graph);

/// Types of the operators without inputs and constants, in order: "BinaryOp BinaryOp ReLU6".
std::string operators_text(const job::Graph& graph);

} // namespace mkb::mnn
