// Points the output tensor at memory of its own instead of filling the memory it was given.
#include "backend/cpu/CPUBackend.hpp"

#include <algorithm>
#include <cmath>

namespace MNN {

/// Right, and slow: no vectors.
static void softmax_row(float* out, const float* in, int width) {
    const float maximum = *std::max_element(in, in + width);
    float sum = 0;
    for (int i = 0; i < width; ++i) {
        out[i] = std::exp(in[i] - maximum);
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
        mOwn.resize(rows * width);
        for (int row = 0; row < rows; ++row) {
            softmax_row(mOwn.data() + row * width, inputs[0]->host<float>() + row * width, width);
        }
        outputs[0]->buffer().host = reinterpret_cast<uint8_t*>(mOwn.data());
        return NO_ERROR;
    }

private:
    std::vector<float> mOwn;
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
