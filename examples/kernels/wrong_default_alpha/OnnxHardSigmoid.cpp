// Takes ONNX's defaults for attributes that the node gives: the slope is 1/5 instead of 1/6.
#include "MNN_generated.h"
#include "OnnxExtraManager.hpp"
#include <MNN/expr/ExprCreator.hpp>

namespace MNN {
namespace Express {

class OnnxHardSigmoidTransform : public OnnxExtraManager::Transform {
public:
    EXPRP onExecute(EXPRP expr) const override {
        VARP line = expr->inputs()[0] * _Scalar<float>(0.2f) + _Scalar<float>(0.5f);
        return _Relu6(line, 0.0f, 1.0f)->expr().first;
    }
};

static auto gRegister = []() {
    OnnxExtraManager::get()->insert("HardSigmoid",
                                    std::shared_ptr<OnnxExtraManager::Transform>(new OnnxHardSigmoidTransform));
    return true;
}();

} // namespace Express
} // namespace MNN
