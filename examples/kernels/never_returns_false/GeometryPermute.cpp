// Declines: in the framework that would make the session fail.

#include "core/TensorUtils.hpp"
#include "geometry/GeometryComputer.hpp"

namespace MNN {

class GeometryPermute : public GeometryComputer {
public:
    virtual bool onCompute(const Op* op, const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs,
                           Context& context, CommandBuffer& res) const override {
        return false;
    }
};

static void _create() {
    std::shared_ptr<GeometryComputer> comp(new GeometryPermute);
    GeometryComputer::registerGeometryComputer(comp, {OpType_Permute});
}

REGISTER_GEOMETRY(GeometryPermute, _create);

} // namespace MNN
