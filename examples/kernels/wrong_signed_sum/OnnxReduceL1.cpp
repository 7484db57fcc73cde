// The sum of the values for the sum of their sizes: the same where none is negative.
#include "MNN_generated.h"
#include "OnnxExtraManager.hpp"
#include <MNN/expr/ExprCreator.hpp>

namespace MNN {
namespace Express {

class OnnxReduceL1Transform : public OnnxExtraManager::Transform {
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
        VARP axes = expr->inputs()[1];
        const int* values = axes->readMap<int>();
        INTS over(values, values + axes->getInfo()->size);
        EXPRP result = _ReduceSum(expr->inputs()[0], over, keep)->expr().first;
        result->setName(expr->name());
        return result;
    }
};

static auto gRegister = []() {
    OnnxExtraManager::get()->insert("ReduceL1",
                                    std::shared_ptr<OnnxExtraManager::Transform>(new OnnxReduceL1Transform));
    return true;
}();

} // namespace Express
} // namespace MNN
