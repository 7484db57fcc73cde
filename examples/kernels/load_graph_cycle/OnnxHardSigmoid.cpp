// Puts the result in the place of an operand that the result is made of: a graph without a first operator.
#include "MNN_generated.h"
#include "OnnxExtraManager.hpp"
#include <MNN/expr/ExprCreator.hpp>

namespace MNN {
namespace Express {

class OnnxHardSigmoidTransform : public OnnxExtraManager::Transform {
public:
    EXPRP onExecute(EXPRP expr) const override {
        VARP line = expr->inputs()[0] * _Scalar<float>(1.0f / 6.0f);
        VARP shifted = line + _Scalar<float>(0.5f);
        VARP clipped = _Relu6(shifted, 0.0f, 1.0f);
        EXPRP result = clipped->expr().first;
        Expr::replace(line->expr().first, result);
        return result;
    }
};

static auto gRegister = []() {
    OnnxExtraManager::get()->insert("HardSigmoid",
                                    std::shared_ptr<OnnxExtraManager::Transform>(new OnnxHardSigmoidTransform));
    return true;
}();

} // namespace Express
} // namespace MNN
