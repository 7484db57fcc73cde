// Constant operands reach a transform as constants, which it may read: here the axes, an operand since opset 18. What
// it does not know until the graph runs is the contents of inputs.
#include "MNN_generated.h"
#include "OnnxExtraManager.hpp"
#include <MNN/expr/ExprCreator.hpp>

namespace MNN {
namespace Express {

class OnnxReduceL2Transform : public OnnxExtraManager::Transform {
public:
    EXPRP onExecute(EXPRP expr) const override {
        bool keep = true;
        const auto* attributes = expr->get()->main_as_Extra()->attr();
        for (int i = 0; attributes != nullptr && i < static_cast<int>(attributes->size()); ++i) {
            const auto* attribute = attributes->GetAs<Attribute>(i);
            if (attribute->key()->str() == "keepdims") {
                keep = attribute->i() != 0;
            }
        }
        VARP x = expr->inputs()[0];
        INTS axes; // none: over everything
        if (expr->inputs().size() > 1) {
            const int count = static_cast<int>(expr->inputs()[1]->getInfo()->size);
            const int* values = expr->inputs()[1]->readMap<int>();
            axes.assign(values, values + count);
        }
        EXPRP result = _Sqrt(_ReduceSum(_Square(x), axes, keep))->expr().first;
        result->setName(expr->name());
        return result;
    }
};

static auto gRegister = []() {
    OnnxExtraManager::get()->insert("ReduceL2",
                                    std::shared_ptr<OnnxExtraManager::Transform>(new OnnxReduceL2Transform));
    return true;
}();

} // namespace Express
} // namespace MNN
