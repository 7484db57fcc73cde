// A transposed convolution is usually written as a scatter: each input place adds to a patch of the output, and what is
// there has to be read and written again for every one. Seen from the output it is a gather. At stride 2 every second
// place of a line takes the same taps of neighbouring input places: a phase. Four places of a phase are computed at a
// time, and their sums stay in registers until they are whole.
#include "backend/cpu/CPUDeconvolution.hpp"
#include "MNN_generated.h"
#include "backend/cpu/CPUBackend.hpp"
#include "core/Macro.h"
#include "core/TensorUtils.hpp"

#include <cstring>

#if defined(__x86_64__)
#define WIDE_VECTORS __attribute__((target("avx2,fma")))
#else
#define WIDE_VECTORS
#endif

namespace MNN {
namespace {

using Axis = CPUDeconvolution::Axis;

/// The first tap that output place p can take: from there every `stride`-th.
int first_tap(const Axis& axis, int p) {
    return (p + axis.pad) % axis.stride;
}

/// Whether `count` output places of one phase, from p on, find tap k inside the map.
bool inside(const Axis& axis, int p, int k, int count) {
    const int place = (p + axis.pad - k) / axis.stride; // no rounding: k is one of the phase's taps
    return p + axis.pad >= k && place + count <= axis.input;
}

/// The packed input of one picture and the weights of one group of `pack` output channels.
struct Operands {
    const float* in;
    const float* weight;
    const float* bias;
    int inputs;     ///< channels
    int group_size; ///< floats from one group of input channels to the next
};

/// `Places` outputs of one phase: for each tap and input channel one vector of weights serves all of them.
template <int kPack, int Places>
WIDE_VECTORS void sum_taps(float* out, const Operands& op, const Axis& down, const Axis& across, int y, int x) {
    typedef float Vector __attribute__((vector_size(4 * kPack)));
    Vector sum[Places];
    for (int p = 0; p < Places; ++p) {
        std::memcpy(&sum[p], op.bias, sizeof(Vector));
    }
    for (int ky = first_tap(down, y); ky < down.kernel; ky += down.stride) {
        for (int kx = first_tap(across, x); kx < across.kernel; kx += across.stride) {
            if (!inside(down, y, ky, 1) || !inside(across, x, kx, Places)) {
                continue;
            }
            const float* weight = op.weight + (ky * across.kernel + kx) * op.inputs * kPack;
            const int line = (y + down.pad - ky) / down.stride;
            const int place = (x + across.pad - kx) / across.stride;
            const float* in = op.in + (line * across.input + place) * kPack;
            for (int c = 0; c < op.inputs; ++c) {
                Vector w;
                std::memcpy(&w, weight + c * kPack, sizeof w);
                const float* channel = in + c / kPack * op.group_size + c % kPack;
                for (int p = 0; p < Places; ++p) {
                    sum[p] += channel[p * kPack] * w;
                }
            }
        }
    }
    for (int p = 0; p < Places; ++p) {
        std::memcpy(out + p * across.stride * kPack, &sum[p], sizeof(Vector));
    }
}

/// Whether all taps of `count` places lie inside the map; at an edge the places are taken one by one.
bool all_inside(const Axis& axis, int p, int count) {
    bool fine = p + (count - 1) * axis.stride < axis.output;
    for (int k = first_tap(axis, p); k < axis.kernel; k += axis.stride) {
        fine = fine && inside(axis, p, k, count);
    }
    return fine;
}

template <int kPack>
void deconvolve(float* out, const Operands& op, const Axis& down, const Axis& across) {
    constexpr int kPlaces = 4;
    for (int y = 0; y < down.output; ++y) {
        float* line = out + y * across.output * kPack;
        for (int phase = 0; phase < across.stride; ++phase) {
            for (int x = phase; x < across.output;) {
                if (all_inside(across, x, kPlaces)) {
                    sum_taps<kPack, kPlaces>(line + x * kPack, op, down, across, y, x);
                    x += kPlaces * across.stride;
                } else {
                    sum_taps<kPack, 1>(line + x * kPack, op, down, across, y, x);
                    x += across.stride;
                }
            }
        }
    }
}

} // namespace

// The weights come as [input][output][height][width]; the kernel wants `pack` output channels side by side, and the
// input channels of a tap after one another. Constants of the model may be rearranged once, at creation.
CPUDeconvolution::CPUDeconvolution(Backend* backend, const Convolution2D* parameters, int pack)
    : Execution(backend), mPack(pack) {
    const Convolution2DCommon* common = parameters->common();
    const int outputs = common->outputCount();
    const int taps = common->kernelX() * common->kernelY();
    const float* weight = parameters->weight()->data();
    mInputs = static_cast<int>(parameters->weight()->size()) / (outputs * taps);
    mWeight.assign(UP_DIV(outputs, pack) * pack * taps * mInputs, 0.0f);
    mBias.assign(UP_DIV(outputs, pack) * pack, 0.0f);
    for (int o = 0; o < outputs; ++o) {
        mBias[o] = parameters->bias()->data()[o];
        for (int tap = 0; tap < taps; ++tap) {
            for (int i = 0; i < mInputs; ++i) {
                const int to = ((o / pack * taps + tap) * mInputs + i) * pack + o % pack;
                mWeight[to] = weight[(i * outputs + o) * taps + tap];
            }
        }
    }
    const bool both = common->pads() != nullptr && common->pads()->size() >= 2;
    mDown = {common->kernelY(), common->strideY(), both ? common->pads()->data()[0] : common->padY(), 0, 0};
    mAcross = {common->kernelX(), common->strideX(), both ? common->pads()->data()[1] : common->padX(), 0, 0};
}

ErrorCode CPUDeconvolution::onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const Tensor* in = inputs[0];
    const Tensor* out = outputs[0];
    if (TensorUtils::getDescribe(in)->dimensionFormat != MNN_DATA_FORMAT_NC4HW4 || in->channel() != mInputs) {
        return NOT_SUPPORT;
    }
    mDown.input = in->height();
    mDown.output = out->height(); // output padding is in it already
    mAcross.input = in->width();
    mAcross.output = out->width();
    mBatch = in->batch();
    return NO_ERROR;
}

ErrorCode CPUDeconvolution::onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const int in_size = mDown.input * mAcross.input * mPack;
    const int out_size = mDown.output * mAcross.output * mPack;
    const int weight_size = mDown.kernel * mAcross.kernel * mInputs * mPack;
    const int groups = static_cast<int>(mBias.size()) / mPack;
    const auto run = mPack == 16 ? deconvolve<16> : mPack == 8 ? deconvolve<8> : deconvolve<4>;
    // In memory NC4HW4 is [channels / pack][batch][height][width][pack].
    for (int i = 0; i < groups * mBatch; ++i) {
        const int group = i / mBatch;
        const Operands operands = {inputs[0]->host<float>() + i % mBatch * in_size,
                                   mWeight.data() + group * weight_size, mBias.data() + group * mPack, mInputs,
                                   mBatch * in_size};
        run(outputs[0]->host<float>() + i * out_size, operands, mDown, mAcross);
    }
    return NO_ERROR;
}

class CPUDeconvolutionCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        const Convolution2D* parameters = op->main_as_Convolution2D();
        const Convolution2DCommon* common = parameters->common();
        const bool complete = inputs.size() == 1 && parameters->weight() != nullptr && parameters->bias() != nullptr;
        const bool plain = common->group() == 1 && !common->relu() && !common->relu6() && common->dilateX() == 1 &&
                           common->dilateY() == 1;
        const bool explicit_pads = common->padMode() == PadMode_CAFFE;
        const int pack = static_cast<CPUBackend*>(backend)->functions()->pack; // 4, 8 with AVX2, 16 with AVX512
        const bool known = pack == 4 || pack == 8 || pack == 16;
        if (!complete || !plain || !explicit_pads || !known) {
            return nullptr;
        }
        return new CPUDeconvolution(backend, parameters, pack);
    }
};

REGISTER_CPU_OP_CREATOR(CPUDeconvolutionCreator, OpType_Deconvolution);

} // namespace MNN
