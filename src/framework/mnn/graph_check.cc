#include "framework/mnn/graph_check.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace mkb::mnn {

namespace {

job::ChildEnd refused(std::string why) {
    return {.kind = "load_failed", .stage = "expand", .detail = "the expanded graph " + std::move(why)};
}

job::ChildEnd cheated(const char* rule, std::string evidence) {
    return {.kind = "cheated", .stage = "expand", .rule = rule, .detail = std::move(evidence)};
}

bool is_source(const job::GraphOperator& op) {
    return op.type == "Input" || op.type == "Const";
}

/// Whatever the task says: the framework's own change of layout, which the expansion adds where an operator wants it.
bool is_glue(const job::GraphOperator& op) {
    return op.type == "ConvertTensor";
}

std::string name_of(const job::GraphOperator& op) {
    return op.operation.empty() ? op.type : op.type + " " + op.operation;
}

bool is_target(const job::GraphOperator& op, const FrameworkOperator& target) {
    return op.type == target.type && (target.operation.empty() || op.operation == target.operation);
}

job::ChildEnd check_types(const Task& task, const job::Graph& graph) {
    for (const job::GraphOperator& op : graph.operators) {
        if (is_target(op, task.target)) {
            return cheated("emits_target",
                           fmt::format("the expanded graph emits {}, the operator that it is to replace", name_of(op)));
        }
        if (!is_source(op) && !is_glue(op) && std::ranges::find(task.may_emit, op.type) == task.may_emit.end()) {
            return cheated("emits_unlisted", fmt::format("the expanded graph emits {}; this task allows {}",
                                                         op.type.empty() ? "an unknown operator" : name_of(op),
                                                         fmt::join(task.may_emit, ", ")));
        }
    }
    return {};
}

/// In order of execution: whatever is read was made before, and nothing is made twice.
job::ChildEnd check_tensors(const job::Graph& graph, std::vector<const job::GraphOperator*>& makers) {
    makers.assign(graph.tensors.size(), nullptr);
    const auto known = [&](std::int64_t tensor) {
        return tensor >= 0 && tensor < static_cast<std::int64_t>(makers.size());
    };
    for (const job::GraphOperator& op : graph.operators) {
        for (const std::int64_t tensor : op.inputs) {
            if (!known(tensor) || makers[static_cast<std::size_t>(tensor)] == nullptr) {
                return refused(
                    fmt::format("has a {} that reads tensor {}, which no operator before it makes: a cycle, or "
                                "an operand that is missing",
                                name_of(op), tensor));
            }
        }
        if (op.outputs.empty() || (is_source(op) && op.outputs.size() != 1)) {
            return refused(fmt::format("has a {} with {} results", name_of(op), op.outputs.size()));
        }
        for (const std::int64_t tensor : op.outputs) {
            if (!known(tensor) || makers[static_cast<std::size_t>(tensor)] != nullptr) {
                return refused(fmt::format("has a {} that makes tensor {}, which is made already or is none",
                                           name_of(op), tensor));
            }
            makers[static_cast<std::size_t>(tensor)] = &op;
        }
    }
    return {};
}

std::string text_of(ElementType type, const std::vector<std::int64_t>& shape) {
    return fmt::format("{} [{}]", type == ElementType::float32 ? "float32" : "int32", fmt::join(shape, "x"));
}

bool same(const TensorSpec& wanted, const job::Tensor& got) {
    return got.type == element_type_in_framework(wanted.type) && got.shape == wanted.shape;
}

job::ChildEnd check_inputs(const Task& task, const job::Graph& graph) {
    const auto count = std::ranges::count(graph.operators, "Input", &job::GraphOperator::type);
    if (count != static_cast<std::ptrdiff_t>(task.inputs.size()) || graph.inputs.size() != task.inputs.size()) {
        return refused(fmt::format("reads {} of the operator's {} inputs", count, task.inputs.size()));
    }
    for (const TensorSpec& wanted : task.inputs) {
        const auto found = std::ranges::find(graph.inputs, wanted.name, &job::Tensor::name);
        if (found == graph.inputs.end()) {
            return refused(fmt::format("does not read the input '{}'", wanted.name));
        }
        if (!same(wanted, *found)) {
            return refused(fmt::format("has an input '{}' of {}, the task's is {}", wanted.name,
                                       text_of(found->type, found->shape),
                                       text_of(element_type_in_framework(wanted.type), wanted.shape)));
        }
    }
    return {};
}

/// Each output's name stands for one tensor, and an operator makes it.
job::ChildEnd check_named_outputs(const Task& task, const job::Graph& graph,
                                  const std::vector<const job::GraphOperator*>& makers) {
    for (const TensorSpec& output : task.outputs) {
        const auto found = std::ranges::find(graph.tensors, output.name);
        if (std::ranges::count(graph.tensors, output.name) != 1) {
            return refused(fmt::format("has no one tensor named '{}'", output.name));
        }
        const job::GraphOperator* maker = makers[static_cast<std::size_t>(found - graph.tensors.begin())];
        if (maker == nullptr || is_source(*maker)) {
            return refused(fmt::format("computes nothing: its output '{}' is an input or a constant", output.name));
        }
    }
    return {};
}

} // namespace

job::ChildEnd check_structure(const Task& task, const job::Graph& graph) {
    if (graph.operators.size() > kMostGraphOperators) {
        return refused(fmt::format("has {} operators, {} are the most", graph.operators.size(), kMostGraphOperators));
    }
    if (job::ChildEnd end = check_types(task, graph); !end.kind.empty()) {
        return end;
    }
    if (!graph.oddity.empty()) {
        return refused(graph.oddity);
    }
    std::vector<const job::GraphOperator*> makers;
    if (job::ChildEnd end = check_tensors(graph, makers); !end.kind.empty()) {
        return end;
    }
    if (job::ChildEnd end = check_named_outputs(task, graph, makers); !end.kind.empty()) {
        return end;
    }
    return check_inputs(task, graph);
}

job::ChildEnd check_outputs(const Task& task, const job::Graph& graph) {
    if (graph.outputs.size() != task.outputs.size()) {
        return refused("fits no shapes: the framework cannot work out its outputs");
    }
    for (std::size_t i = 0; i < task.outputs.size(); ++i) {
        const TensorSpec& wanted = task.outputs[i];
        const job::Tensor& got = graph.outputs[i];
        if (got.name != wanted.name || !same(wanted, got)) {
            return {.kind = "run_failed",
                    .stage = "expand",
                    .detail = fmt::format("the expanded graph has an output '{}' of {}, the task's is {}", got.name,
                                          text_of(got.type, got.shape),
                                          text_of(element_type_in_framework(wanted.type), wanted.shape))};
        }
    }
    return {};
}

std::string operators_text(const job::Graph& graph) {
    std::string text;
    for (const job::GraphOperator& op : graph.operators) {
        if (!is_source(op)) {
            text += (text.empty() ? "" : " ") + name_of(op);
        }
    }
    return text;
}

} // namespace mkb::mnn
