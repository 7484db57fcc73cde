// Composite form: a transform of the framework's converter. It is run once, on the host, and turns the ONNX node into a
// graph of the framework's operators; that graph is what the device runs.
#include "MNN_generated.h"
#include "OnnxExtraManager.hpp"
#include <MNN/expr/ExprCreator.hpp>

namespace MNN {
namespace Express {

class OnnxHardSigmoidTransform : public OnnxExtraManager::Transform {
public:
    EXPRP onExecute(EXPRP expr) const override {
        // An attribute that the file does not give has ONNX's default.
        float alpha = 0.2f;
        float beta = 0.5f;
        const auto* attributes = expr->get()->main_as_Extra()->attr();
        for (int i = 0; attributes != nullptr && i < static_cast<int>(attributes->size()); ++i) {
            const auto* attribute = attributes->GetAs<Attribute>(i);
            if (attribute->key()->str() == "alpha") {
                alpha = attribute->f();
            } else if (attribute->key()->str() == "beta") {
                beta = attribute->f();
            }
        }
        VARP line = expr->inputs()[0] * _Scalar<float>(alpha) + _Scalar<float>(beta);
        // Both comparisons in one operator.
        EXPRP clipped = _Relu6(line, 0.0f, 1.0f)->expr().first;
        clipped->setName(expr->name());
        return clipped;
    }
};

static auto gRegister = []() {
    OnnxExtraManager::get()->insert("HardSigmoid",
                                    std::shared_ptr<OnnxExtraManager::Transform>(new OnnxHardSigmoidTransform));
    return true;
}();

} // namespace Express
} // namespace MNN
