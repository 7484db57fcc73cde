// The line without its ends: right as long as it stays between 0 and 1.
#include "MNN_generated.h"
#include "OnnxExtraManager.hpp"
#include <MNN/expr/ExprCreator.hpp>

namespace MNN {
namespace Express {

class OnnxHardSigmoidTransform : public OnnxExtraManager::Transform {
public:
    EXPRP onExecute(EXPRP expr) const override {
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
        EXPRP result = (expr->inputs()[0] * _Scalar<float>(alpha) + _Scalar<float>(beta))->expr().first;
        result->setName(expr->name());
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
