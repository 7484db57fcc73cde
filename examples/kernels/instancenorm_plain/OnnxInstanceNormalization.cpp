// Normalization per channel without leaving the plain layout: gamma and beta as broadcast operands, where native takes
// a Scale operator, which wants the packed layout and has the whole map converted there and back.
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
        const int rank = static_cast<int>(x->getInfo()->dim.size());
        const int channels = x->getInfo()->dim[1];
        // Everything behind the channel is one line of the framework's own operator.
        std::unique_ptr<OpT> op(new OpT);
        op->type = OpType_LayerNorm;
        op->main.type = OpParameter_LayerNorm;
        auto* norm = new LayerNormT; // the union owns it
        op->main.value = norm;
        norm->epsilon = epsilon;
        INTS per_channel(rank - 1, 1);
        per_channel[0] = channels;
        for (int axis = 2; axis < rank; ++axis) {
            norm->axis.push_back(axis);
        }
        VARP normal = Variable::create(Expr::create(std::move(op), {x}));
        VARP gamma = _Reshape(expr->inputs()[1], per_channel);
        VARP beta = _Reshape(expr->inputs()[2], per_channel);
        EXPRP result = (normal * gamma + beta)->expr().first;
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
