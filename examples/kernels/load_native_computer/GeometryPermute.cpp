// Calls the function that the framework's own computer consists of.

#include "core/TensorUtils.hpp"
#include "geometry/GeometryComputer.hpp"

namespace MNN {

class GeometryPermute : public GeometryComputer {
public:
    virtual bool onCompute(const Op* op, const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs,
                           Context& context, CommandBuffer& res) const override {
        auto dims = op->main_as_Permute()->dims();
        std::vector<int> order(dims->begin(), dims->end());
        return GeometryComputer::ComputePermuteRegion(inputs[0], outputs[0], order.data(), (int)order.size());
    }
};

static void _create() {
    std::shared_ptr<GeometryComputer> comp(new GeometryPermute);
    GeometryComputer::registerGeometryComputer(comp, {OpType_Permute});
}

REGISTER_GEOMETRY(GeometryPermute, _create);

} // namespace MNN
