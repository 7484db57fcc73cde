// Registers a transform for another operator.
#include "MNN_generated.h"
#include "OnnxExtraManager.hpp"
#include <MNN/expr/ExprCreator.hpp>

namespace MNN {
namespace Express {

class OnnxHardSwishTransform : public OnnxExtraManager::Transform {
public:
    EXPRP onExecute(EXPRP expr) const override {
        VARP x = expr->inputs()[0];
        return (x * _Relu6(x * _Scalar<float>(1.0f / 6.0f) + _Scalar<float>(0.5f), 0.0f, 1.0f))->expr().first;
    }
};

static auto gRegister = []() {
    OnnxExtraManager::get()->insert("HardSwish",
                                    std::shared_ptr<OnnxExtraManager::Transform>(new OnnxHardSwishTransform));
    return true;
}();

} // namespace Express
} // namespace MNN
