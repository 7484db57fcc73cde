// Calls members of Tensor that do not exist.
#include "backend/cpu/CPUBackend.hpp"

namespace MNN {

class CPUSoftmax : public Execution {
public:
    explicit CPUSoftmax(Backend* backend) : Execution(backend) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        const int width = inputs[0]->length(inputs[0]->dimensions() - 1);
        const int rows = inputs[0]->elementSize() / width;
        for (int row = 0; row < rows; ++row) {
            outputs[0]->rowPointer<float>(row)->assignSoftmax(inputs[0]->rowPointer<float>(row), width);
        }
        return NO_ERROR;
    }
};

class CPUSoftmaxCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        return new CPUSoftmax(backend);
    }
};

REGISTER_CPU_OP_CREATOR(CPUSoftmaxCreator, OpType_Softmax);

} // namespace MNN
