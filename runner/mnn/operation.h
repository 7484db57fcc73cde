#pragma once
#include <string>

namespace MNN {
struct Op;
}

namespace mkb::runner {

/// What a type alone does not say: "ATAN" of a UnaryOp, "MUL" of a BinaryOp, "SUM" of a Reduction, the ONNX operator of
/// an Extra; empty for every other operator.
std::string operation_of(const MNN::Op& op);

} // namespace mkb::runner
