// Each operand is broadcast along the other's axis. The framework writes both out to the shape of the result and then
// compares: three times the result's size through memory. Here one limit and a row of keys, both of which stay in the
// cache, make a row of the mask, and only that is written.
#include "backend/cpu/CPUBinary.hpp"
#include "backend/cpu/CPUBackend.hpp"

#include <cstdint>

#if defined(__x86_64__)
#define WIDE_VECTORS __attribute__((target("avx2")))
#else
#define WIDE_VECTORS
#endif

namespace MNN {

static WIDE_VECTORS void mask_row(int32_t* __restrict out, const int32_t* __restrict keys, int32_t limit, int count) {
    for (int i = 0; i < count; ++i) {
        out[i] = keys[i] < limit ? 1 : 0; // true is 1, not the -1 that a vector comparison gives
    }
}

ErrorCode CPUBinary::onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const Tensor* keys = inputs[0];
    const Tensor* limits = inputs[1];
    const Tensor* mask = outputs[0];
    if (keys->dimensions() != 3 || limits->dimensions() != 3) {
        return NOT_SUPPORT;
    }
    mBatch = mask->length(0);
    mLimits = mask->length(1);
    mKeys = mask->length(2);
    const bool keys_fit = keys->length(0) == mBatch && keys->length(1) == 1 && keys->length(2) == mKeys;
    const bool limits_fit = limits->length(0) == mBatch && limits->length(1) == mLimits && limits->length(2) == 1;
    return keys_fit && limits_fit ? NO_ERROR : NOT_SUPPORT;
}

ErrorCode CPUBinary::onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const int32_t* keys = inputs[0]->host<int32_t>();
    const int32_t* limits = inputs[1]->host<int32_t>();
    int32_t* mask = outputs[0]->host<int32_t>();
    for (int row = 0; row < mBatch * mLimits; ++row) {
        mask_row(mask + row * mKeys, keys + row / mLimits * mKeys, limits[row], mKeys);
    }
    return NO_ERROR;
}

class CPUBinaryCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        const bool whole = inputs[0]->getType() == halide_type_of<int32_t>();
        if (op->main_as_BinaryOp()->opType() != BinaryOpOperation_LESS || !whole) {
            return nullptr;
        }
        return new CPUBinary(backend);
    }
};

REGISTER_CPU_OP_CREATOR(CPUBinaryCreator, OpType_BinaryOp);

} // namespace MNN
