#include "framework/mnn/onnx_node.h"

#include "base/files.h"

#include <cstring>
#include <gtest/gtest.h>
#include <limits>
#include <onnx/onnx_pb.h>

namespace mkb::mnn {
namespace {

constexpr std::int32_t kFar = 1 << 30;

/// A model of one node whose attributes and constants the tests add.
struct Model {
    onnx::ModelProto proto;
    onnx::NodeProto& node = *proto.mutable_graph()->add_node();

    Model() {
        node.set_op_type("Thing");
        node.set_name("thing");
        node.add_input("x");
        node.add_output("y");
    }
    onnx::AttributeProto& attribute(const char* name, onnx::AttributeProto::AttributeType type) {
        onnx::AttributeProto& made = *node.add_attribute();
        made.set_name(name);
        made.set_type(type);
        return made;
    }
    onnx::TensorProto& constant(const char* name, onnx::TensorProto::DataType type, std::int64_t count) {
        node.add_input(name);
        onnx::TensorProto& made = *proto.mutable_graph()->add_initializer();
        made.set_name(name);
        made.set_data_type(type);
        made.add_dims(count);
        return made;
    }
    Result<job::Node> read() const { return read_onnx_node(proto.SerializeAsString()); }
};

template <class T>
std::vector<T> values_of(const job::Constant& constant) {
    std::vector<T> values(constant.bytes.size() / sizeof(T));
    std::memcpy(values.data(), constant.bytes.data(), constant.bytes.size());
    return values;
}

TEST(OnnxNode, AttributesComeAsTheConverterHandsThemOver) {
    Model model;
    model.attribute("i", onnx::AttributeProto::INT).set_i(std::numeric_limits<std::int64_t>::max());
    model.attribute("low", onnx::AttributeProto::INT).set_i(std::numeric_limits<std::int64_t>::min());
    model.attribute("f", onnx::AttributeProto::FLOAT).set_f(0.16666667F);
    model.attribute("s", onnx::AttributeProto::STRING).set_s("reflect");
    auto& ints = model.attribute("ints", onnx::AttributeProto::INTS);
    ints.add_ints(-2);
    ints.add_ints(std::int64_t{1} << 40);
    model.attribute("floats", onnx::AttributeProto::FLOATS).add_floats(2.5F);
    model.attribute("strings", onnx::AttributeProto::STRINGS).add_strings("Tanh");
    const auto node = model.read();
    ASSERT_TRUE(node) << node.error().message;
    EXPECT_EQ(node->type, "Thing");
    EXPECT_EQ(node->name, "thing");
    ASSERT_EQ(node->attributes.size(), 7U);
    EXPECT_EQ(node->attributes[0].key, "i");
    EXPECT_EQ(node->attributes[0].i, kFar);
    EXPECT_EQ(node->attributes[1].i, -kFar);
    EXPECT_EQ(node->attributes[2].f, 0.16666667F);
    EXPECT_EQ(node->attributes[3].s, "reflect");
    EXPECT_FALSE(node->attributes[3].is_list);
    EXPECT_EQ(node->attributes[4].ints, (std::vector<std::int32_t>{-2, kFar}));
    EXPECT_EQ(node->attributes[5].floats, (std::vector<float>{2.5F}));
    EXPECT_EQ(node->attributes[6].strings, (std::vector<std::string>{"Tanh"}));
    EXPECT_TRUE(node->attributes[4].is_list && node->attributes[5].is_list && node->attributes[6].is_list);
}

TEST(OnnxNode, AnAttributeThatTheFileDoesNotGiveIsNotThere) {
    const auto node = Model().read();
    ASSERT_TRUE(node);
    EXPECT_TRUE(node->attributes.empty());
}

TEST(OnnxNode, ConstantsAreFourBytesAnElementFromEitherField) {
    Model model;
    auto& wide = model.constant("ends", onnx::TensorProto::INT64, 2);
    const std::int64_t ends[] = {-1, std::numeric_limits<std::int64_t>::max()};
    wide.set_raw_data(std::string(reinterpret_cast<const char*>(ends), sizeof ends));
    auto& real = model.constant("weights", onnx::TensorProto::DOUBLE, 2);
    real.add_double_data(0.1);
    real.add_double_data(-3);
    auto& truth = model.constant("mask", onnx::TensorProto::BOOL, 3);
    truth.set_raw_data(std::string("\x00\x01\x02", 3));
    model.constant("one", onnx::TensorProto::FLOAT, 1).add_float_data(7);
    const auto node = model.read();
    ASSERT_TRUE(node) << node.error().message;
    ASSERT_EQ(node->operands.size(), 5U);
    EXPECT_FALSE(node->operands[0].constant) << "the task's input";
    EXPECT_EQ(node->operands[1].constant->tensor.type, ElementType::int32);
    EXPECT_EQ(values_of<std::int32_t>(*node->operands[1].constant), (std::vector<std::int32_t>{-1, kFar}));
    EXPECT_EQ(node->operands[2].constant->tensor.type, ElementType::float32);
    EXPECT_EQ(values_of<float>(*node->operands[2].constant), (std::vector<float>{0.1F, -3}));
    EXPECT_EQ(values_of<std::int32_t>(*node->operands[3].constant), (std::vector<std::int32_t>{0, 1, 1}));
    EXPECT_EQ(values_of<float>(*node->operands[4].constant), (std::vector<float>{7}));
}

TEST(OnnxNode, AScalarHasOneElementAndALeftOutOperandNoName) {
    Model model;
    model.node.add_input("");
    auto& scalar = model.constant("k", onnx::TensorProto::INT64, 1);
    scalar.clear_dims();
    scalar.add_int64_data(8);
    const auto node = model.read();
    ASSERT_TRUE(node) << node.error().message;
    EXPECT_EQ(node->operands[1].name, "");
    EXPECT_TRUE(node->operands[2].constant->tensor.shape.empty());
    EXPECT_EQ(values_of<std::int32_t>(*node->operands[2].constant), (std::vector<std::int32_t>{8}));
}

TEST(OnnxNode, ATensorAmongTheAttributesIsAConstant) {
    Model model;
    auto& tensor = *model.attribute("value", onnx::AttributeProto::TENSOR).mutable_t();
    tensor.set_data_type(onnx::TensorProto::INT32);
    tensor.add_dims(1);
    tensor.add_int32_data(std::numeric_limits<std::int32_t>::max());
    const auto node = model.read();
    ASSERT_TRUE(node) << node.error().message;
    EXPECT_EQ(values_of<std::int32_t>(*node->attributes[0].tensor),
              (std::vector<std::int32_t>{std::numeric_limits<std::int32_t>::max()}));
}

TEST(OnnxNode, WhatTheConverterHasNoPlaceForIsNamed) {
    Model half;
    half.constant("w", onnx::TensorProto::FLOAT16, 1).set_raw_data("ab");
    Model graph;
    graph.attribute("body", onnx::AttributeProto::GRAPH);
    Model cut;
    cut.constant("cut", onnx::TensorProto::FLOAT, 3).set_raw_data("12345678");
    Model negative;
    negative.constant("negative", onnx::TensorProto::FLOAT, -1);
    Model huge;
    auto& tensor = huge.constant("huge", onnx::TensorProto::FLOAT, std::int64_t{1} << 62);
    tensor.add_dims(4);
    for (const auto& [model, part] : {std::pair<const Model*, const char*>{&half, "'w'"},
                                      {&graph, "'body'"},
                                      {&cut, "'cut'"},
                                      {&negative, "'negative'"},
                                      {&huge, "'huge'"}}) {
        const auto node = model->read();
        ASSERT_FALSE(node) << part;
        EXPECT_EQ(node.error().kind, ErrorKind::bad_input);
        EXPECT_NE(node.error().message.find(part), std::string::npos) << node.error().message;
    }
}

TEST(OnnxNode, OnlyAFileWithOneNodeIsRead) {
    Model two;
    two.proto.mutable_graph()->add_node()->set_op_type("Second");
    EXPECT_FALSE(two.read());
    EXPECT_FALSE(read_onnx_node(""));
    EXPECT_FALSE(read_onnx_node("not a model"));
}

TEST(OnnxNode, TheTasksOwnFilesAreRead) {
    const std::filesystem::path tasks = std::filesystem::path(MKB_SOURCE_DIR) / "tasks";
    const auto sigmoid = read_onnx_node(read_file(tasks / "activation/HardSigmoid/map_64x112/model.onnx").value());
    ASSERT_TRUE(sigmoid) << sigmoid.error().message;
    ASSERT_EQ(sigmoid->attributes.size(), 2U);
    EXPECT_EQ(sigmoid->attributes[0].key, "alpha");
    EXPECT_NEAR(sigmoid->attributes[0].f, 1.0F / 6, 1e-7);
    const auto norm = read_onnx_node(read_file(tasks / "reduction/ReduceL2/axis2_8x256x512/model.onnx").value());
    ASSERT_TRUE(norm) << norm.error().message;
    ASSERT_EQ(norm->operands.size(), 2U);
    EXPECT_EQ(values_of<std::int32_t>(*norm->operands[1].constant), (std::vector<std::int32_t>{-1}));
}

} // namespace
} // namespace mkb::mnn
