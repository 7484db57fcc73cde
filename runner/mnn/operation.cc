#include "mnn/operation.h"

#include "MNN_generated.h"

namespace mkb::runner {

std::string operation_of(const MNN::Op& op) {
    if (const auto* unary = op.main_as_UnaryOp(); unary != nullptr) {
        return MNN::EnumNameUnaryOpOperation(unary->opType());
    }
    if (const auto* binary = op.main_as_BinaryOp(); binary != nullptr) {
        return MNN::EnumNameBinaryOpOperation(static_cast<MNN::BinaryOpOperation>(binary->opType()));
    }
    if (const auto* reduction = op.main_as_ReductionParam(); reduction != nullptr) {
        return MNN::EnumNameReductionType(reduction->operation());
    }
    if (const auto* extra = op.main_as_Extra(); extra != nullptr && extra->type() != nullptr) {
        return extra->type()->str();
    }
    return "";
}

} // namespace mkb::runner
