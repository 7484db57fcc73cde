#include "backend/cpu/CPUBinary.hpp"
#include "backend/cpu/CPUBackend.hpp"

#if defined(__x86_64__)
#define WIDE_VECTORS __attribute__((target("avx2")))
#else
#define WIDE_VECTORS
#endif

namespace MNN {

static WIDE_VECTORS void add_value(float* out, const float* in, float value, int count) {
    for (int i = 0; i < count; ++i) {
        out[i] = in[i] + value;
    }
}

// The framework's geometry step would turn this broadcast into a loop of small additions before any kernel sees it. The
// task bypasses that step ("geometry": "bypass"), so the kernel gets the operator as the model has it: with operands of
// two shapes, and the broadcast is the kernel's own work.
ErrorCode CPUBinary::onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const Tensor* output = outputs[0];
    const int rank = output->dimensions();
    mFull = inputs[0]->elementSize() >= inputs[1]->elementSize() ? 0 : 1;
    const Tensor* full = inputs[mFull];
    const Tensor* part = inputs[1 - mFull];
    if (full->dimensions() != rank || part->dimensions() != rank) {
        return NOT_SUPPORT;
    }
    mOuter = 1;
    mInner = 1;
    for (int i = rank - 1; i >= 0; --i) {
        const int length = output->length(i);
        if (full->length(i) != length) {
            return NOT_SUPPORT;
        }
        if (mOuter == 1 && part->length(i) == 1) {
            mInner *= length;
        } else if (part->length(i) == length) {
            mOuter *= length;
        } else {
            return NOT_SUPPORT;
        }
    }
    return NO_ERROR;
}

ErrorCode CPUBinary::onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const float* full = inputs[mFull]->host<float>();
    const float* part = inputs[1 - mFull]->host<float>();
    float* out = outputs[0]->host<float>();
    for (int i = 0; i < mOuter; ++i) {
        add_value(out + i * mInner, full + i * mInner, part[i], mInner);
    }
    return NO_ERROR;
}

// One operator type, BinaryOp, stands for all binary operators: the creator looks at which one it is.
class CPUBinaryCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        const BinaryOp* parameters = op->main_as_BinaryOp();
        const bool floats = inputs[0]->getType() == halide_type_of<float>();
        if (parameters->opType() != BinaryOpOperation_ADD || parameters->activationType() != 0 || !floats) {
            return nullptr;
        }
        return new CPUBinary(backend);
    }
};

REGISTER_CPU_OP_CREATOR(CPUBinaryCreator, OpType_BinaryOp);

} // namespace MNN
