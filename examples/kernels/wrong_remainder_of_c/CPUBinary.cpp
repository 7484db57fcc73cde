// The operator % of C, whose result has the sign of the dividend; ONNX's remainder has that of the divisor. On positive
// numbers they are the same.
#include "backend/cpu/CPUBackend.hpp"

#include <cstdint>

namespace MNN {

class CPUBinary : public Execution {
public:
    explicit CPUBinary(Backend* backend) : Execution(backend) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        const int32_t* x = inputs[0]->host<int32_t>();
        const int32_t* divisor = inputs[1]->host<int32_t>();
        int32_t* out = outputs[0]->host<int32_t>();
        const int divisors = inputs[1]->elementSize();
        for (int i = 0; i < outputs[0]->elementSize(); ++i) {
            out[i] = x[i] % divisor[i % divisors];
        }
        return NO_ERROR;
    }
};

class CPUBinaryCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        return op->main_as_BinaryOp()->opType() == BinaryOpOperation_MOD ? new CPUBinary(backend) : nullptr;
    }
};

REGISTER_CPU_OP_CREATOR(CPUBinaryCreator, OpType_BinaryOp);

} // namespace MNN
