// Calls the native kernel's row function by its name instead of through the function table.
#include "backend/cpu/CPUBackend.hpp"
#include "backend/cpu/compute/CommonOptFunction.h"

namespace MNN {

class CPUSoftmax : public Execution {
public:
    explicit CPUSoftmax(Backend* backend) : Execution(backend) {
    }
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        const int width = inputs[0]->length(inputs[0]->dimensions() - 1);
        const int rows  = inputs[0]->elementSize() / width;
        for (int row = 0; row < rows; ++row) {
            MNNSoftmax(outputs[0]->host<float>() + row * width, inputs[0]->host<float>() + row * width, nullptr, nullptr,
                       nullptr, 1, width, 1, 1, 1, false);
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
