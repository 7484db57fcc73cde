// Calls an expression that the framework does not offer.
#include "MNN_generated.h"
#include "OnnxExtraManager.hpp"
#include <MNN/expr/ExprCreator.hpp>

namespace MNN {
namespace Express {

class OnnxHardSigmoidTransform : public OnnxExtraManager::Transform {
public:
    EXPRP onExecute(EXPRP expr) const override {
        return _HardSigmoid(expr->inputs()[0], 1.0f / 6.0f, 0.5f)->expr().first;
    }
};

static auto gRegister = []() {
    OnnxExtraManager::get()->insert("HardSigmoid",
                                    std::shared_ptr<OnnxExtraManager::Transform>(new OnnxHardSigmoidTransform));
    return true;
}();

} // namespace Express
} // namespace MNN
