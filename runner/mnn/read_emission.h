#pragma once
// From the framework's structures to the plain facts that emission.h checks. They were made by the candidate: pointers
// are followed only when they are known to belong to the operator, its extras or the context.
#include "emission.h"

#include "geometry/GeometryComputer.hpp"

namespace mkb::runner {

/// What onCompute left behind: commands in `buffer`, regions in the descriptions of its tensors. A fault where it
/// cannot be read at all, or carries code of its own.
std::optional<EmissionFault> read_emission(const MNN::Op* op, const std::vector<MNN::Tensor*>& inputs,
                                           const std::vector<MNN::Tensor*>& outputs,
                                           const MNN::GeometryComputer::Context& context,
                                           const MNN::CommandBuffer& buffer, Emission& emission);

/// The loop of a While, its tensors numbered as `inputs` and `outputs` say. A reason where it is none.
std::optional<std::string> read_loop(const MNN::LoopParam* param, const std::vector<int>& inputs,
                                     const std::vector<int>& outputs, Loop& loop);

} // namespace mkb::runner
