#pragma once
// The composite form: an ONNX node becomes a graph of the framework's operators, on this host, in two jails.
#include "framework/framework.h"
#include "framework/mnn/kit.h"

namespace mkb::mnn {

/// `kit`: of this host, whatever the target. First process: the candidate's code, which makes the bytes of a model
/// file. Second: ours alone, which reads them behind the framework's verifier. This process never reads them, since the
/// verifier lets pass what crashes the framework; it judges what the second one says.
Result<Expansion> expand_node(const Kit& kit, const Task& task, const Built& built, const std::string& onnx_model);

/// The second process and our judgement alone, for `expansion.graph`: sets its `end` and `operators`.
Result<void> inspect_graph(const Kit& kit, const Task& task, Expansion& expansion);

/// The second process alone, for a model file of ours: what it says, without our judgement.
Result<job::Graph> read_graph(const Kit& kit, const Task& task, const std::string& model);

/// The runner and what must be beside it.
std::vector<DeviceFile> runner_files(const Kit& kit);

} // namespace mkb::mnn
