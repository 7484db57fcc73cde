#include "mnn/read_emission.h"

#include "shape/SizeComputer.hpp"

#include <map>
#include <memory>

namespace mkb::runner {

namespace {

using Constants = std::map<const MNN::Op*, std::vector<std::shared_ptr<MNN::Tensor>>>;
using Temporaries = std::vector<std::shared_ptr<MNN::Tensor>>;
using Context = MNN::GeometryComputer::Context;

// Constants that the context has given out; private members, reached as in dispatch.cc.
const Constants& constants_of(const Context& context);
const Temporaries& temporaries_of(const Context& context);
template <Constants Context::* Kept, Temporaries Context::* Temporary>
struct ReachConstants {
    friend const Constants& constants_of(const Context& context) { return context.*Kept; }
    friend const Temporaries& temporaries_of(const Context& context) { return context.*Temporary; }
};
template struct ReachConstants<&Context::mConstTensors, &Context::mTempConstTensors>;

EmissionFault invalid(std::string text) {
    return {.kind = EmissionFault::Kind::invalid, .text = std::move(text)};
}

/// Elements by shape: what offsets of regions count in, whatever layout the tensor has in memory.
std::int64_t elements_of(const MNN::Tensor* tensor) {
    std::int64_t elements = 1;
    for (int i = 0; i < tensor->dimensions(); ++i) {
        const std::int64_t length = tensor->length(i);
        if (length < 0) {
            return -1;
        }
        elements = std::min(elements * length, kMostElements + 1);
    }
    return elements;
}

class Reader {
public:
    Reader(const MNN::Op* op, const MNN::CommandBuffer& buffer, Emission& emission)
        : op_(op), buffer_(buffer), emission_(emission) {}

    std::optional<EmissionFault> read(const std::vector<MNN::Tensor*>& inputs, const std::vector<MNN::Tensor*>& outputs,
                                      const Context& context) {
        number_all(inputs, outputs, context);
        for (std::size_t i = 0; i < known_.size(); ++i) {
            if (auto fault = read_tensor(i)) {
                return invalid(emission_.tensors[i].name + " " + *fault);
            }
        }
        for (std::size_t i = 0; i < buffer_.command.size(); ++i) {
            if (auto fault = read_command(buffer_.command[i].get())) {
                fault->text = "command " + std::to_string(i) + " " + fault->text;
                return fault;
            }
        }
        return std::nullopt;
    }

private:
    void add(const MNN::Tensor* tensor, const char* what, std::size_t number, EmittedTensor::Kind kind) {
        if (tensor != nullptr && numbers_.emplace(tensor, static_cast<int>(known_.size())).second) {
            known_.push_back(tensor);
            emission_.tensors.push_back({.name = what + std::to_string(number), .kind = kind});
        }
    }

    void number_all(const std::vector<MNN::Tensor*>& inputs, const std::vector<MNN::Tensor*>& outputs,
                    const Context& context) {
        using Kind = EmittedTensor::Kind;
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            add(inputs[i], "input ", i, Kind::input);
        }
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            add(outputs[i], "output ", i, Kind::plain);
            emission_.results.push_back(number_of(outputs[i]));
        }
        std::size_t number = 0;
        for (const auto& [op, tensors] : constants_of(context)) {
            for (const auto& tensor : tensors) {
                add(tensor.get(), "constant ", number++, Kind::constant);
            }
        }
        for (const auto& tensor : temporaries_of(context)) {
            add(tensor.get(), "constant ", number++, Kind::constant);
        }
        for (std::size_t i = 0; i < buffer_.extras.size(); ++i) {
            add(buffer_.extras[i].get(), "extra ", i, Kind::plain);
        }
    }

    int number_of(const MNN::Tensor* tensor) const {
        const auto found = numbers_.find(tensor);
        return found != numbers_.end() ? found->second : -1;
    }

    std::optional<std::string> read_tensor(std::size_t number) {
        using Kind = EmittedTensor::Kind;
        using Describe = MNN::Tensor::InsideDescribe;
        const MNN::Tensor* tensor = known_[number];
        EmittedTensor& read = emission_.tensors[number];
        if (tensor->dimensions() < 0 || tensor->dimensions() > MNN_MAX_TENSOR_DIM) {
            return "has " + std::to_string(tensor->dimensions()) + " dimensions";
        }
        read.elements = elements_of(tensor);
        if (read.elements < 0) {
            return std::string("has a dimension of negative length");
        }
        if (read.kind != Kind::plain) {
            return std::nullopt;
        }
        const Describe::NativeInsideDescribe* describe = MNN::TensorUtils::getDescribe(tensor);
        if (describe->memoryType == Describe::MEMORY_VIRTUAL) {
            read.kind = Kind::assembled;
            for (const Describe::Region& region : describe->regions) {
                read.regions.push_back(read_region(region));
            }
            return std::nullopt;
        }
        const bool result = read.name.starts_with("output");
        if (!result && (describe->usage == Describe::CONSTANT || describe->memoryType == Describe::MEMORY_HOST)) {
            read.kind = Kind::constant;
            return tensor->host<void>() != nullptr ? std::optional<std::string>()
                                                   : std::string("is a constant without contents");
        }
        if (describe->memoryType == Describe::MEMORY_OUTSIDE || (!result && tensor->host<void>() != nullptr)) {
            return std::string("has memory that neither the context nor the tensor itself has allocated");
        }
        return std::nullopt;
    }

    Region read_region(const MNN::Tensor::InsideDescribe::Region& region) const {
        Region read;
        read.origin = number_of(region.origin);
        read.source.offset = region.src.offset;
        read.destination.offset = region.dst.offset;
        for (int i = 0; i < 3; ++i) {
            read.size[i] = region.size[i];
            read.source.stride[i] = region.src.stride[i];
            read.destination.stride[i] = region.dst.stride[i];
        }
        return read;
    }

    std::optional<EmissionFault> read_command(const MNN::Command* command) {
        if (command == nullptr || command->op == nullptr) {
            return invalid("has no operator");
        }
        if (command->execution != nullptr) {
            return EmissionFault{.kind = EmissionFault::Kind::execution,
                                 .text = "carries an execution of its own, which would run in the session"};
        }
        if (command->op != op_ && !stands_in_its_buffer(*command)) {
            return invalid("has an operator that is not, or not wholly, in its buffer");
        }
        EmittedCommand& read = emission_.commands.emplace_back();
        read.operation = MNN::EnumNameOpType(command->op->type());
        if (command->op->type() == MNN::OpType_Raster) {
            return invalid("is a Raster: give the tensor regions, the framework makes the command");
        }
        bool known = true;
        for (const MNN::Tensor* tensor : command->inputs) {
            read.inputs.push_back(number_of(tensor));
            known = known && read.inputs.back() >= 0;
        }
        for (const MNN::Tensor* tensor : command->outputs) {
            read.outputs.push_back(number_of(tensor));
            known = known && read.outputs.back() >= 0;
        }
        std::optional<std::string> fault;
        if (command->op->type() == MNN::OpType_While) {
            fault = known ? read_while(*command, read) : std::nullopt;
        } else if (known && has_known_size(command->op->type())) {
            fault = infer_sizes(*command, read);
        }
        return fault ? std::optional(invalid("(" + read.operation + ") " + *fault)) : std::nullopt;
    }

    /// Operators whose output's size follows from their inputs' shapes and their own parameters. Of others, such as
    /// Interp, the framework's answer may be another than what its computer emits; they are not checked.
    static bool has_known_size(MNN::OpType type) {
        switch (type) {
        case MNN::OpType_MatMul:
        case MNN::OpType_Reduction:
        case MNN::OpType_LayerNorm:
        case MNN::OpType_Softmax:
        case MNN::OpType_Pooling:
        case MNN::OpType_ArgMax:
        case MNN::OpType_ArgMin:
            return true;
        default:
            return false;
        }
    }

    static bool stands_in_its_buffer(const MNN::Command& command) {
        if (command.buffer == nullptr || command.buffer->storage == nullptr ||
            command.buffer->offset > command.buffer->allocated_size) {
            return false;
        }
        const std::uint8_t* bytes = command.buffer->buffer();
        flatbuffers::Verifier verifier(bytes, command.buffer->size());
        return verifier.VerifyBuffer<MNN::Op>(nullptr) && flatbuffers::GetRoot<MNN::Op>(bytes) == command.op;
    }

    std::optional<std::string> read_while(const MNN::Command& command, EmittedCommand& read) {
        for (const auto* tensors : {&command.inputs, &command.outputs}) {
            for (const MNN::Tensor* tensor : *tensors) {
                if (tensor->getType().bits != 32) {
                    return std::string("works on elements that are not four bytes wide");
                }
            }
        }
        read.loop.emplace();
        return read_loop(command.op->main_as_LoopParam(), read.inputs, read.outputs, *read.loop);
    }

    /// Asks the framework how large the outputs of an operator are, unless that depends on contents.
    std::optional<std::string> infer_sizes(const MNN::Command& command, EmittedCommand& read) const {
        for (const int needed : MNN::SizeComputer::needInputContent(command.op, static_cast<int>(read.inputs.size()))) {
            const bool there = needed < static_cast<int>(command.inputs.size());
            if (there && command.inputs[static_cast<std::size_t>(needed)]->host<void>() == nullptr) {
                return std::nullopt;
            }
        }
        std::vector<std::unique_ptr<MNN::Tensor>> owned;
        std::vector<MNN::Tensor*> copies;
        for (const MNN::Tensor* output : command.outputs) {
            owned.push_back(std::make_unique<MNN::Tensor>());
            MNN::TensorUtils::copyShape(output, owned.back().get(), true);
            owned.back()->buffer().type = output->getType();
            copies.push_back(owned.back().get());
        }
        if (!MNN::SizeComputer::computeOutputSize(command.op, command.inputs, copies)) {
            return std::string("has inputs that do not fit its operator");
        }
        for (std::size_t i = 0; i < copies.size(); ++i) {
            const MNN::Tensor* output = command.outputs[i];
            const bool either = command.op->type() == MNN::OpType_Pooling && is_rounded_down(*copies[i], *output);
            read.expected.push_back(elements_of(either ? output : copies[i]));
        }
        return std::nullopt;
    }

    /// A pooled map may be one place shorter than the framework infers, which is rounding down instead of up: the
    /// kernel follows the size of its output. Batch and channels it takes from its input.
    static bool is_rounded_down(const MNN::Tensor& inferred, const MNN::Tensor& emitted) {
        constexpr int kFirstOfMap = 2;
        if (inferred.dimensions() != emitted.dimensions() ||
            MNN::TensorUtils::getDescribe(&emitted)->dimensionFormat == MNN::MNN_DATA_FORMAT_NHWC) {
            return false;
        }
        for (int i = 0; i < emitted.dimensions(); ++i) {
            const int shorter = inferred.length(i) - emitted.length(i);
            if (shorter != 0 && (i < kFirstOfMap || shorter != 1)) {
                return false;
            }
        }
        return true;
    }

    const MNN::Op* op_;
    const MNN::CommandBuffer& buffer_;
    Emission& emission_;
    std::map<const MNN::Tensor*, int> numbers_;
    std::vector<const MNN::Tensor*> known_;
};

} // namespace

std::optional<EmissionFault> read_emission(const MNN::Op* op, const std::vector<MNN::Tensor*>& inputs,
                                           const std::vector<MNN::Tensor*>& outputs, const Context& context,
                                           const MNN::CommandBuffer& buffer, Emission& emission) {
    return Reader(op, buffer, emission).read(inputs, outputs, context);
}

} // namespace mkb::runner
