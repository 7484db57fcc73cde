#include "mnn/read_emission.h"

namespace mkb::runner {

namespace {

using Numbers = flatbuffers::Vector<std::int32_t>;
constexpr int kMostTensors = 4096; ///< of one loop

std::size_t count(const Numbers* numbers) {
    return numbers != nullptr ? numbers->size() : 0;
}

/// Numbers of the emission's tensors by their place on the loop's stack; -1 where nothing stands.
using Stack = std::vector<int>;

std::optional<std::string> fill_stack(const Numbers* places, const std::vector<int>& tensors, Stack& stack) {
    if (count(places) != tensors.size()) {
        return "its parameters name " + std::to_string(count(places)) + " tensors, the command has " +
               std::to_string(tensors.size());
    }
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const int place = places->Get(static_cast<flatbuffers::uoffset_t>(i));
        if (place < 0 || place >= static_cast<int>(stack.size())) {
            return "its parameters put a tensor on place " + std::to_string(place) + " of " +
                   std::to_string(stack.size());
        }
        stack[static_cast<std::size_t>(place)] = tensors[i];
    }
    return std::nullopt;
}

bool read_size(const MNN::RegionCommand* command, LoopCommand& read) {
    if (count(command->size()) < 3) {
        return false;
    }
    for (unsigned i = 0; i < 3; ++i) {
        read.size[i] = command->size()->Get(i);
    }
    return true;
}

bool read_view(const MNN::RegionCommand* command, unsigned number, const Stack& stack, LoopView& view) {
    const bool there = command->view() != nullptr && command->view()->size() > number;
    const MNN::View* from = there ? command->view()->Get(number) : nullptr;
    if (from == nullptr || count(from->stride()) < 3 || count(command->indexes()) <= number) {
        return false;
    }
    const int place = command->indexes()->Get(number);
    view.place = place;
    view.tensor = place >= 0 && place < static_cast<int>(stack.size()) ? stack[static_cast<std::size_t>(place)] : -1;
    view.walk.offset = from->offset();
    for (unsigned i = 0; i < 3; ++i) {
        view.walk.stride[i] = from->stride()->Get(i);
    }
    return true;
}

/// What the framework does with the operator of a command; false when it does nothing or follows a null pointer.
bool read_operation(const MNN::Op* op, LoopCommand& read) {
    if (op == nullptr) {
        return false;
    }
    read.operation = MNN::EnumNameOpType(op->type());
    switch (op->type()) {
    case MNN::OpType_UnaryOp:
        read.kind = op->main() == nullptr ? LoopCommand::Kind::copy : LoopCommand::Kind::unary;
        if (read.kind == LoopCommand::Kind::copy) {
            read.operation.clear();
        }
        return op->main() == nullptr || op->main_as_UnaryOp() != nullptr;
    case MNN::OpType_BinaryOp:
        read.kind = LoopCommand::Kind::binary;
        return op->main_as_BinaryOp() != nullptr;
    case MNN::OpType_MatMul:
        read.kind = LoopCommand::Kind::product;
        return op->main_as_MatMul() != nullptr;
    default:
        return false;
    }
}

std::optional<std::string> read_each(const MNN::LoopParam* param, const MNN::RegionCommand* command, const Stack& stack,
                                     LoopCommand& read) {
    if (!read_operation(command->op(), read)) {
        return std::string("has no operator that a loop runs: UnaryOp, BinaryOp and MatMul are known");
    }
    const std::size_t operands = count(command->iterIndexes());
    if (!read_size(command, read) || operands < 2 || count(command->steps()) < operands ||
        count(command->indexes()) != operands) {
        return std::string("lacks its size, steps, indexes or iterIndexes, or they differ in number");
    }
    read.accumulates = command->fuse() >= 0;
    for (unsigned i = 0; i < operands; ++i) {
        LoopView& view = read.views.emplace_back();
        if (!read_view(command, i, stack, view)) {
            return "lacks view " + std::to_string(i);
        }
        view.step = command->steps()->Get(i);
        // The framework looks an index up among the loop's inputs in one place and on its stack in another.
        const int index = command->iterIndexes()->Get(i);
        if (index >= 0) {
            const bool same = index < static_cast<int>(count(param->inputIndexes())) &&
                              param->inputIndexes()->Get(static_cast<unsigned>(index)) == index;
            if (!same) {
                return "is driven by tensor " + std::to_string(index) +
                       ", which is not an input of that number in the loop";
            }
            view.index = stack[static_cast<std::size_t>(index)];
        }
    }
    return std::nullopt;
}

bool read_first(const MNN::RegionCommand* command, const Stack& stack, LoopCommand& read) {
    if (command->op() == nullptr) {
        read.kind = LoopCommand::Kind::fill_zeros;
        const int place = count(command->indexes()) > 0 ? command->indexes()->Get(0) : -1;
        read.views.push_back({.tensor = place >= 0 && place < static_cast<int>(stack.size())
                                            ? stack[static_cast<std::size_t>(place)]
                                            : -1});
        return true;
    }
    read.kind = LoopCommand::Kind::copy;
    read.views.resize(2);
    return read_size(command, read) && read_view(command, 0, stack, read.views[0]) &&
           read_view(command, 1, stack, read.views[1]);
}

} // namespace

std::optional<std::string> read_loop(const MNN::LoopParam* param, const std::vector<int>& inputs,
                                     const std::vector<int>& outputs, Loop& loop) {
    if (param == nullptr) {
        return std::string("has no loop in its parameters");
    }
    if (param->tensorNumber() < 0 || param->tensorNumber() > kMostTensors || param->commands() == nullptr) {
        return std::string("has no commands, or no sensible number of tensors");
    }
    Stack stack(static_cast<std::size_t>(param->tensorNumber()), -1);
    if (auto fault = fill_stack(param->inputIndexes(), inputs, stack)) {
        return fault;
    }
    if (auto fault = fill_stack(param->outputIndexes(), outputs, stack)) {
        return fault;
    }
    loop.iterations = param->loopNumber();
    for (unsigned i = 0; param->initCommand() != nullptr && i < param->initCommand()->size(); ++i) {
        if (!read_first(param->initCommand()->Get(i), stack, loop.first.emplace_back())) {
            return "first command " + std::to_string(i) + " lacks size, indexes or views";
        }
    }
    for (unsigned i = 0; i < param->commands()->size(); ++i) {
        if (auto fault = read_each(param, param->commands()->Get(i), stack, loop.each.emplace_back())) {
            return "command " + std::to_string(i) + " " + *fault;
        }
    }
    loop.skips_outside =
        loop.each.size() == 1 && loop.each[0].kind == LoopCommand::Kind::copy && !loop.each[0].accumulates;
    return std::nullopt;
}

} // namespace mkb::runner
