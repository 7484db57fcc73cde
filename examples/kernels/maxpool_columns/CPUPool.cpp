// Max pooling by columns. For each row of the output the maximum of every input column under the window is taken once
// and kept in a line that stays in the first-level cache; the windows then only look along that line. Windows that
// overlap share the columns: a 3x3 window at stride 2 reads six new values instead of nine. Windows are cut at the
// edges, so padding costs nothing and, unlike the framework's start value of -2^24, never wins.
#include "backend/cpu/CPUPool.hpp"
#include "backend/cpu/CPUBackend.hpp"

#if defined(__x86_64__)
#define POOL_TARGET __attribute__((target("avx2,fma")))
#else
#define POOL_TARGET
#endif

namespace MNN {
namespace {

/// What the windows look like along one axis.
struct Window {
    int kernel;
    int stride;
    int pad;
    int input;
    int output;

    int begin(int at) const { return std::min(std::max(at * stride - pad, 0), input - 1); }
    int end(int at) const { return std::min(at * stride - pad + kernel, input); }
};

/// line[i] = the larger of line[i] and row[i].
POOL_TARGET void raise(const float* __restrict row, int size, float* __restrict line) {
    for (int i = 0; i < size; ++i) {
        line[i] = std::max(line[i], row[i]);
    }
}

/// line[i] = the largest of three rows.
POOL_TARGET void raise_three(const float* __restrict row, int stride, int size, float* __restrict line) {
    for (int i = 0; i < size; ++i) {
        line[i] = std::max(std::max(row[i], row[stride + i]), row[2 * stride + i]);
    }
}

template <int kPack>
POOL_TARGET void pool_line(const float* __restrict line, const Window& across, float* __restrict output) {
    for (int w = 0; w < across.output; ++w, output += kPack) {
        const int begin = across.begin(w);
        const int end = across.end(w);
        float best[kPack];
        std::copy(line + begin * kPack, line + (begin + 1) * kPack, best);
        for (int x = begin + 1; x < end; ++x) {
            for (int i = 0; i < kPack; ++i) {
                best[i] = std::max(best[i], line[x * kPack + i]);
            }
        }
        std::copy(best, best + kPack, output);
    }
}

template <int kPack>
void pool_map(const float* map, const Window& down, const Window& across, float* line, float* output) {
    const int row = across.input * kPack;
    for (int h = 0; h < down.output; ++h) {
        int y = down.begin(h);
        const int end = down.end(h);
        if (y + 3 <= end) {
            raise_three(map + y * row, row, row, line);
            y += 3;
        } else {
            std::copy(map + y * row, map + (y + 1) * row, line);
            y += 1;
        }
        for (; y < end; ++y) {
            raise(map + y * row, row, line);
        }
        pool_line<kPack>(line, across, output + h * across.output * kPack);
    }
}

} // namespace

ErrorCode CPUPool::onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const Tensor* input = inputs[0];
    const Tensor* output = outputs[0];
    const int pack = static_cast<CPUBackend*>(backend())->functions()->pack;
    const Pool* p = parameters_;
    Window down = {p->kernelY(), p->strideY(), p->padY(), input->height(), output->height()};
    Window across = {p->kernelX(), p->strideX(), p->padX(), input->width(), output->width()};
    if (p->isGlobal()) {
        down = {input->height(), 1, 0, input->height(), 1};
        across = {input->width(), 1, 0, input->width(), 1};
    } else if (p->padType() == PoolPadType_SAME) {
        down.pad = std::max((down.output - 1) * down.stride + down.kernel - down.input, 0) / 2;
        across.pad = std::max((across.output - 1) * across.stride + across.kernel - across.input, 0) / 2;
    } else if (p->padType() == PoolPadType_VALID) {
        down.pad = across.pad = 0;
    } else if (p->pads() != nullptr && p->pads()->size() == 4) {
        down.pad = p->pads()->data()[0];
        across.pad = p->pads()->data()[1];
    }
    auto run = pack == 4 ? pool_map<4> : pack == 8 ? pool_map<8> : pool_map<16>;
    std::vector<float> line(across.input * pack);
    const int maps = input->batch() * UP_DIV(input->channel(), pack);
    for (int m = 0; m < maps; ++m) {
        run(input->host<float>() + m * down.input * across.input * pack, down, across, line.data(),
            output->host<float>() + m * down.output * across.output * pack);
    }
    return NO_ERROR;
}

class CPUPoolCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        const auto core = static_cast<CPUBackend*>(backend)->functions();
        const bool pack_served = core->pack == 4 || core->pack == 8 || core->pack == 16;
        const bool floats = inputs[0]->getType() == halide_type_of<float>() && core->bytes == 4;
        if (!pack_served || !floats || outputs.size() != 1 || op->main_as_Pool()->type() != PoolType_MAXPOOL) {
            return nullptr;
        }
        return new CPUPool(backend, op->main_as_Pool());
    }
};

REGISTER_CPU_OP_CREATOR(CPUPoolCreator, OpType_Pooling);

} // namespace MNN
