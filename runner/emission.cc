#include "emission.h"

#include <algorithm>

namespace mkb::runner {

namespace {

using TensorKind = EmittedTensor::Kind;
using FaultKind = EmissionFault::Kind;

EmissionFault invalid(std::string text) {
    return {.kind = FaultKind::invalid, .text = std::move(text)};
}

std::string name_of(std::size_t number, const EmittedCommand& command) {
    return "command " + std::to_string(number) + " (" + command.operation + ")";
}

bool listed(const EmissionRules& rules, const std::string& operation) {
    return std::ranges::find(rules.may_emit, operation) != rules.may_emit.end();
}

std::string list_of(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

bool is_numbered(const Emission& emission, int tensor) {
    return tensor >= 0 && tensor < static_cast<int>(emission.tensors.size());
}

const EmittedTensor& tensor_of(const Emission& emission, int number) {
    return emission.tensors[static_cast<std::size_t>(number)];
}

std::optional<EmissionFault> check_nothing(const Emission& emission) {
    const bool assembles = std::ranges::any_of(emission.results, [&](int result) {
        const EmittedTensor& tensor = tensor_of(emission, result);
        return tensor.kind == TensorKind::assembled && !tensor.regions.empty();
    });
    if (emission.commands.empty() && !assembles) {
        return EmissionFault{.kind = FaultKind::nothing, .text = "onCompute emitted neither a command nor a region"};
    }
    return std::nullopt;
}

/// The operator itself as a command is refused even where the list has its name: that stands for what a loop may run.
std::optional<EmissionFault> check_operations(const Emission& emission, const EmissionRules& rules) {
    const auto unlisted = [&](const std::string& what) {
        return EmissionFault{.kind = FaultKind::unlisted,
                             .text = what + "; this task's list is " + list_of(rules.may_emit)};
    };
    for (std::size_t i = 0; i < emission.commands.size(); ++i) {
        const EmittedCommand& command = emission.commands[i];
        if (command.operation == rules.target) {
            return EmissionFault{.kind = FaultKind::target,
                                 .text = name_of(i, command) + " is the operator that was to be replaced"};
        }
        if (!listed(rules, command.operation)) {
            return unlisted("command " + std::to_string(i) + " is a " + command.operation);
        }
        for (const auto* steps :
             {command.loop ? &command.loop->first : nullptr, command.loop ? &command.loop->each : nullptr}) {
            for (std::size_t k = 0; steps != nullptr && k < steps->size(); ++k) {
                const std::string& operation = (*steps)[k].operation;
                if (!operation.empty() && !listed(rules, operation)) {
                    return unlisted(name_of(i, command) + " runs a " + operation);
                }
            }
        }
    }
    const bool regions =
        std::ranges::any_of(emission.tensors, [](const EmittedTensor& tensor) { return !tensor.regions.empty(); });
    if (regions && !listed(rules, "Raster")) {
        return unlisted("it copies regions (Raster)");
    }
    return std::nullopt;
}

std::vector<Place> places_of(const Emission& emission) {
    std::vector<Place> places;
    for (const EmittedTensor& tensor : emission.tensors) {
        places.push_back({.name = tensor.name, .elements = tensor.elements});
    }
    return places;
}

/// The framework's elementwise kernels trust their inputs to be as long as the output, or one element.
std::optional<std::string> check_lengths(const Emission& emission, const EmittedCommand& command) {
    const bool broadcasts = command.operation == "BinaryOp" || command.operation == "Select";
    if ((command.operation == "UnaryOp" || command.operation == "Cast" || broadcasts) && !command.outputs.empty()) {
        const EmittedTensor& output = tensor_of(emission, command.outputs.front());
        for (const int number : command.inputs) {
            const EmittedTensor& input = tensor_of(emission, number);
            if (input.elements != output.elements && !(broadcasts && input.elements == 1)) {
                return input.name + " has " + std::to_string(input.elements) + " elements, its output " + output.name +
                       " has " + std::to_string(output.elements);
            }
        }
    }
    for (std::size_t i = 0; i < command.expected.size() && i < command.outputs.size(); ++i) {
        const EmittedTensor& output = tensor_of(emission, command.outputs[i]);
        if (output.elements != command.expected[i]) {
            return output.name + " has " + std::to_string(output.elements) + " elements, the operator makes " +
                   std::to_string(command.expected[i]);
        }
    }
    return std::nullopt;
}

std::optional<EmissionFault> check_command(const Emission& emission, std::size_t number,
                                           std::span<const Place> places) {
    const EmittedCommand& command = emission.commands[number];
    const auto foreign = [&](int tensor) { return !is_numbered(emission, tensor); };
    if (std::ranges::any_of(command.inputs, foreign) || std::ranges::any_of(command.outputs, foreign)) {
        return invalid(
            name_of(number, command) +
            " uses a tensor that is neither the operator's, nor in its extras, nor a constant of its context");
    }
    std::optional<std::string> fault = check_lengths(emission, command);
    if (!fault && command.loop) {
        fault = check_loop(*command.loop, places);
    }
    return fault ? std::optional(invalid(name_of(number, command) + ": " + *fault)) : std::nullopt;
}

std::optional<EmissionFault> check_bounds(const Emission& emission, const EmissionRules& rules) {
    const std::vector<Place> places = places_of(emission);
    for (std::size_t i = 0; i < emission.tensors.size(); ++i) {
        const EmittedTensor& tensor = emission.tensors[i];
        if (tensor.elements > kMostElements) {
            return invalid(tensor.name + " has " + std::to_string(tensor.elements) +
                           " elements, more than the framework can address");
        }
        if (tensor.kind == TensorKind::assembled) {
            if (auto fault = check_regions(tensor.regions, static_cast<int>(i), places, rules.zero_fill)) {
                return invalid(*fault);
            }
        }
    }
    for (std::size_t i = 0; i < emission.commands.size(); ++i) {
        if (auto fault = check_command(emission, i, places)) {
            return fault;
        }
    }
    return std::nullopt;
}

/// Walks the commands in their order and knows which tensors have contents.
class Order {
public:
    explicit Order(const Emission& emission) : emission_(emission), states_(emission.tensors.size()) {
        for (std::size_t i = 0; i < states_.size(); ++i) {
            const TensorKind kind = emission.tensors[i].kind;
            states_[i] = kind == TensorKind::input || kind == TensorKind::constant ? State::ready : State::empty;
        }
    }

    std::optional<EmissionFault> check() {
        for (std::size_t i = 0; i < emission_.commands.size(); ++i) {
            if (auto fault = run(i)) {
                return fault;
            }
        }
        for (const int result : emission_.results) {
            const EmittedTensor& tensor = tensor_of(emission_, result);
            if (tensor.kind == TensorKind::plain && state(result) == State::empty) {
                return invalid("nothing writes " + tensor.name);
            }
            if (auto fault = read(result)) {
                return invalid(*fault);
            }
        }
        return std::nullopt;
    }

private:
    enum class State : std::uint8_t { empty, in_work, ready };

    State& state(int tensor) { return states_[static_cast<std::size_t>(tensor)]; }

    std::optional<EmissionFault> run(std::size_t number) {
        const EmittedCommand& command = emission_.commands[number];
        for (const int input : command.inputs) {
            if (auto fault = read(input)) {
                return invalid(name_of(number, command) + ": " + *fault);
            }
        }
        for (const int output : command.outputs) {
            const EmittedTensor& tensor = tensor_of(emission_, output);
            if (tensor.kind == TensorKind::input || tensor.kind == TensorKind::constant) {
                return invalid(name_of(number, command) + " writes into " + tensor.name);
            }
            // Assembled first, then updated in place; otherwise its regions would be copied over the result.
            if (tensor.kind == TensorKind::assembled && state(output) != State::ready) {
                return invalid(name_of(number, command) + " writes into " + tensor.name + ", which has regions");
            }
            state(output) = State::ready;
        }
        return std::nullopt;
    }

    /// Makes an assembled tensor ready, with a stack of its own: a chain may be as long as the candidate likes.
    std::optional<std::string> read(int wanted) {
        std::vector<int> stack = {wanted};
        while (!stack.empty()) {
            const int top = stack.back();
            const EmittedTensor& tensor = tensor_of(emission_, top);
            if (state(top) == State::ready) {
                stack.pop_back();
                continue;
            }
            if (tensor.kind != TensorKind::assembled) {
                return tensor.name + " is read, but nothing has written it before";
            }
            if (state(top) == State::in_work) {
                state(top) = State::ready;
                continue;
            }
            state(top) = State::in_work;
            for (const Region& region : tensor.regions) {
                if (state(region.origin) == State::in_work) {
                    return tensor.name + " is assembled out of itself";
                }
                if (state(region.origin) == State::empty) {
                    stack.push_back(region.origin);
                }
            }
        }
        return std::nullopt;
    }

    const Emission& emission_;
    std::vector<State> states_;
};

} // namespace

std::optional<EmissionFault> check_emission(const Emission& emission, const EmissionRules& rules) {
    if (auto fault = check_nothing(emission)) {
        return fault;
    }
    if (auto fault = check_operations(emission, rules)) {
        return fault;
    }
    if (auto fault = check_bounds(emission, rules)) {
        return fault;
    }
    return Order(emission).check();
}

bool leaves_zeros(const Emission& emission) {
    return std::ranges::any_of(emission.tensors, [](const EmittedTensor& tensor) {
        return tensor.kind == TensorKind::assembled && leaves_zeros(tensor.regions, tensor.elements);
    });
}

ExpectedRun expected_run(const Emission& emission) {
    ExpectedRun run;
    for (const EmittedCommand& command : emission.commands) {
        run.operations.push_back(command.operation);
    }
    run.assembles = std::ranges::any_of(
        emission.results, [&](int result) { return tensor_of(emission, result).kind == TensorKind::assembled; });
    return run;
}

std::string missing_from(const std::vector<std::string>& executed, const std::vector<ExpectedRun>& expected) {
    auto at = executed.begin();
    for (const ExpectedRun& run : expected) {
        for (const std::string& operation : run.operations) {
            at = std::find(at, executed.end(), operation);
            if (at == executed.end()) {
                return operation;
            }
            ++at;
        }
        if (run.assembles && std::ranges::find(executed, "Raster") == executed.end()) {
            return "Raster";
        }
    }
    return "";
}

} // namespace mkb::runner
