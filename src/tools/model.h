#pragma once
// The Model Parser: a task's ONNX node and what the framework's converter made of it, side by side in one form. Pure.
#include "device/expansion.h"
#include "task/task.h"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mkb {

/// A tensor as it is passed from one operator to the next.
struct ParsedTensor {
    std::string name;
    std::string type;                ///< of ONNX or the framework: "int64" there is "int32" here; empty: not known
    std::vector<std::int64_t> shape; ///< empty where it is not known
    bool constant = false;
};

struct ParsedOperator {
    std::string type;      ///< "MaxPool", "Pooling"
    std::string operation; ///< "MUL" of a BinaryOp
    std::vector<std::string> inputs, outputs;
    nlohmann::json attributes = nlohmann::json::object(); ///< of the ONNX node; what the framework's operator keeps of
                                                          ///< them is in its schema (`mkb tool context`)
    bool target = false;                                  ///< the one that the candidate replaces
};

struct ParsedModel {
    std::vector<ParsedOperator> operators; ///< in order of execution; inputs and constants are none
    std::vector<ParsedTensor> tensors;     ///< inputs, constants and outputs
};

struct SideBySide {
    ParsedModel onnx, framework;
    std::vector<std::string> executed; ///< operators of one native run, after the framework rewrote the graph
};

/// `node`: of the task's ONNX file; `graph`: of its converted model.
SideBySide parse_models(const Task& task, const job::Node& node, const job::Graph& graph);

nlohmann::json to_json(const SideBySide& pair);
std::string to_text(const SideBySide& pair);

} // namespace mkb
