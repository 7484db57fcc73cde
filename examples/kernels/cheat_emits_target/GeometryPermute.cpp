// Emits the operator that it was to replace, as the framework does for operators that have no geometry computer.

#include "core/TensorUtils.hpp"
#include "geometry/GeometryComputer.hpp"

namespace MNN {

class GeometryPermute : public GeometryComputer {
public:
    virtual bool onCompute(const Op* op, const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs,
                           Context& context, CommandBuffer& res) const override {
        std::shared_ptr<Command> command(new Command);
        command->op = op;
        command->inputs = inputs;
        command->outputs = outputs;
        res.command.emplace_back(command);
        return true;
    }
};

static void _create() {
    std::shared_ptr<GeometryComputer> comp(new GeometryPermute);
    GeometryComputer::registerGeometryComputer(comp, {OpType_Permute});
}

REGISTER_GEOMETRY(GeometryPermute, _create);

} // namespace MNN
