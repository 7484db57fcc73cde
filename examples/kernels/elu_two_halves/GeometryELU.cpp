// Both halves of the line added: what is above 0, and alpha (e^x - 1) of what is below. Of every element one of them is
// 0, so nothing has to be compared or selected.
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
        auto like_input = [&]() {
            std::shared_ptr<Tensor> tensor(new Tensor);
            TensorUtils::copyShape(inputs[0], tensor.get(), true, true);
            res.extras.emplace_back(tensor); // extras own what is neither input nor output
            return tensor.get();
        };
        auto constant = [&](float value) {
            auto tensor = context.allocConst(op, {}, halide_type_of<float>());
            tensor->host<float>()[0] = value;
            return tensor.get();
        };
        Tensor* above = like_input();
        Tensor* below = like_input();
        Tensor* bent = like_input();
        Tensor* scaled = like_input();
        Tensor* zero = constant(0.0f);
        Tensor* alpha = constant(op->main_as_ELU()->alpha());
        auto& commands = res.command;
        commands.emplace_back(GeometryComputerUtils::makeBinary(BinaryOpOperation_MAXIMUM, inputs[0], zero, above));
        commands.emplace_back(GeometryComputerUtils::makeBinary(BinaryOpOperation_MINIMUM, inputs[0], zero, below));
        commands.emplace_back(GeometryComputerUtils::makeUnary(UnaryOpOperation_EXPM1, below, bent));
        commands.emplace_back(GeometryComputerUtils::makeBinary(BinaryOpOperation_MUL, bent, alpha, scaled));
        commands.emplace_back(GeometryComputerUtils::makeBinary(BinaryOpOperation_ADD, above, scaled, outputs[0]));
        return true;
    }
};

static void _create() {
    std::shared_ptr<GeometryComputer> comp(new GeometryELU);
    GeometryComputer::registerGeometryComputer(comp, {OpType_ELU});
}

REGISTER_GEOMETRY(GeometryELU, _create);

} // namespace MNN
