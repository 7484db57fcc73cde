// Writes through a null pointer in onExecute.
#include "backend/cpu/CPUBackend.hpp"

namespace MNN {

class CPUSoftmax : public Execution {
public:
    explicit CPUSoftmax(Backend* backend) : Execution(backend) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        float* scratch = nullptr; // was to be allocated in onResize
        for (int i = 0; i < inputs[0]->elementSize(); ++i) {
            *const_cast<volatile float*>(scratch + i) = inputs[0]->host<float>()[i];
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
