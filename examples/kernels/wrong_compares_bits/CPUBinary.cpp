// The larger of two floats as the larger of their bits, read as whole numbers. That holds for positive ones and for one
// of either sign; of two negative ones it is the smaller.
#include "backend/cpu/CPUBackend.hpp"

#include <cstring>

namespace MNN {

class CPUBinary : public Execution {
public:
    explicit CPUBinary(Backend* backend) : Execution(backend) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        const float* threshold = inputs[0]->host<float>(); // one per channel
        const float* x = inputs[1]->host<float>();
        float* out = outputs[0]->host<float>();
        const int channels = inputs[0]->elementSize();
        const int area = inputs[1]->length(2) * inputs[1]->length(3);
        for (int i = 0; i < inputs[1]->elementSize(); ++i) {
            const float least = threshold[i / area % channels];
            int32_t a = 0;
            int32_t b = 0;
            std::memcpy(&a, &least, sizeof a);
            std::memcpy(&b, &x[i], sizeof b);
            out[i] = a > b ? least : x[i];
        }
        return NO_ERROR;
    }
};

class CPUBinaryCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        return op->main_as_BinaryOp()->opType() == BinaryOpOperation_MAXIMUM ? new CPUBinary(backend) : nullptr;
    }
};

REGISTER_CPU_OP_CREATOR(CPUBinaryCreator, OpType_BinaryOp);

} // namespace MNN
