#include "device/expansion.h"

#include "device/job_reader.h"

namespace mkb::job {

namespace {

json constant_to_json(const Constant& constant) {
    const auto* begin = reinterpret_cast<const std::uint8_t*>(constant.bytes.data());
    return {{"tensor", tensor_to_json(constant.tensor)},
            {"bytes", json::binary({begin, begin + constant.bytes.size()})}};
}

bool constant_from_json(const json& from, Constant& constant, std::string& reason) {
    Reader reader(from, reason);
    reader.read_object("tensor", constant.tensor, tensor_from_json);
    reader.read("bytes", constant.bytes);
    return reader.ok();
}

/// A list of one, or an empty one: what may be missing.
json optional_to_json(const std::optional<Constant>& constant) {
    json list = json::array();
    if (constant) {
        list.push_back(constant_to_json(*constant));
    }
    return list;
}

void read_optional(Reader& reader, const char* name, std::optional<Constant>& constant) {
    std::vector<Constant> list;
    reader.read_list(name, list, constant_from_json);
    if (!list.empty()) {
        constant = std::move(list.front());
    }
}

json attribute_to_json(const Attribute& attribute) {
    return {{"key", attribute.key},
            {"i", attribute.i},
            {"f", attribute.f},
            {"s", json::binary({attribute.s.begin(), attribute.s.end()})},
            {"is_list", attribute.is_list},
            {"ints", attribute.ints},
            {"floats", attribute.floats},
            {"strings", attribute.strings},
            {"tensor", optional_to_json(attribute.tensor)}};
}

bool attribute_from_json(const json& from, Attribute& attribute, std::string& reason) {
    Reader reader(from, reason);
    std::vector<std::byte> text;
    reader.read("key", attribute.key);
    reader.read("i", attribute.i);
    reader.read("f", attribute.f);
    reader.read("s", text);
    reader.read("is_list", attribute.is_list);
    reader.read("ints", attribute.ints);
    reader.read("floats", attribute.floats);
    reader.read("strings", attribute.strings);
    read_optional(reader, "tensor", attribute.tensor);
    attribute.s.assign(reinterpret_cast<const char*>(text.data()), text.size());
    return reader.ok();
}

json operand_to_json(const Operand& operand) {
    return {{"name", operand.name}, {"constant", optional_to_json(operand.constant)}};
}

bool operand_from_json(const json& from, Operand& operand, std::string& reason) {
    Reader reader(from, reason);
    reader.read("name", operand.name);
    read_optional(reader, "constant", operand.constant);
    return reader.ok();
}

json operator_to_json(const GraphOperator& op) {
    return {{"type", op.type}, {"operation", op.operation}, {"inputs", op.inputs}, {"outputs", op.outputs}};
}

bool operator_from_json(const json& from, GraphOperator& op, std::string& reason) {
    Reader reader(from, reason);
    reader.read("type", op.type);
    reader.read("operation", op.operation);
    reader.read("inputs", op.inputs);
    reader.read("outputs", op.outputs);
    return reader.ok();
}

} // namespace

std::string pack(const Node& node) {
    const std::vector<std::uint8_t> packed = json::to_cbor({{"type", node.type},
                                                            {"name", node.name},
                                                            {"attributes", list(node.attributes, attribute_to_json)},
                                                            {"operands", list(node.operands, operand_to_json)}});
    return {packed.begin(), packed.end()};
}

std::string pack(const Graph& graph) {
    const json content{{"operators", list(graph.operators, operator_to_json)},
                       {"tensors", graph.tensors},
                       {"inputs", list(graph.inputs, tensor_to_json)},
                       {"oddity", graph.oddity},
                       {"outputs", list(graph.outputs, tensor_to_json)}};
    // Names are the candidate's: they need not be text.
    return content.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool unpack(const std::string& bytes, Node& node, std::string& reason) {
    const json from = json::from_cbor(bytes, true, false);
    Reader reader(from, reason);
    reader.read("type", node.type);
    reader.read("name", node.name);
    reader.read_list("attributes", node.attributes, attribute_from_json);
    reader.read_list("operands", node.operands, operand_from_json);
    return reader.ok();
}

bool unpack(const std::string& bytes, Graph& graph, std::string& reason) {
    const json from = json::parse(bytes, nullptr, false);
    Reader reader(from, reason);
    reader.read_list("operators", graph.operators, operator_from_json);
    reader.read("tensors", graph.tensors);
    reader.read_list("inputs", graph.inputs, tensor_from_json);
    reader.read("oddity", graph.oddity);
    reader.read_list("outputs", graph.outputs, tensor_from_json);
    return reader.ok();
}

} // namespace mkb::job
