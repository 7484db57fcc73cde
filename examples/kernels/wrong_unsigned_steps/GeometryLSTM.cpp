// An LSTM (lstm_joined_gates says how it works) that takes its input without the sign.

#include "geometry/GeometryComputer.hpp"
#include "geometry/GeometryComputerUtils.hpp"

#include <memory>
#include <vector>

namespace MNN {

namespace {

std::unique_ptr<ViewT> viewOf(int offset, int rows, int columns) {
    std::unique_ptr<ViewT> view(new ViewT);
    view->offset = offset;
    view->stride = {rows, columns, 1};
    return view;
}

// An operand: which tensor of the loop, where it starts, how far its rows are apart, how far it moves in an iteration.
struct Operand {
    int tensor;
    int offset;
    int row;
    int step;
};

std::unique_ptr<RegionCommandT> commandOf(std::vector<int> size, const std::vector<Operand>& operands) {
    std::unique_ptr<RegionCommandT> command(new RegionCommandT);
    command->op.reset(new OpT);
    command->size = std::move(size);
    for (const Operand& operand : operands) {
        command->indexes.push_back(operand.tensor);
        command->iterIndexes.push_back(-1); // no index tensor: the iteration itself
        command->steps.push_back(operand.step);
        command->view.push_back(viewOf(operand.offset, 0, operand.row));
    }
    return command;
}

// Destination first, as in all of these.
std::unique_ptr<RegionCommandT> binary(BinaryOpOperation type, int rows, int length, Operand destination, Operand a,
                                       Operand b) {
    auto command = commandOf({1, rows, length}, {destination, a, b});
    command->op->type = OpType_BinaryOp;
    command->op->main.type = OpParameter_BinaryOp;
    command->op->main.value = new BinaryOpT;
    command->op->main.AsBinaryOp()->opType = type;
    return command;
}

std::unique_ptr<RegionCommandT> unary(UnaryOpOperation type, int rows, int length, Operand destination, Operand a) {
    auto command = commandOf({1, rows, length}, {destination, a});
    command->op->type = OpType_UnaryOp;
    command->op->main.type = OpParameter_UnaryOp;
    command->op->main.value = new UnaryOpT;
    command->op->main.AsUnaryOp()->opType = type;
    return command;
}

// A unary operator without parameters is a copy.
std::unique_ptr<RegionCommandT> copy(int length, Operand destination, Operand source) {
    auto command = commandOf({1, 1, length}, {destination, source});
    command->op->type = OpType_UnaryOp;
    return command;
}

// rows x inner times the transpose of columns x inner. A product walks its operands densely, whatever the strides.
// What the strides of the result do say is whether it lies by rows or by columns.
std::unique_ptr<RegionCommandT> product(int rows, int inner, int columns, bool byColumns,
                                        const std::vector<Operand>& operands) {
    auto command = commandOf({rows, inner, columns}, operands);
    command->view[0]->stride = byColumns ? std::vector<int>{1, 0, rows} : std::vector<int>{columns, 0, 1};
    command->op->type = OpType_MatMul;
    command->op->main.type = OpParameter_MatMul;
    command->op->main.value = new MatMulT;
    command->op->main.AsMatMul()->transposeB = true;
    return command;
}

void emit(CommandBuffer& res, std::unique_ptr<LoopParamT> loop, const std::vector<Tensor*>& inputs,
          const std::vector<Tensor*>& outputs) {
    // Numbers on the loop's stack: inputs first, then outputs.
    int number = 0;
    for (size_t i = 0; i < inputs.size(); ++i) {
        loop->inputIndexes.push_back(number++);
    }
    for (size_t i = 0; i < outputs.size(); ++i) {
        loop->outputIndexes.push_back(number++);
    }
    loop->tensorNumber = number;
    loop->parallel = false; // a step needs the one before
    std::unique_ptr<OpT> op(new OpT);
    op->type = OpType_While;
    op->main.type = OpParameter_LoopParam;
    op->main.value = loop.release();
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(Op::Pack(builder, op.get()));
    res.command.emplace_back(GeometryComputerUtils::makeCommand(builder, inputs, outputs));
}

} // namespace

class GeometryLSTM : public GeometryComputer {
public:
    virtual bool onCompute(const Op* op, const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs,
                           Context& context, CommandBuffer& res) const override {
        if (inputs.size() < 6 || outputs[0]->length(1) != 1) {
            return false; // with an initial state, one direction
        }
        // x [steps, batch, features], weights with their gates in the order input, output, forget, cell.
        Tensor* x = inputs[0];
        Tensor* w = inputs[1];
        Tensor* r = inputs[2];
        Tensor* bias = inputs[3];
        const int steps = x->length(0);
        const int batch = x->length(1);
        const int features = x->length(2);
        const int hidden = outputs[0]->length(3);
        const int gates = 4 * hidden;
        const int state = batch * hidden;

        auto make = [&](std::vector<int> shape) {
            std::shared_ptr<Tensor> tensor(Tensor::createDevice<float>(shape, Tensor::CAFFE));
            res.extras.emplace_back(tensor); // extras own what is neither input nor output
            return tensor.get();
        };
        Tensor* fromInput = make({steps * batch, gates});
        Tensor* states = make({steps + 1, batch, hidden});
        Tensor* cell = make({batch, hidden});

        // All products with the input at once.
        std::unique_ptr<LoopParamT> first(new LoopParamT);
        first->loopNumber = 1;
        first->commands.emplace_back(
            unary(UnaryOpOperation_ABS, steps * batch, features, {4, 0, features, 0}, {0, 0, features, 0}));
        first->commands.emplace_back(
            product(steps * batch, features, gates, false, {{3, 0, 0, 0}, {4, 0, 0, 0}, {1, 0, 0, 0}, {2, 0, 0, 0}}));
        emit(res, std::move(first), {x, w, bias}, {fromInput, make({steps * batch, features})});

        enum { FromInput, R, H0, C0, States, Cell, FromState, Sum, Gate, Proposed, New, Kept };
        const int I = 0, O = hidden, F = 2 * hidden, G = 3 * hidden;
        std::unique_ptr<LoopParamT> loop(new LoopParamT);
        loop->loopNumber = steps;
        loop->initCommand.emplace_back(copy(state, {States, 0, 0, 0}, {H0, 0, 0, 0}));
        loop->initCommand.emplace_back(copy(state, {Cell, 0, 0, 0}, {C0, 0, 0, 0}));
        auto& each = loop->commands;
        // With the weights as the first operand: a product with one column is faster than one with one row.
        each.emplace_back(
            product(gates, hidden, batch, true, {{FromState, 0, 0, 0}, {R, 0, 0, 0}, {States, 0, 0, state}}));
        each.emplace_back(binary(BinaryOpOperation_ADD, 1, batch * gates, {Sum, 0, 0, 0},
                                 {FromInput, 0, 0, batch * gates}, {FromState, 0, 0, 0}));
        each.emplace_back(
            unary(UnaryOpOperation_SIGMOID, batch, 3 * hidden, {Gate, I, 3 * hidden, 0}, {Sum, I, gates, 0}));
        each.emplace_back(unary(UnaryOpOperation_TANH, batch, hidden, {Proposed, 0, hidden, 0}, {Sum, G, gates, 0}));
        each.emplace_back(binary(BinaryOpOperation_MUL, batch, hidden, {New, 0, hidden, 0}, {Gate, I, 3 * hidden, 0},
                                 {Proposed, 0, hidden, 0}));
        each.emplace_back(binary(BinaryOpOperation_MUL, batch, hidden, {Kept, 0, hidden, 0}, {Gate, F, 3 * hidden, 0},
                                 {Cell, 0, hidden, 0}));
        each.emplace_back(binary(BinaryOpOperation_ADD, 1, state, {Cell, 0, 0, 0}, {New, 0, 0, 0}, {Kept, 0, 0, 0}));
        each.emplace_back(unary(UnaryOpOperation_TANH, 1, state, {New, 0, 0, 0}, {Cell, 0, 0, 0}));
        each.emplace_back(binary(BinaryOpOperation_MUL, batch, hidden, {States, state, hidden, state},
                                 {Gate, O, 3 * hidden, 0}, {New, 0, hidden, 0}));
        emit(res, std::move(loop), {fromInput, r, inputs[4], inputs[5]},
             {states, cell, make({batch, gates}), make({batch, gates}), make({batch, 3 * hidden}),
              make({batch, hidden}), make({batch, hidden}), make({batch, hidden})});

        // The results are regions; what nobody asks for is never copied.
        GeometryComputerUtils::makeRawAddressRef(outputs[0], states, state, steps * state);
        if (outputs.size() > 1) {
            GeometryComputerUtils::makeRawAddressRef(outputs[1], states, steps * state, state);
        }
        if (outputs.size() > 2) {
            GeometryComputerUtils::makeRawAddressRef(outputs[2], cell, 0, state);
        }
        return true;
    }
};

static void _create() {
    std::shared_ptr<GeometryComputer> comp(new GeometryLSTM);
    GeometryComputer::registerGeometryComputer(comp, {OpType_LSTM}, Runtime::Compiler_Loop);
}

REGISTER_GEOMETRY(GeometryLSTM, _create);

} // namespace MNN
