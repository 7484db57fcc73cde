// All bits turned is -1 - x in two's complement: one subtraction, which cannot overflow.
#include "MNN_generated.h"
#include "OnnxExtraManager.hpp"
#include <MNN/expr/ExprCreator.hpp>

namespace MNN {
namespace Express {

class OnnxBitwiseNotTransform : public OnnxExtraManager::Transform {
public:
    EXPRP onExecute(EXPRP expr) const override {
        EXPRP result = (_Scalar<int32_t>(-1) - expr->inputs()[0])->expr().first;
        result->setName(expr->name());
        return result;
    }
};

static auto gRegister = []() {
    OnnxExtraManager::get()->insert("BitwiseNot",
                                    std::shared_ptr<OnnxExtraManager::Transform>(new OnnxBitwiseNotTransform));
    return true;
}();

} // namespace Express
} // namespace MNN
