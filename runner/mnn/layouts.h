#pragma once
// The one part of the converter's clean-up without which an expanded graph computes something else.
#include <MNN/expr/Expr.hpp>

#include <vector>

namespace MNN {
struct NetT;
}

namespace mkb::runner {

/// The framework's convolutions, poolings and a few others compute in its packed layout only, and do not look. As the
/// converter does, puts a ConvertTensor before and after each of them whose first operand is in the plain layout.
/// `order`: the expressions that `net` was saved from, in its order.
void add_layout_conversions(const std::vector<MNN::Express::EXPRP>& order, MNN::NetT& net);

} // namespace mkb::runner
