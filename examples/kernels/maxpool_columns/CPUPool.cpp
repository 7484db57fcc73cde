// Max pooling by columns. In a row of 3x3 windows at stride 2 neighbours share a column of three places: its maximum
// stays in a register, so a window reads six new places where the framework reads nine. Windows of other sizes, and
// those that the edge cuts, take the plain way. Padding costs nothing and, unlike the framework's start value of -2^24,
// never wins. The session also packs the maps before and unpacks them after, which no pooling kernel can speed up: the
// gain is small.
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

/// Where a row of windows lies: `rows` lines of the map, `line` floats apart.
struct Band {
    const float* data;
    int line;
    int rows;
};

/// `kPack` channels of one place, which the compiler keeps in one register or two.
template <int kPack>
struct Channels {
    typedef float Vector __attribute__((vector_size(4 * kPack)));
    Vector v;

    POOL_TARGET explicit Channels(const float* place) { std::memcpy(&v, place, sizeof(v)); }
    POOL_TARGET void raise(const Channels& other) { v = v > other.v ? v : other.v; }
    POOL_TARGET void save(float* place) const { std::memcpy(place, &v, sizeof(v)); }
};

/// One window: `columns` places of each line of the band.
template <int kPack>
POOL_TARGET void pool_one(const Band& band, int columns, float* output) {
    Channels<kPack> best(band.data);
    for (int y = 0; y < band.rows; ++y) {
        for (int x = 0; x < columns; ++x) {
            best.raise(Channels<kPack>(band.data + y * band.line + x * kPack));
        }
    }
    best.save(output);
}

/// The largest of the three places of a column.
template <int kPack>
POOL_TARGET inline Channels<kPack> column(const float* place, int line) {
    Channels<kPack> best(place);
    best.raise(Channels<kPack>(place + line));
    best.raise(Channels<kPack>(place + 2 * line));
    return best;
}

/// `count` whole windows of 3x3 at stride 2.
template <int kPack>
POOL_TARGET void pool_three(const Band& band, int count, float* output) {
    const float* place = band.data;
    Channels<kPack> best = column<kPack>(place, band.line);
    for (int w = 0; w < count; ++w, output += kPack) {
        place += 2 * kPack;
        best.raise(column<kPack>(place - kPack, band.line));
        const Channels<kPack> shared = column<kPack>(place, band.line);
        best.raise(shared);
        best.save(output);
        best = shared;
    }
}

template <int kPack>
void pool_map(const float* map, const Window& down, const Window& across, float* output) {
    const int line = across.input * kPack;
    const bool three = down.kernel == 3 && across.kernel == 3 && across.stride == 2;
    for (int h = 0; h < down.output; ++h) {
        const Band band = {map + down.begin(h) * line, line, down.end(h) - down.begin(h)};
        for (int w = 0; w < across.output;) {
            const int begin = across.begin(w);
            const Band here = {band.data + begin * kPack, line, band.rows};
            const int whole = std::min((across.input - begin - 1) / 2, across.output - w);
            if (three && band.rows == 3 && across.end(w) - begin == 3 && whole > 0) {
                pool_three<kPack>(here, whole, output);
                w += whole;
                output += whole * kPack;
            } else {
                pool_one<kPack>(here, across.end(w) - begin, output);
                w += 1;
                output += kPack;
            }
        }
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
    const int maps = input->batch() * UP_DIV(input->channel(), pack);
    for (int m = 0; m < maps; ++m) {
        run(input->host<float>() + m * down.input * across.input * pack, down, across,
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
