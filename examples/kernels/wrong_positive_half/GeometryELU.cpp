// The input handed through: the half above 0 alone.
#include "core/OpCommonUtils.hpp"
#include "core/TensorUtils.hpp"
#include "geometry/GeometryComputer.hpp"
#include "geometry/GeometryComputerUtils.hpp"

#include <memory>
#include <vector>

namespace MNN {

class GeometryELU : public GeometryComputer {
public:
    virtual bool onCompute(const Op* op, const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs,
                           Context& context, CommandBuffer& res) const override {
        auto description = TensorUtils::getDescribe(outputs[0]);
        description->memoryType = Tensor::InsideDescribe::MEMORY_VIRTUAL;
        description->regions = {TensorUtils::makeFullSlice(inputs[0])};
        return true;
    }
};

static void _create() {
    std::shared_ptr<GeometryComputer> comp(new GeometryELU);
    GeometryComputer::registerGeometryComputer(comp, {OpType_ELU});
}

REGISTER_GEOMETRY(GeometryELU, _create);

} // namespace MNN
