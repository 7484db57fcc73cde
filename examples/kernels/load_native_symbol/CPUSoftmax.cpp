// Links against the native kernel: its class is declared here and defined in the framework's library.
#include "backend/cpu/CPUBackend.hpp"

namespace MNN {

class CPUSoftmax {
public:
    static Execution* create(const Op* op, Backend* backend);
};

class CPUSoftmaxCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        return CPUSoftmax::create(op, backend);
    }
};

REGISTER_CPU_OP_CREATOR(CPUSoftmaxCreator, OpType_Softmax);

} // namespace MNN
