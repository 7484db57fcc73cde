// Takes the native file's function for the maximum of two arrays: 0 and 1 keep their order when read as floats.
#include "backend/cpu/CPUBackend.hpp"
#include "backend/cpu/compute/CommonOptFunction.h"

namespace MNN {

class CPUBinary : public Execution {
public:
    explicit CPUBinary(Backend* backend) : Execution(backend) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        auto maximum = static_cast<CPUBackend*>(backend())->functions()->MNNSelectBinaryFunctionForFloat(
            BinaryOpOperation_MAXIMUM);
        maximum(outputs[0]->host<float>(), inputs[0]->host<float>(), inputs[1]->host<float>(),
                outputs[0]->elementSize(), -1);
        return NO_ERROR;
    }
};

class CPUBinaryCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        return new CPUBinary(backend);
    }
};

REGISTER_CPU_OP_CREATOR(CPUBinaryCreator, OpType_BinaryOp);

} // namespace MNN
