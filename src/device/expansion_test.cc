#include "device/expansion.h"

#include <cstring>
#include <gtest/gtest.h>
#include <limits>

namespace mkb::job {
namespace {

Constant numbers(const char* name, std::vector<float> values) {
    Constant constant{.tensor = {.name = name, .shape = {static_cast<std::int64_t>(values.size())}}, .bytes = {}};
    constant.bytes.resize(values.size() * sizeof(float));
    std::memcpy(constant.bytes.data(), values.data(), constant.bytes.size());
    return constant;
}

TEST(Expansion, ANodeArrivesAsItWasSent) {
    Node node{.type = "HardSigmoid", .name = "node", .attributes = {}, .operands = {}};
    Attribute alpha{.key = "alpha"};
    alpha.f = std::numeric_limits<float>::infinity();
    Attribute axes{.key = "axes"};
    axes.is_list = true;
    axes.ints = {-1, 1 << 30};
    Attribute mode{.key = "mode"};
    mode.s = std::string("not\xff text\0!", 11);
    Attribute value{.key = "value"};
    value.tensor = numbers("t", {1.5F, -0.0F});
    node.attributes = {alpha, axes, mode, value};
    node.operands = {
        {.name = "x", .constant = {}}, {.name = "", .constant = {}}, {.name = "w", .constant = numbers("w", {3})}};
    Node back;
    std::string reason;
    ASSERT_TRUE(unpack(pack(node), back, reason)) << reason;
    ASSERT_EQ(back.attributes.size(), 4U);
    EXPECT_EQ(back.type, "HardSigmoid");
    EXPECT_EQ(back.attributes[0].f, std::numeric_limits<float>::infinity());
    EXPECT_FALSE(back.attributes[0].is_list);
    EXPECT_TRUE(back.attributes[1].is_list);
    EXPECT_EQ(back.attributes[1].ints, axes.ints);
    EXPECT_EQ(back.attributes[2].s, mode.s);
    ASSERT_TRUE(back.attributes[3].tensor);
    EXPECT_EQ(back.attributes[3].tensor->bytes, value.tensor->bytes);
    ASSERT_EQ(back.operands.size(), 3U);
    EXPECT_FALSE(back.operands[0].constant);
    EXPECT_EQ(back.operands[1].name, "");
    ASSERT_TRUE(back.operands[2].constant);
    EXPECT_EQ(back.operands[2].constant->tensor.shape, (std::vector<std::int64_t>{1}));
}

TEST(Expansion, AGraphArrivesEvenWithNamesThatAreNoText) {
    Graph graph;
    graph.operators = {{.type = "BinaryOp", .operation = "MUL", .inputs = {0, -1}, .outputs = {2}}};
    graph.tensors = {"x", "", "bad\xc3"};
    graph.inputs = {{.name = "x", .type = ElementType::int32, .shape = {-1}}};
    graph.oddity = "has subgraphs";
    graph.outputs = {{.name = "y", .type = ElementType::float32, .shape = {1, 2}}};
    Graph back;
    std::string reason;
    ASSERT_TRUE(unpack(pack(graph), back, reason)) << reason;
    ASSERT_EQ(back.operators.size(), 1U);
    EXPECT_EQ(back.operators[0].operation, "MUL");
    EXPECT_EQ(back.operators[0].inputs, (std::vector<std::int64_t>{0, -1}));
    EXPECT_EQ(back.tensors.size(), 3U);
    EXPECT_EQ(back.inputs[0].type, ElementType::int32);
    EXPECT_EQ(back.oddity, "has subgraphs");
    EXPECT_EQ(back.outputs[0].shape, (std::vector<std::int64_t>{1, 2}));
}

TEST(Expansion, BytesThatAreNoGraphGiveAReason) {
    for (const std::string& bytes :
         {std::string(), std::string("{"), std::string("[]"), std::string("{\"operators\": 3}"),
          std::string(R"({"operators": [{"type": 1}]})"), std::string(100'000, '[')}) {
        Graph graph;
        std::string reason;
        EXPECT_FALSE(unpack(bytes, graph, reason)) << bytes.substr(0, 40);
        EXPECT_NE(reason, "");
    }
}

} // namespace
} // namespace mkb::job
