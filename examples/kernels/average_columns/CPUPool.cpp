// Average pooling by columns. Three neighbouring 3x3 windows share a column of three places: its sum is made once and
// used by all three, so that a window costs three loads and four additions where the framework has nine of each. The
// columns' sums are added anew for every window rather than one added and one subtracted from a running sum: with a
// running sum a large value would leave its rounding behind in every window after it.
#include "backend/cpu/CPUPool.hpp"
#include "MNN_generated.h"
#include "backend/cpu/CPUBackend.hpp"
#include "core/Macro.h"

#include <cstring>

#if defined(__x86_64__)
#define WIDE_VECTORS __attribute__((target("avx2,fma")))
#else
#define WIDE_VECTORS
#endif

namespace MNN {
namespace {

/// Two or three lines of a map, of which a line of windows consists; `length` floats apart.
struct Band {
    const float* data;
    int length;
    int lines;
};

/// The sum of one column of the band, for kPack channels side by side.
template <int kPack>
struct Column {
    typedef float Vector __attribute__((vector_size(4 * kPack)));

    static WIDE_VECTORS Vector load(const float* place) {
        Vector v;
        std::memcpy(&v, place, sizeof v);
        return v;
    }
    static WIDE_VECTORS Vector sum(const Band& band, int x) {
        const float* place = band.data + x * kPack;
        Vector v = load(place) + load(place + band.length);
        return band.lines == 3 ? v + load(place + 2 * band.length) : v;
    }
};

/// One line of windows. What lies beyond the map adds nothing and is not counted.
template <int kPack>
WIDE_VECTORS void average_line(float* out, const Band& band, int width) {
    typedef typename Column<kPack>::Vector Vector;
    const float at_edge = 1.0f / (2 * band.lines);
    const float inside = 1.0f / (3 * band.lines);
    Vector before = Vector{};
    Vector here = Column<kPack>::sum(band, 0);
    for (int x = 0; x < width; ++x) {
        const bool last = x == width - 1;
        const Vector after = last ? Vector{} : Column<kPack>::sum(band, x + 1);
        const Vector mean = (before + here + after) * (x == 0 || last ? at_edge : inside);
        std::memcpy(out + x * kPack, &mean, sizeof mean);
        before = here;
        here = after;
    }
}

template <int kPack>
void average_map(float* out, const float* in, int height, int width) {
    const int length = width * kPack;
    for (int y = 0; y < height; ++y) {
        const int begin = ALIMAX(y - 1, 0);
        const int end = ALIMIN(y + 2, height);
        average_line<kPack>(out + y * length, {in + begin * length, length, end - begin}, width);
    }
}

} // namespace

ErrorCode CPUPool::onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const Tensor* in = inputs[0];
    const int pack = static_cast<CPUBackend*>(backend())->functions()->pack; // 4, 8 with AVX2, 16 with AVX512
    const int maps = in->batch() * UP_DIV(in->channel(), pack);
    const int size = in->height() * in->width() * pack;
    const auto average = pack == 4 ? average_map<4> : pack == 8 ? average_map<8> : average_map<16>;
    for (int m = 0; m < maps; ++m) {
        average(outputs[0]->host<float>() + m * size, in->host<float>() + m * size, in->height(), in->width());
    }
    return NO_ERROR;
}

class CPUPoolCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        const auto core = static_cast<CPUBackend*>(backend)->functions();
        const bool known = (core->pack == 4 || core->pack == 8 || core->pack == 16) && core->bytes == 4;
        return known && is_ours(op->main_as_Pool()) && inputs[0]->height() > 1 && inputs[0]->width() > 1
                   ? new CPUPool(backend)
                   : nullptr;
    }

private:
    static bool is_ours(const Pool* pool) {
        const bool average = pool->type() == PoolType_AVEPOOL && !pool->isGlobal();
        const bool kernel =
            pool->kernelX() == 3 && pool->kernelY() == 3 && pool->strideX() == 1 && pool->strideY() == 1;
        const bool pads = pool->pads() != nullptr && pool->pads()->size() == 4 && pool->pads()->data()[0] == 1 &&
                          pool->pads()->data()[1] == 1 && pool->pads()->data()[2] == 1 && pool->pads()->data()[3] == 1;
        // With a list of pads, as ONNX has them, the default is not to count padding.
        return average && kernel && pads && pool->countType() != AvgPoolCountType_INCLUDE_PADDING;
    }
};

REGISTER_CPU_OP_CREATOR(CPUPoolCreator, OpType_Pooling);

} // namespace MNN
