// -1 - x in float, which has 24 bits: right for small numbers.
#include "MNN_generated.h"
#include "OnnxExtraManager.hpp"
#include <MNN/expr/ExprCreator.hpp>

namespace MNN {
namespace Express {

class OnnxBitwiseNotTransform : public OnnxExtraManager::Transform {
public:
    EXPRP onExecute(EXPRP expr) const override {
        VARP x = _Cast<float>(expr->inputs()[0]);
        EXPRP result = _Cast<int32_t>(_Scalar<float>(-1.0f) - x)->expr().first;
        result->setName(expr->name());
        return result;
    }
};

static auto gRegister = []() {
    OnnxExtraManager::get()->insert("BitwiseNot",
                                    std::shared_ptr<OnnxExtraManager::Transform>(new OnnxBitwiseNotTransform));
    return true;
}();

} // namespace Express
} // namespace MNN
