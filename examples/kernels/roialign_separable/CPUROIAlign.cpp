// RoiAlign as two axes. Bilinear weights are products of a row's and a column's weight, and so are their averages over
// the samples of a bin: each box needs one short list of (place, weight) per axis, 14 samples each instead of 14 * 14.
// The framework makes two small vectors on the heap for every one of the 196 samples of every box; here the lists are
// built once per box and reused, which leaves the sums themselves: `pack` channels in one or two SIMD registers.
#include "backend/cpu/CPUROIAlign.hpp"
#include "backend/cpu/CPUBackend.hpp"
#include "core/TensorUtils.hpp"

#if defined(__x86_64__)
#define ROI_TARGET __attribute__((target("avx2,fma")))
#else
#define ROI_TARGET
#endif

namespace MNN {
namespace {

/// A row or column of the map and what it weighs in a bin.
struct Tap {
    int offset;
    float weight;
};

/// The taps of every bin of one axis, two per sample. `step` is the distance of neighbours on the axis.
void make_taps(float begin, float end, bool aligned, int bins, int ratio, int extent, int step,
               std::vector<Tap>& taps) {
    const float size = aligned ? end - begin : std::max(end - begin, 1.0f);
    const float bin = size / static_cast<float>(bins);
    const int samples = ratio > 0 ? ratio : std::max(static_cast<int>(std::ceil(bin)), 1);
    const float share = 1.0f / static_cast<float>(samples);
    taps.clear();
    for (int b = 0; b < bins; ++b) {
        for (int s = 0; s < samples; ++s) {
            float at = begin + static_cast<float>(b) * bin + (static_cast<float>(s) + 0.5f) * bin * share;
            if (!(at >= -1.0f && at <= static_cast<float>(extent))) { // outside: weighs nothing
                taps.push_back({0, 0.0f});
                taps.push_back({0, 0.0f});
                continue;
            }
            at = std::min(std::max(at, 0.0f), static_cast<float>(extent - 1));
            const int low = static_cast<int>(at);
            const int high = std::min(low + 1, extent - 1);
            const float part = at - static_cast<float>(low);
            taps.push_back({low * step, (1.0f - part) * share});
            taps.push_back({high * step, part * share});
        }
    }
}

/// One box on one map of kPack channels.
template <int kPack>
ROI_TARGET void align(const float* map, const std::vector<Tap>& rows, const std::vector<Tap>& columns, int height,
                      int width, float* output) {
    const int row_taps = static_cast<int>(rows.size()) / height;
    const int column_taps = static_cast<int>(columns.size()) / width;
    for (int h = 0; h < height; ++h) {
        const Tap* row = rows.data() + h * row_taps;
        for (int w = 0; w < width; ++w, output += kPack) {
            const Tap* column = columns.data() + w * column_taps;
            float sum[kPack] = {};
            for (int r = 0; r < row_taps; ++r) {
                const float* line = map + row[r].offset;
                float part[kPack] = {};
                for (int c = 0; c < column_taps; ++c) {
                    const float* place = line + column[c].offset;
                    for (int i = 0; i < kPack; ++i) {
                        part[i] += place[i] * column[c].weight;
                    }
                }
                for (int i = 0; i < kPack; ++i) {
                    sum[i] += part[i] * row[r].weight;
                }
            }
            std::copy(sum, sum + kPack, output);
        }
    }
}

/// Value c of box n, in whichever layout the boxes come.
float box_value(const Tensor* boxes, int pack, int n, int c) {
    const float* data = boxes->host<float>();
    if (TensorUtils::getDescribe(boxes)->dimensionFormat == MNN_DATA_FORMAT_NC4HW4) {
        return data[(c / pack * boxes->length(0) + n) * pack + c % pack];
    }
    return data[n * boxes->length(1) + c];
}

} // namespace

ErrorCode CPUROIAlign::onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const Tensor* input = inputs[0];
    const Tensor* boxes = inputs[1];
    const Tensor* output = outputs[0];
    const int pack = static_cast<CPUBackend*>(backend())->functions()->pack;
    const int width = parameters_->pooledWidth();
    const int height = parameters_->pooledHeight();
    const int map_size = input->width() * input->height() * pack;
    const int bin_count = width * height * pack;
    const int slices = UP_DIV(input->channel(), pack);
    const float scale = parameters_->spatialScale();
    const float shift = parameters_->aligned() ? -0.5f : 0.0f;
    const bool separate = inputs.size() > 2; // else value 0 of each box is its image
    auto run = pack == 4 ? align<4> : pack == 8 ? align<8> : align<16>;
    std::vector<Tap> rows;
    std::vector<Tap> columns;
    for (int n = 0; n < output->batch(); ++n) {
        const int image = separate ? inputs[2]->host<int32_t>()[n] : static_cast<int>(box_value(boxes, pack, n, 0));
        float corner[4];
        for (int c = 0; c < 4; ++c) {
            corner[c] = box_value(boxes, pack, n, separate ? c : c + 1) * scale + shift;
        }
        make_taps(corner[0], corner[2], parameters_->aligned(), width, parameters_->samplingRatio(), input->width(),
                  pack, columns);
        make_taps(corner[1], corner[3], parameters_->aligned(), height, parameters_->samplingRatio(), input->height(),
                  pack * input->width(), rows);
        for (int s = 0; s < slices; ++s) {
            run(input->host<float>() + (s * input->batch() + image) * map_size, rows, columns, height, width,
                output->host<float>() + (s * output->batch() + n) * bin_count);
        }
    }
    return NO_ERROR;
}

class CPUROIAlignCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>&, const std::vector<Tensor*>&, const Op* op,
                        Backend* backend) const override {
        const auto core = static_cast<CPUBackend*>(backend)->functions();
        const auto parameters = op->main_as_RoiParameters();
        const bool pack_served = core->pack == 4 || core->pack == 8 || core->pack == 16;
        if (!pack_served || core->bytes != 4 || parameters->poolType() != PoolType_AVEPOOL ||
            parameters->outputGrad()) {
            return nullptr;
        }
        return new CPUROIAlign(backend, parameters);
    }
};

REGISTER_CPU_OP_CREATOR(CPUROIAlignCreator, OpType_ROIAlign);

} // namespace MNN
