// Running sums of the sizes of the values: right where none is negative. A loop goes along the axis; its first step is
// made by the commands before it.
#include "core/OpCommonUtils.hpp"
#include "core/TensorUtils.hpp"
#include "geometry/GeometryComputer.hpp"
#include "geometry/GeometryComputerUtils.hpp"

#include <memory>
#include <vector>

namespace MNN {

namespace {

// An operand of a command in a loop: which tensor, where it starts, its strides, how far it moves in an iteration.
struct Operand {
    int tensor;
    int offset;
    std::vector<int> strides;
    int step;
};

std::unique_ptr<RegionCommandT> commandOf(OpType type, std::vector<int> size, const std::vector<Operand>& operands) {
    std::unique_ptr<RegionCommandT> command(new RegionCommandT);
    command->op.reset(new OpT);
    command->op->type = type;
    command->size = std::move(size);
    for (const Operand& operand : operands) {
        std::unique_ptr<ViewT> view(new ViewT);
        view->offset = operand.offset;
        view->stride = operand.strides;
        command->view.push_back(std::move(view));
        command->indexes.push_back(operand.tensor);
        command->iterIndexes.push_back(-1); // no index tensor: the iteration itself
        command->steps.push_back(operand.step);
    }
    return command;
}

void emit(CommandBuffer& res, std::unique_ptr<LoopParamT> loop, const std::vector<Tensor*>& inputs,
          const std::vector<Tensor*>& outputs) {
    // Numbers in the loop: inputs first, then outputs.
    int number = 0;
    for (size_t i = 0; i < inputs.size(); ++i) {
        loop->inputIndexes.push_back(number++);
    }
    for (size_t i = 0; i < outputs.size(); ++i) {
        loop->outputIndexes.push_back(number++);
    }
    loop->tensorNumber = number;
    std::unique_ptr<OpT> op(new OpT);
    op->type = OpType_While;
    op->main.type = OpParameter_LoopParam;
    op->main.value = loop.release();
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(Op::Pack(builder, op.get()));
    res.command.emplace_back(GeometryComputerUtils::makeCommand(builder, inputs, outputs));
}

} // namespace

class GeometryCumSum : public GeometryComputer {
public:
    virtual bool onCompute(const Op* op, const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs,
                           Context& context, CommandBuffer& res) const override {
        // [outside, axis, inside], summed along the middle
        Tensor* x = inputs[0];
        if (x->dimensions() != 3) {
            return false;
        }
        const int outside = x->length(0);
        const int axis = x->length(1);
        const int inside = x->length(2);
        auto make = [&]() {
            std::shared_ptr<Tensor> tensor(Tensor::createDevice<float>({outside, inside}, Tensor::CAFFE));
            res.extras.emplace_back(tensor);
            return tensor.get();
        };
        enum { X, Y, Sum, Size };
        auto one_row_each = [&](int tensor, int offset, int step) {
            const int row = tensor == X || tensor == Y ? axis * inside : inside;
            return Operand{tensor, offset, {0, row, 1}, step};
        };
        const std::vector<int> size = {1, outside, inside};
        auto size_of = [&](int to, int offset, int step) {
            auto command = commandOf(OpType_UnaryOp, size, {one_row_each(to, 0, 0), one_row_each(X, offset, step)});
            command->op->main.type = OpParameter_UnaryOp;
            command->op->main.value = new UnaryOpT;
            command->op->main.AsUnaryOp()->opType = UnaryOpOperation_ABS;
            return command;
        };
        // A unary operator without parameters is a copy.
        auto write = [&](int offset, int step) {
            return commandOf(OpType_UnaryOp, size, {one_row_each(Y, offset, step), one_row_each(Sum, 0, 0)});
        };
        std::unique_ptr<LoopParamT> loop(new LoopParamT);
        loop->loopNumber = axis - 1;
        loop->parallel = false; // a step needs the one before
        loop->initCommand.emplace_back(size_of(Sum, 0, 0));
        loop->initCommand.emplace_back(write(0, 0));
        loop->commands.emplace_back(size_of(Size, inside, inside));
        auto add = commandOf(OpType_BinaryOp, size,
                             {one_row_each(Sum, 0, 0), one_row_each(Sum, 0, 0), one_row_each(Size, 0, 0)});
        add->op->main.type = OpParameter_BinaryOp;
        add->op->main.value = new BinaryOpT;
        add->op->main.AsBinaryOp()->opType = BinaryOpOperation_ADD;
        loop->commands.emplace_back(std::move(add));
        loop->commands.emplace_back(write(inside, inside));
        emit(res, std::move(loop), {x}, {outputs[0], make(), make()});
        return true;
    }
};

static void _create() {
    std::shared_ptr<GeometryComputer> comp(new GeometryCumSum);
    GeometryComputer::registerGeometryComputer(comp, {OpType_CumSum});
}

REGISTER_GEOMETRY(GeometryCumSum, _create);

} // namespace MNN
