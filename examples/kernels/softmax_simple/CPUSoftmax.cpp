#include "backend/cpu/CPUSoftmax.hpp"
#include "backend/cpu/CPUBackend.hpp"
#include "core/Concurrency.h"
#include "core/Macro.h"
#include "core/TensorUtils.hpp"

#include <cstring>

// The framework compiles kernels for the oldest processor: a function says itself what it needs.
#if defined(__x86_64__)
#define WIDE_VECTORS __attribute__((target("avx2,fma")))
#else
#define WIDE_VECTORS
#endif

namespace MNN {

namespace {

// Independent partial sums: a compiler may not reorder one floating-point sum, but it may vectorise eight.
constexpr int kLanes = 8;

WIDE_VECTORS float maximum_of(const float* values, int count) {
    float lane[kLanes];
    for (int j = 0; j < kLanes; ++j) {
        lane[j] = values[0];
    }
    int i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        for (int j = 0; j < kLanes; ++j) {
            lane[j] = values[i + j] > lane[j] ? values[i + j] : lane[j];
        }
    }
    for (; i < count; ++i) {
        lane[0] = values[i] > lane[0] ? values[i] : lane[0];
    }
    for (int j = 1; j < kLanes; ++j) {
        lane[0] = lane[j] > lane[0] ? lane[j] : lane[0];
    }
    return lane[0];
}

WIDE_VECTORS float sum_of(const float* values, int count) {
    float lane[kLanes] = {};
    int i = 0;
    for (; i + kLanes <= count; i += kLanes) {
        for (int j = 0; j < kLanes; ++j) {
            lane[j] += values[i + j];
        }
    }
    for (; i < count; ++i) {
        lane[0] += values[i];
    }
    float sum = 0;
    for (int j = 0; j < kLanes; ++j) {
        sum += lane[j];
    }
    return sum;
}

/// out = exp(in - maximum), for in <= maximum; relative error below 1e-6. e^x = 2^n * e^r with |r| <= ln(2)/2.
WIDE_VECTORS void exp_below(float* out, const float* in, int count, float maximum) {
    for (int i = 0; i < count; ++i) {
        float x = in[i] - maximum;
        x = x > -87.0f ? x : -87.0f; // 2^n stays a normal number; e^-87 is nothing beside e^0 = 1
        const float shifted = x * 1.44269504f + 12582912.0f; // adding 1.5 * 2^23 rounds to an integer
        const float n = shifted - 12582912.0f;
        const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f; // ln(2) in two parts
        float power = 1.0f / 720.0f;
        power = power * r + 1.0f / 120.0f;
        power = power * r + 1.0f / 24.0f;
        power = power * r + 1.0f / 6.0f;
        power = power * r + 0.5f;
        power = power * r + 1.0f;
        power = power * r + 1.0f;
        const int bits = (static_cast<int>(n) + 127) << 23; // the exponent field of 2^n
        float scale;
        std::memcpy(&scale, &bits, sizeof scale);
        out[i] = power * scale;
    }
}

WIDE_VECTORS void scale_by(float* values, int count, float factor) {
    for (int i = 0; i < count; ++i) {
        values[i] *= factor;
    }
}

void softmax_row(float* out, const float* in, int width) {
    exp_below(out, in, width, maximum_of(in, width));
    scale_by(out, width, 1.0f / sum_of(out, width));
}

} // namespace

CPUSoftmax::CPUSoftmax(Backend* backend, int axis) : Execution(backend), mAxis(axis) {}

// Shapes are known here, contents are not: plan, but do not compute.
ErrorCode CPUSoftmax::onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const Tensor* input = inputs[0];
    const int rank = input->dimensions();
    const int axis = mAxis < 0 ? mAxis + rank : mAxis;
    if (axis != rank - 1 || TensorUtils::getDescribe(input)->dimensionFormat == MNN_DATA_FORMAT_NC4HW4) {
        return NOT_SUPPORT;
    }
    mWidth = input->length(axis);
    mRows = 1;
    for (int i = 0; i < axis; ++i) {
        mRows *= input->length(i);
    }
    return NO_ERROR;
}

// The addresses of the tensors are asked for in every call: they may change between calls.
ErrorCode CPUSoftmax::onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const float* in = inputs[0]->host<float>();
    float* out = outputs[0]->host<float>();
    const int threads = ALIMIN(static_cast<CPUBackend*>(backend())->threadNumber(), mRows);
    MNN_CONCURRENCY_BEGIN(thread, threads) {
        for (int row = thread; row < mRows; row += threads) {
            softmax_row(out + row * mWidth, in + row * mWidth, mWidth);
        }
    }
    MNN_CONCURRENCY_END();
    return NO_ERROR;
}

class CPUSoftmaxCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        return new CPUSoftmax(backend, op->main_as_Axis()->axis());
    }
};

REGISTER_CPU_OP_CREATOR(CPUSoftmaxCreator, OpType_Softmax);

} // namespace MNN
