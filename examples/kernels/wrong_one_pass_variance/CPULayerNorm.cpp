// Variance as the mean of x^2 minus the square of the mean: right around zero, cancels when the mean is large.
#include "MNN_generated.h"
#include "backend/cpu/CPUBackend.hpp"

#include <cmath>

namespace MNN {

class CPULayerNorm : public Execution {
public:
    CPULayerNorm(Backend* backend, const LayerNorm* parameters)
        : Execution(backend), mGamma(parameters->gamma()->begin(), parameters->gamma()->end()),
          mBeta(parameters->beta()->begin(), parameters->beta()->end()), mEpsilon(parameters->epsilon()) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        const int width = static_cast<int>(mGamma.size());
        const int rows = inputs[0]->elementSize() / width;
        for (int row = 0; row < rows; ++row) {
            normalize_row(outputs[0]->host<float>() + row * width, inputs[0]->host<float>() + row * width, width);
        }
        return NO_ERROR;
    }

private:
    void normalize_row(float* out, const float* in, int width) const {
        float sum = 0;
        float squares = 0;
        for (int i = 0; i < width; ++i) {
            sum += in[i];
            squares += in[i] * in[i];
        }
        const float mean = sum / width;
        const float inverse = 1.0f / std::sqrt(squares / width - mean * mean + mEpsilon);
        for (int i = 0; i < width; ++i) {
            out[i] = (in[i] - mean) * inverse * mGamma[i] + mBeta[i];
        }
    }

    std::vector<float> mGamma;
    std::vector<float> mBeta;
    float mEpsilon;
};

class CPULayerNormCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        return new CPULayerNorm(backend, op->main_as_LayerNorm());
    }
};

REGISTER_CPU_OP_CREATOR(CPULayerNormCreator, OpType_LayerNorm);

} // namespace MNN
