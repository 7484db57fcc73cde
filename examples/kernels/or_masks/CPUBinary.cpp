#include "backend/cpu/CPUBinary.hpp"
#include "backend/cpu/CPUBackend.hpp"

#include <cstdint>

#if defined(__x86_64__)
#define WIDE_VECTORS __attribute__((target("avx2")))
#else
#define WIDE_VECTORS
#endif

namespace MNN {

static WIDE_VECTORS void unite(int32_t* out, const int32_t* a, const int32_t* b, int count) {
    for (int i = 0; i < count; ++i) {
        out[i] = (a[i] | b[i]) != 0 ? 1 : 0; // without a branch, so that the loop becomes vector code
    }
}

ErrorCode CPUBinary::onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const int count = outputs[0]->elementSize();
    return inputs[0]->elementSize() == count && inputs[1]->elementSize() == count ? NO_ERROR : NOT_SUPPORT;
}

ErrorCode CPUBinary::onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    unite(outputs[0]->host<int32_t>(), inputs[0]->host<int32_t>(), inputs[1]->host<int32_t>(),
          outputs[0]->elementSize());
    return NO_ERROR;
}

class CPUBinaryCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        const bool masks = inputs[0]->getType() == halide_type_of<int32_t>();
        if (op->main_as_BinaryOp()->opType() != BinaryOpOperation_LOGICALOR || !masks) {
            return nullptr;
        }
        return new CPUBinary(backend);
    }
};

REGISTER_CPU_OP_CREATOR(CPUBinaryCreator, OpType_BinaryOp);

} // namespace MNN
