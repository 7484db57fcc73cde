// No processor divides several whole numbers at once, and dividing one takes about 20 cycles. But a row of 128 divisors
// serves all rows: a multiplication by a reciprocal and a floor give the quotient, four at a time. In double precision
// the quotient is off by one at most and the remainder itself is exact, so that one correction on each side is enough.
#include "backend/cpu/CPUBinary.hpp"
#include "backend/cpu/CPUBackend.hpp"

#include <cstdint>

#if defined(__x86_64__)
#define WIDE_VECTORS __attribute__((target("avx2,fma")))
#else
#define WIDE_VECTORS
#endif

namespace MNN {

static WIDE_VECTORS void remainders(int32_t* __restrict out, const int32_t* __restrict in,
                                    const double* __restrict divisor, const double* __restrict reciprocal, int count) {
    for (int i = 0; i < count; ++i) {
        const double x = in[i];
        const double d = divisor[i];
        double rest = x - __builtin_floor(x * reciprocal[i]) * d;           // below 2^33 in magnitude: exact
        rest = rest * d < 0 ? rest + d : rest;                              // the quotient was one too large …
        rest = __builtin_fabs(rest) >= __builtin_fabs(d) ? rest - d : rest; // … or one too small
        out[i] = static_cast<int32_t>(rest);
    }
}

// The framework would repeat the divisors to the shape of the result before its kernel sees them. The task bypasses
// that step: the kernel gets both operands as they are in the model, and of different ranks.
ErrorCode CPUBinary::onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const Tensor* x = inputs[0];
    const Tensor* divisor = inputs[1];
    const int missing = x->dimensions() - divisor->dimensions();
    if (missing < 0 || x->elementSize() != outputs[0]->elementSize()) {
        return NOT_SUPPORT;
    }
    for (int i = 0; i < divisor->dimensions(); ++i) {
        if (divisor->length(i) != x->length(i + missing)) {
            return NOT_SUPPORT;
        }
    }
    mDivisor.resize(divisor->elementSize());
    mReciprocal.resize(divisor->elementSize());
    mRows = x->elementSize() / divisor->elementSize();
    return NO_ERROR;
}

// The divisors are an input: their reciprocals belong to this call and are computed in every one. Only the memory for
// them is kept.
ErrorCode CPUBinary::onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const int32_t* x = inputs[0]->host<int32_t>();
    const int32_t* divisor = inputs[1]->host<int32_t>();
    int32_t* out = outputs[0]->host<int32_t>();
    const int count = static_cast<int>(mDivisor.size());
    for (int i = 0; i < count; ++i) {
        mDivisor[i] = divisor[i];
        mReciprocal[i] = 1.0 / divisor[i];
    }
    for (int row = 0; row < mRows; ++row) {
        remainders(out + row * count, x + row * count, mDivisor.data(), mReciprocal.data(), count);
    }
    return NO_ERROR;
}

class CPUBinaryCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        const bool whole = inputs[0]->getType() == halide_type_of<int32_t>();
        if (op->main_as_BinaryOp()->opType() != BinaryOpOperation_MOD || !whole) {
            return nullptr;
        }
        return new CPUBinary(backend);
    }
};

REGISTER_CPU_OP_CREATOR(CPUBinaryCreator, OpType_BinaryOp);

} // namespace MNN
