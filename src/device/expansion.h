#pragma once
// The composite form between host and runner: the ONNX node that a transform is given, and what the graph that it made
// consists of. A node travels as CBOR with the contents of its constants inside, a graph as JSON.
#include "device/job.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace mkb::job {

/// A constant in the framework's element types, 4 bytes an element.
struct Constant {
    Tensor tensor;
    std::vector<std::byte> bytes;
};

/// One attribute as the framework's converter hands it to a transform: where ONNX has none, there is none.
struct Attribute {
    std::string key;
    std::int32_t i = 0;
    float f = 0;
    std::string s;
    bool is_list = false; ///< the value is in one of the three lists
    std::vector<std::int32_t> ints;
    std::vector<float> floats;
    std::vector<std::string> strings;
    std::optional<Constant> tensor;
};

/// One operand of the node. The task's inputs are known by name; an optional operand that is left out has none.
struct Operand {
    std::string name;
    std::optional<Constant> constant;
};

struct Node {
    std::string type; ///< the ONNX operator
    std::string name;
    std::vector<Attribute> attributes;
    std::vector<Operand> operands;
};

/// One operator of a saved graph, as its file says.
struct GraphOperator {
    std::string type;                          ///< "BinaryOp"
    std::string operation;                     ///< "MUL", or empty where the type says it all
    std::vector<std::int64_t> inputs, outputs; ///< numbers of tensors
};

/// What a model file holds, read in a jail by a process without candidate code. Nothing in it is trusted to fit.
struct Graph {
    std::vector<GraphOperator> operators; ///< in order of execution
    std::vector<std::string> tensors;     ///< their names
    std::vector<Tensor> inputs;           ///< of the operators of type Input, in their order
    std::string oddity;                   ///< the first thing that an expansion has no need of, or empty
    std::vector<Tensor> outputs;          ///< as the framework works them out; empty where it could not
};

std::string pack(const Node& node);
std::string pack(const Graph& graph);
/// Of bytes that the host packed.
bool unpack(const std::string& bytes, Node& node, std::string& reason);
/// Of whatever bytes. False, with a reason, for those that are no graph.
bool unpack(const std::string& bytes, Graph& graph, std::string& reason);

} // namespace mkb::job
