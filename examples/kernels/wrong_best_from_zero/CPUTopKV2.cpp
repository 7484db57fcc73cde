// The k largest of a row, kept in order; the list of the best begins with zeros, so values below 0 never enter it.
#include "backend/cpu/CPUBackend.hpp"

#include <vector>

namespace MNN {

class CPUTopKV2 : public Execution {
public:
    explicit CPUTopKV2(Backend* backend) : Execution(backend) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        const int length = inputs[0]->length(1);
        const int k = outputs[0]->length(1);
        for (int row = 0; row < inputs[0]->length(0); ++row) {
            const float* in = inputs[0]->host<float>() + row * length;
            float* values = outputs[0]->host<float>() + row * k;
            int32_t* places = outputs[1]->host<int32_t>() + row * k;
            for (int i = 0; i < k; ++i) {
                values[i] = 0;
                places[i] = 0;
            }
            for (int i = 0; i < length; ++i) {
                if (!(in[i] > values[k - 1])) {
                    continue;
                }
                int at = k - 1;
                for (; at > 0 && in[i] > values[at - 1]; --at) {
                    values[at] = values[at - 1];
                    places[at] = places[at - 1];
                }
                values[at] = in[i];
                places[at] = i;
            }
        }
        return NO_ERROR;
    }
};

class CPUTopKV2Creator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        return outputs.size() == 2 ? new CPUTopKV2(backend) : nullptr;
    }
};

REGISTER_CPU_OP_CREATOR(CPUTopKV2Creator, OpType_TopKV2);

} // namespace MNN
