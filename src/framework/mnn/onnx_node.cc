#include "framework/mnn/onnx_node.h"

#include "record/printable.h"

#include <algorithm>
#include <cstring>
#include <onnx/onnx_pb.h>
#include <optional>

namespace mkb::mnn {

namespace {

constexpr std::int64_t kFarthest = std::int64_t{1} << 30; ///< "to the end" in ONNX is the largest int64

std::int32_t narrow(std::int64_t value) {
    return static_cast<std::int32_t>(std::clamp(value, -kFarthest, kFarthest));
}

/// The elements, each converted: from raw little-endian bytes or from the typed field, since a file has one or the
/// other.
template <class To, class From, class Field, class Convert>
std::vector<std::byte> elements_of(const onnx::TensorProto& tensor, const Field& field, Convert convert) {
    std::vector<From> values(field.begin(), field.end());
    if (tensor.has_raw_data()) {
        values.resize(tensor.raw_data().size() / sizeof(From));
        if (!values.empty()) {
            std::memcpy(values.data(), tensor.raw_data().data(), values.size() * sizeof(From));
        }
    }
    std::vector<std::byte> bytes(values.size() * sizeof(To));
    for (std::size_t i = 0; i < values.size(); ++i) {
        const To value = convert(values[i]);
        std::memcpy(bytes.data() + i * sizeof(To), &value, sizeof value);
    }
    return bytes;
}

/// Four bytes an element; nothing for a type that the converter has no place for.
std::optional<std::vector<std::byte>> contents_of(const onnx::TensorProto& tensor) {
    const auto same = [](auto value) { return value; };
    switch (tensor.data_type()) {
    case onnx::TensorProto::FLOAT:
        return elements_of<float, float>(tensor, tensor.float_data(), same);
    case onnx::TensorProto::DOUBLE:
        return elements_of<float, double>(tensor, tensor.double_data(),
                                          [](double value) { return static_cast<float>(value); });
    case onnx::TensorProto::INT64:
        return elements_of<std::int32_t, std::int64_t>(tensor, tensor.int64_data(), narrow);
    case onnx::TensorProto::INT32:
        return elements_of<std::int32_t, std::int32_t>(tensor, tensor.int32_data(), same);
    case onnx::TensorProto::BOOL:
        return elements_of<std::int32_t, std::uint8_t>(tensor, tensor.int32_data(),
                                                       [](std::uint8_t value) { return value != 0 ? 1 : 0; });
    default:
        return std::nullopt;
    }
}

Result<job::Constant> constant_of(const onnx::TensorProto& tensor) {
    job::Constant constant;
    const bool real = tensor.data_type() == onnx::TensorProto::FLOAT || tensor.data_type() == onnx::TensorProto::DOUBLE;
    constant.tensor = {.name = tensor.name(),
                       .type = real ? ElementType::float32 : ElementType::int32,
                       .shape = {tensor.dims().begin(), tensor.dims().end()}};
    auto contents = contents_of(tensor);
    if (!contents) {
        return fail(ErrorKind::bad_input,
                    "the ONNX file's tensor '{}' is of a type ({}) that the converter has no place for",
                    printable_line(tensor.name()), tensor.data_type());
    }
    std::int64_t elements = 1;
    for (const std::int64_t extent : constant.tensor.shape) {
        elements = extent < 0 || extent > kFarthest || elements > kFarthest ? kFarthest + 1 : elements * extent;
    }
    if (contents->size() / 4 != static_cast<std::size_t>(elements)) {
        return fail(ErrorKind::bad_input, "the ONNX file's tensor '{}' has other contents than its shape says",
                    printable_line(tensor.name()));
    }
    constant.bytes = std::move(*contents);
    return constant;
}

Result<job::Attribute> attribute_of(const onnx::AttributeProto& from) {
    job::Attribute attribute;
    attribute.key = from.name();
    switch (from.type()) {
    case onnx::AttributeProto::INT:
        attribute.i = narrow(from.i());
        break;
    case onnx::AttributeProto::FLOAT:
        attribute.f = from.f();
        break;
    case onnx::AttributeProto::STRING:
        attribute.s = from.s();
        break;
    case onnx::AttributeProto::INTS:
        attribute.is_list = true;
        std::ranges::transform(from.ints(), std::back_inserter(attribute.ints), narrow);
        break;
    case onnx::AttributeProto::FLOATS:
        attribute.is_list = true;
        attribute.floats.assign(from.floats().begin(), from.floats().end());
        break;
    case onnx::AttributeProto::STRINGS:
        attribute.is_list = true;
        attribute.strings.assign(from.strings().begin(), from.strings().end());
        break;
    case onnx::AttributeProto::TENSOR: {
        MKB_TRY(constant, constant_of(from.t()));
        attribute.tensor = std::move(constant);
        break;
    }
    default:
        return fail(ErrorKind::bad_input,
                    "the ONNX file's attribute '{}' is of a kind ({}) that the converter has no place for",
                    printable_line(from.name()), static_cast<int>(from.type()));
    }
    return attribute;
}

} // namespace

Result<job::Node> read_onnx_node(const std::string& onnx_model) {
    onnx::ModelProto model;
    if (!model.ParseFromString(onnx_model) || model.graph().node_size() != 1) {
        return fail(ErrorKind::bad_input,
                    "model.onnx is not an ONNX file with one node; rebuild the task with script/curate");
    }
    const onnx::NodeProto& from = model.graph().node(0);
    job::Node node{.type = from.op_type(), .name = from.name(), .attributes = {}, .operands = {}};
    for (const onnx::AttributeProto& each : from.attribute()) {
        MKB_TRY(attribute, attribute_of(each));
        node.attributes.push_back(std::move(attribute));
    }
    for (const std::string& name : from.input()) {
        job::Operand& operand = node.operands.emplace_back();
        operand.name = name;
        const auto& constants = model.graph().initializer();
        const auto found = std::ranges::find_if(constants, [&](const auto& each) { return each.name() == name; });
        if (found != constants.end()) {
            MKB_TRY(constant, constant_of(*found));
            operand.constant = std::move(constant);
        }
    }
    return node;
}

} // namespace mkb::mnn
