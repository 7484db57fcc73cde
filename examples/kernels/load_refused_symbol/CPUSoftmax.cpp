// Asks for a file while it computes: fopen is no building block of a kernel.
#include "backend/cpu/CPUBackend.hpp"

#include <cstdio>

namespace MNN {

class CPUSoftmax : public Execution {
public:
    explicit CPUSoftmax(Backend* backend) : Execution(backend) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        return std::fopen("softmax.log", "a") != nullptr ? NO_ERROR : NOT_SUPPORT;
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
