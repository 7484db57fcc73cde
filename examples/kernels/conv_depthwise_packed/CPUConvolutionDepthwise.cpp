#include "MNN_generated.h"

#include "backend/cpu/CPUBackend.hpp"
#include "backend/cpu/CPUConvolutionDepthwise.hpp"
#include "backend/cpu/compute/CommonOptFunction.h"
#include "core/Macro.h"
#include "core/TensorUtils.hpp"

#if defined(__x86_64__)
#define WIDE_VECTORS __attribute__((target("avx2,fma")))
#else
#define WIDE_VECTORS
#endif

namespace MNN {

namespace {

using Shape = CPUConvolutionDepthwise::Shape;

/// Taps outside the picture are left out, which is what padding with zeros comes to.
struct Taps {
    int begin, end;
};
Taps taps_inside(int start, int kernel, int length) {
    return {ALIMAX(0, -start), ALIMIN(kernel, length - start)};
}

/// `Pixels` neighbours of an output line, each `Pack` channels side by side: every step is one vector operation, and a
/// weight that is loaded serves all of them.
template <int Pack, int Pixels>
WIDE_VECTORS inline void convolve_pixels(float* out, const float* in, const float* weight, const float* bias,
                                         const Shape& s, int y, int x, Taps down, Taps across) {
    float sum[Pixels][Pack];
    for (int p = 0; p < Pixels; ++p) {
        for (int c = 0; c < Pack; ++c) {
            sum[p][c] = bias[c];
        }
    }
    for (int ky = down.begin; ky < down.end; ++ky) {
        for (int kx = across.begin; kx < across.end; ++kx) {
            const float* tap = weight + (ky * s.kernelWidth + kx) * Pack;
            const float* first = in + ((y + ky) * s.inWidth + x + kx) * Pack;
            for (int p = 0; p < Pixels; ++p) {
                for (int c = 0; c < Pack; ++c) {
                    sum[p][c] += first[p * s.strideX * Pack + c] * tap[c];
                }
            }
        }
    }
    for (int p = 0; p < Pixels; ++p) {
        for (int c = 0; c < Pack; ++c) {
            out[p * Pack + c] = sum[p][c];
        }
    }
}

template <int Pack>
WIDE_VECTORS void convolve_picture(float* out, const float* in, const float* weight, const float* bias,
                                   const Shape& s) {
    constexpr int kPixels = 4;
    for (int oy = 0; oy < s.outHeight; ++oy) {
        const int y = oy * s.strideY - s.padY;
        const Taps down = taps_inside(y, s.kernelHeight, s.inHeight);
        for (int ox = 0; ox < s.outWidth;) {
            const int x = ox * s.strideX - s.padX;
            const int last = x + (kPixels - 1) * s.strideX + s.kernelWidth; // one past what four pixels read
            float* to = out + (oy * s.outWidth + ox) * Pack;
            if (x >= 0 && last <= s.inWidth && ox + kPixels <= s.outWidth) {
                convolve_pixels<Pack, kPixels>(to, in, weight, bias, s, y, x, down, {0, s.kernelWidth});
                ox += kPixels;
            } else {
                const Taps across = taps_inside(x, s.kernelWidth, s.inWidth);
                convolve_pixels<Pack, 1>(to, in, weight, bias, s, y, x, down, across);
                ox += 1;
            }
        }
    }
}

} // namespace

// The weights come as [channel][height][width]; the kernel wants the channels of one pack side by side, like the
// pictures. Constants of the model may be rearranged once, at creation.
CPUConvolutionDepthwise::CPUConvolutionDepthwise(Backend* backend, const Convolution2D* parameters, int pack)
    : Execution(backend), mPack(pack) {
    const Convolution2DCommon* common = parameters->common();
    const int channels = common->outputCount();
    const int taps = common->kernelX() * common->kernelY();
    const int groups = UP_DIV(channels, pack);
    mWeight.assign(groups * taps * pack, 0.0f);
    mBias.assign(groups * pack, 0.0f);
    for (int c = 0; c < channels; ++c) {
        mBias[c] = parameters->bias()->data()[c];
        for (int tap = 0; tap < taps; ++tap) {
            mWeight[(c / pack * taps + tap) * pack + c % pack] = parameters->weight()->data()[c * taps + tap];
        }
    }
    mShape.kernelHeight = common->kernelY();
    mShape.kernelWidth = common->kernelX();
    mShape.strideY = common->strideY();
    mShape.strideX = common->strideX();
    mShape.padY = common->pads() != nullptr ? common->pads()->data()[0] : common->padY();
    mShape.padX = common->pads() != nullptr ? common->pads()->data()[1] : common->padX();
}

ErrorCode CPUConvolutionDepthwise::onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const Tensor* in = inputs[0];
    const Tensor* out = outputs[0];
    if (TensorUtils::getDescribe(in)->dimensionFormat != MNN_DATA_FORMAT_NC4HW4) {
        return NOT_SUPPORT;
    }
    mShape.inHeight = in->height();
    mShape.inWidth = in->width();
    mShape.outHeight = out->height();
    mShape.outWidth = out->width();
    mBatch = in->batch();
    mPictures = mBatch * UP_DIV(in->channel(), mPack);
    return NO_ERROR;
}

ErrorCode CPUConvolutionDepthwise::onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const int inSize = mShape.inHeight * mShape.inWidth * mPack;
    const int outSize = mShape.outHeight * mShape.outWidth * mPack;
    const int taps = mShape.kernelHeight * mShape.kernelWidth;
    auto convolve = mPack == 16 ? convolve_picture<16> : mPack == 8 ? convolve_picture<8> : convolve_picture<4>;
    // In memory NC4HW4 is [channels / pack][batch][height][width][pack].
    for (int i = 0; i < mPictures; ++i) {
        const int group = i / mBatch;
        convolve(outputs[0]->host<float>() + i * outSize, inputs[0]->host<float>() + i * inSize,
                 mWeight.data() + group * taps * mPack, mBias.data() + group * mPack, mShape);
    }
    return NO_ERROR;
}

class CPUConvolutionDepthwiseCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        const Convolution2D* parameters = op->main_as_Convolution2D();
        const Convolution2DCommon* common = parameters->common();
        const bool complete = inputs.size() == 1 && parameters->weight() != nullptr && parameters->bias() != nullptr;
        const bool plain = !common->relu() && !common->relu6() && common->dilateX() == 1 && common->dilateY() == 1;
        const int pack = static_cast<CPUBackend*>(backend)->functions()->pack; // 4, 8 with AVX2, 16 with AVX512
        const bool known = pack == 4 || pack == 8 || pack == 16;
        if (!complete || !plain || !known) {
            return nullptr;
        }
        return new CPUConvolutionDepthwise(backend, parameters, pack);
    }
};

REGISTER_CPU_OP_CREATOR(CPUConvolutionDepthwiseCreator, OpType_ConvolutionDepthwise);

} // namespace MNN
