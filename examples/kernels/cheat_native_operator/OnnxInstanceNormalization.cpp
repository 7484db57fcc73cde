// Composes nothing: hands the work to the framework's operator of the same name.
#include "MNN_generated.h"
#include "OnnxExtraManager.hpp"
#include <MNN/expr/ExprCreator.hpp>

namespace MNN {
namespace Express {

class OnnxInstanceNormalizationTransform : public OnnxExtraManager::Transform {
public:
    EXPRP onExecute(EXPRP expr) const override {
        std::unique_ptr<OpT> op(new OpT);
        op->type = OpType_InstanceNorm;
        op->main.type = OpParameter_BatchNorm;
        auto* norm = new BatchNormT; // the union owns it
        op->main.value = norm;
        norm->channels = expr->inputs()[0]->getInfo()->dim[1];
        norm->epsilon = 1e-5f;
        return Expr::create(std::move(op), expr->inputs());
    }
};

static auto gRegister = []() {
    OnnxExtraManager::get()->insert(
        "InstanceNormalization", std::shared_ptr<OnnxExtraManager::Transform>(new OnnxInstanceNormalizationTransform));
    return true;
}();

} // namespace Express
} // namespace MNN
