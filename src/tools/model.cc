#include "tools/model.h"

#include "record/printable.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace mkb {
namespace {

constexpr std::size_t kNameWidth = 80;

ParsedTensor of_task(const TensorSpec& spec) {
    return {.name = spec.name, .type = std::string(name_of(spec.type)), .shape = spec.shape};
}

ParsedModel parse_onnx(const Task& task, const job::Node& node) {
    ParsedModel model;
    ParsedOperator parsed{.type = node.type, .operation = {}, .inputs = {}, .outputs = {}};
    parsed.target = true;
    parsed.attributes = task.attributes.is_object() ? task.attributes : nlohmann::json::object();
    for (const job::Operand& operand : node.operands) {
        parsed.inputs.push_back(operand.name);
        if (operand.constant) {
            const auto& tensor = operand.constant->tensor;
            model.tensors.push_back({.name = operand.name,
                                     .type = tensor.type == ElementType::float32 ? "float32" : "integer",
                                     .shape = tensor.shape,
                                     .constant = true});
        } else if (const auto spec = std::ranges::find(task.inputs, operand.name, &TensorSpec::name);
                   spec != task.inputs.end()) {
            model.tensors.push_back(of_task(*spec));
        }
    }
    for (const TensorSpec& output : task.outputs) {
        parsed.outputs.push_back(output.name);
        model.tensors.push_back(of_task(output));
    }
    model.operators.push_back(std::move(parsed));
    return model;
}

/// A number that no tensor has is shown as it is.
std::string tensor_name(const job::Graph& graph, std::int64_t number) {
    const bool known = number >= 0 && number < static_cast<std::int64_t>(graph.tensors.size());
    return known ? printable_line(graph.tensors[static_cast<std::size_t>(number)], kNameWidth)
                 : fmt::format("#{}", number);
}

ParsedTensor of_job(const job::Tensor& tensor) {
    return {.name = printable_line(tensor.name, kNameWidth),
            .type = tensor.type == ElementType::float32 ? "float32" : "int32",
            .shape = tensor.shape};
}

ParsedModel parse_framework(const Task& task, const job::Graph& graph) {
    ParsedModel model;
    std::ranges::transform(graph.inputs, std::back_inserter(model.tensors), of_job);
    for (const job::GraphOperator& each : graph.operators) {
        std::vector<std::string> outputs;
        std::ranges::transform(each.outputs, std::back_inserter(outputs),
                               [&](std::int64_t number) { return tensor_name(graph, number); });
        if (each.type == "Const") {
            for (const std::string& name : outputs) {
                model.tensors.push_back({.name = name, .type = {}, .shape = {}, .constant = true});
            }
            continue;
        }
        if (each.type == "Input") {
            continue;
        }
        ParsedOperator& parsed = model.operators.emplace_back();
        parsed.type = printable_line(each.type, kNameWidth);
        parsed.operation = printable_line(each.operation, kNameWidth);
        std::ranges::transform(each.inputs, std::back_inserter(parsed.inputs),
                               [&](std::int64_t number) { return tensor_name(graph, number); });
        parsed.outputs = std::move(outputs);
        parsed.target =
            each.type == task.target.type && (task.target.operation.empty() || each.operation == task.target.operation);
    }
    std::ranges::transform(graph.outputs, std::back_inserter(model.tensors), of_job);
    return model;
}

nlohmann::json model_json(const ParsedModel& model) {
    nlohmann::json json = {{"operators", nlohmann::json::array()}, {"tensors", nlohmann::json::array()}};
    for (const ParsedOperator& each : model.operators) {
        nlohmann::json one = {
            {"type", each.type}, {"inputs", each.inputs}, {"outputs", each.outputs}, {"target", each.target}};
        if (!each.operation.empty()) {
            one["operation"] = each.operation;
        }
        if (!each.attributes.empty()) {
            one["attributes"] = each.attributes;
        }
        json["operators"].push_back(std::move(one));
    }
    for (const ParsedTensor& each : model.tensors) {
        nlohmann::json one = {{"name", each.name}, {"constant", each.constant}};
        if (!each.type.empty()) {
            one["type"] = each.type;
            one["shape"] = each.shape;
        }
        json["tensors"].push_back(std::move(one));
    }
    return json;
}

std::string model_text(const ParsedModel& model) {
    std::string text;
    for (const ParsedOperator& each : model.operators) {
        text +=
            fmt::format("  {}{}{}({}) -> {}{}\n", each.target ? "* " : "  ", each.type,
                        each.operation.empty() ? "" : " " + each.operation, fmt::join(each.inputs, ", "),
                        fmt::join(each.outputs, ", "), each.attributes.empty() ? "" : "  " + each.attributes.dump());
    }
    for (const ParsedTensor& each : model.tensors) {
        text += fmt::format("    {}{}{}\n", each.name,
                            each.type.empty() ? "" : fmt::format(" {}[{}]", each.type, fmt::join(each.shape, "x")),
                            each.constant ? ", constant" : "");
    }
    return text;
}

} // namespace

SideBySide parse_models(const Task& task, const job::Node& node, const job::Graph& graph) {
    return {.onnx = parse_onnx(task, node), .framework = parse_framework(task, graph), .executed = task.sequence};
}

nlohmann::json to_json(const SideBySide& pair) {
    return {{"onnx", model_json(pair.onnx)}, {"framework", model_json(pair.framework)}, {"executed", pair.executed}};
}

std::string to_text(const SideBySide& pair) {
    return fmt::format("ONNX\n{}framework, * is what the candidate replaces\n{}executed: {}\n", model_text(pair.onnx),
                       model_text(pair.framework), fmt::join(pair.executed, " "));
}

} // namespace mkb
