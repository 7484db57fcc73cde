// A product per iteration of one loop, each operand a view that moves on by a matrix. lstm_joined_gates says more of
// loops.
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

class GeometryBatchMatMul : public GeometryComputer {
public:
    virtual bool onCompute(const Op* op, const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs,
                           Context& context, CommandBuffer& res) const override {
        // a [batch, rows, inner], b [batch, inner, columns]
        Tensor* a = inputs[0];
        Tensor* b = inputs[1];
        if (a->dimensions() != 3 || b->dimensions() != 3 || a->length(0) != b->length(0) || inputs.size() != 2) {
            return false;
        }
        const int rows = a->length(1);
        const int inner = a->length(2);
        const int columns = b->length(2);
        std::unique_ptr<LoopParamT> loop(new LoopParamT);
        loop->loopNumber = a->length(0);
        loop->parallel = true; // no product needs another one
        auto product = commandOf(OpType_MatMul, {rows, inner, columns},
                                 {{2, 0, {columns, 0, 1}, rows * columns},
                                  {0, 0, {inner, 1, 0}, rows * inner},
                                  {1, 0, {0, columns, 1}, inner * columns}});
        product->op->main.type = OpParameter_MatMul;
        product->op->main.value = new MatMulT;
        loop->commands.emplace_back(std::move(product));
        emit(res, std::move(loop), {a, b}, {outputs[0]});
        return true;
    }
};

static void _create() {
    std::shared_ptr<GeometryComputer> comp(new GeometryBatchMatMul);
    GeometryComputer::registerGeometryComputer(comp, {OpType_MatMul}, Runtime::Compiler_Loop);
}

REGISTER_GEOMETRY(GeometryBatchMatMul, _create);

} // namespace MNN
