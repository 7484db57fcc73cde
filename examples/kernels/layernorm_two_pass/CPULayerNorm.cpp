#include "MNN_generated.h"

#include "backend/cpu/CPUBackend.hpp"
#include "backend/cpu/CPULayerNorm.hpp"
#include "core/TensorUtils.hpp"

#include <cmath>

#if defined(__x86_64__)
#define WIDE_VECTORS __attribute__((target("avx2,fma")))
#else
#define WIDE_VECTORS
#endif

namespace MNN {

namespace {

constexpr int kLanes = 32; // independent sums: four vectors of eight, which hide the latency of the addition

WIDE_VECTORS float mean_of(const float* values, int count) {
    float lane[kLanes] = {};
    float sum = 0;
    int i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        for (int j = 0; j < kLanes; ++j) {
            lane[j] += values[i + j];
        }
    }
    for (; i < count; ++i) {
        sum += values[i];
    }
    for (int j = 0; j < kLanes; ++j) {
        sum += lane[j];
    }
    return sum / count;
}

/// The mean of (x - mean)^2. The one-pass formula, mean of x^2 minus mean^2, cancels when the mean is large.
WIDE_VECTORS float variance_of(const float* values, int count, float mean) {
    float lane[kLanes] = {};
    float sum = 0;
    int i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        for (int j = 0; j < kLanes; ++j) {
            const float distance = values[i + j] - mean;
            lane[j] += distance * distance;
        }
    }
    for (; i < count; ++i) {
        sum += (values[i] - mean) * (values[i] - mean);
    }
    for (int j = 0; j < kLanes; ++j) {
        sum += lane[j];
    }
    return sum / count;
}

WIDE_VECTORS void normalize_row(float* out, const float* in, const float* gamma, const float* beta, int width,
                                float epsilon) {
    const float mean = mean_of(in, width);
    const float inverse = 1.0f / std::sqrt(variance_of(in, width, mean) + epsilon);
    for (int i = 0; i < width; ++i) {
        out[i] = (in[i] - mean) * inverse * gamma[i] + beta[i];
    }
}

} // namespace

// Parameters belong to the model, not to its inputs: a kernel may copy or repack them when it is created.
CPULayerNorm::CPULayerNorm(Backend* backend, const LayerNorm* parameters)
    : Execution(backend), mGamma(parameters->gamma()->begin(), parameters->gamma()->end()),
      mBeta(parameters->beta()->begin(), parameters->beta()->end()), mEpsilon(parameters->epsilon()),
      mAxes(parameters->axis()->size()) {}

ErrorCode CPULayerNorm::onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const Tensor* input = inputs[0];
    const int rank = input->dimensions();
    int width = 1;
    mRows = 1;
    for (int i = 0; i < rank; ++i) {
        (i < rank - mAxes ? mRows : width) *= input->length(i);
    }
    const bool packed = TensorUtils::getDescribe(input)->dimensionFormat == MNN_DATA_FORMAT_NC4HW4;
    const int expected = static_cast<int>(mGamma.size());
    return packed || width != expected || mBeta.size() != mGamma.size() ? NOT_SUPPORT : NO_ERROR;
}

ErrorCode CPULayerNorm::onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const float* in = inputs[0]->host<float>();
    float* out = outputs[0]->host<float>();
    const int width = static_cast<int>(mGamma.size());
    for (int row = 0; row < mRows; ++row) {
        normalize_row(out + row * width, in + row * width, mGamma.data(), mBeta.data(), width, mEpsilon);
    }
    return NO_ERROR;
}

class CPULayerNormCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        const LayerNorm* parameters = op->main_as_LayerNorm();
        const bool complete =
            parameters->axis() != nullptr && parameters->gamma() != nullptr && parameters->beta() != nullptr;
        if (!complete || parameters->group() > 1 || parameters->useRMSNorm()) {
            return nullptr;
        }
        return new CPULayerNorm(backend, parameters);
    }
};

REGISTER_CPU_OP_CREATOR(CPULayerNormCreator, OpType_LayerNorm);

} // namespace MNN
