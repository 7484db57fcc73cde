// An axis permutation made of regions: the whole life of a geometry computer.
//
// A geometry computer runs once, while the session is created. It knows shapes and attributes, never contents. What it
// leaves behind is a description of the work, in one of two forms:
//   - regions of a tensor: blocks to be copied from other tensors, which the framework's Raster does when it runs;
//   - commands: operators on tensors, which the framework's CPU kernels do. (lstm_joined_gates has those.)
// Every element of the output must be in exactly one region; the judge checks that before anything runs.

#include "core/TensorUtils.hpp"
#include "geometry/GeometryComputer.hpp"

#include <vector>

namespace MNN {

namespace {

// One axis of the output, or several that stay together: how long it is, and how far apart its elements are in the
// input and in the output.
struct Stretch {
    int length;
    int source;
    int destination;
};

std::vector<int> orderOf(const Op* op, int dimensions) {
    std::vector<int> order(dimensions);
    auto dims = op->main_as_Permute()->dims();
    for (int i = 0; i < dimensions; ++i) {
        order[i] = dims != nullptr ? dims->data()[i] : dimensions - 1 - i;
    }
    return order;
}

std::vector<Stretch> axesOf(const Tensor* input, const std::vector<int>& order) {
    const int dimensions = input->dimensions();
    std::vector<int> strides(dimensions);
    int stride = 1;
    for (int i = dimensions - 1; i >= 0; --i) {
        strides[i] = stride;
        stride *= input->length(i);
    }
    std::vector<Stretch> axes;
    for (int axis : order) {
        const Stretch next = {input->length(axis), strides[axis], 0};
        // Neighbours that stay neighbours are one axis: the fewer axes, the longer the rows that are copied at once.
        if (!axes.empty() && axes.back().source == next.source * next.length) {
            axes.back() = {axes.back().length * next.length, next.source, 0};
        } else if (next.length > 1) {
            axes.push_back(next);
        }
    }
    stride = 1;
    for (int i = static_cast<int>(axes.size()) - 1; i >= 0; --i) {
        axes[i].destination = stride;
        stride *= axes[i].length;
    }
    return axes;
}

} // namespace

class GeometryPermute : public GeometryComputer {
public:
    virtual bool onCompute(const Op* op, const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs,
                           Context& context, CommandBuffer& res) const override {
        std::vector<Stretch> axes = axesOf(inputs[0], orderOf(op, inputs[0]->dimensions()));
        // A region has three loops. Axes of length 1 in front fill up what is missing; what is left over before the
        // last three is unrolled, one region for each of its positions.
        while (axes.size() < 3) {
            axes.insert(axes.begin(), Stretch{1, 0, 0});
        }
        const int outer = static_cast<int>(axes.size()) - 3;
        int count = 1;
        for (int i = 0; i < outer; ++i) {
            count *= axes[i].length;
        }
        auto description = TensorUtils::getDescribe(outputs[0]);
        description->memoryType = Tensor::InsideDescribe::MEMORY_VIRTUAL;
        description->regions.resize(count);
        for (int number = 0; number < count; ++number) {
            auto& region = description->regions[number];
            region.origin = inputs[0];
            region.src.offset = 0;
            region.dst.offset = 0;
            int rest = number;
            for (int i = outer - 1; i >= 0; --i) {
                const int position = rest % axes[i].length;
                rest /= axes[i].length;
                region.src.offset += position * axes[i].source;
                region.dst.offset += position * axes[i].destination;
            }
            for (int i = 0; i < 3; ++i) {
                region.size[i] = axes[outer + i].length;
                region.src.stride[i] = axes[outer + i].source;
                region.dst.stride[i] = axes[outer + i].destination;
            }
        }
        return true;
    }
};

static void _create() {
    std::shared_ptr<GeometryComputer> comp(new GeometryPermute);
    GeometryComputer::registerGeometryComputer(comp, {OpType_Permute});
}

REGISTER_GEOMETRY(GeometryPermute, _create);

} // namespace MNN
