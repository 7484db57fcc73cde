#include "tools/model.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

TEST(ModelParser, BothSidesHaveOneForm) {
    Task task;
    task.operator_name = "Add";
    task.target = {.type = "BinaryOp", .operation = "ADD"};
    task.attributes = {{"axis", 1}};
    task.inputs = {{"x", OnnxType::float32, {2, 3}}};
    task.outputs = {{"y", OnnxType::int64, {2, 3}}};
    task.sequence = {"Raster", "BinaryOp"};
    job::Node node{.type = "Add",
                   .name = "n",
                   .attributes = {},
                   .operands = {{.name = "x", .constant = {}}, {.name = "b", .constant = {}}}};
    node.operands[1].constant =
        job::Constant{.tensor = {.name = "b", .type = ElementType::float32, .shape = {3}}, .bytes = {}};
    job::Graph graph;
    graph.tensors = {"x", "b", "y"};
    graph.inputs = {{.name = "x", .type = ElementType::float32, .shape = {2, 3}}};
    graph.outputs = {{.name = "y", .type = ElementType::int32, .shape = {2, 3}}};
    graph.operators = {{.type = "Input", .operation = "", .inputs = {}, .outputs = {0}},
                       {.type = "Const", .operation = "", .inputs = {}, .outputs = {1}},
                       {.type = "BinaryOp", .operation = "ADD", .inputs = {0, 1}, .outputs = {2}},
                       {.type = "BinaryOp", .operation = "MUL", .inputs = {0, 9}, .outputs = {2}}};
    const SideBySide pair = parse_models(task, node, graph);
    EXPECT_EQ(to_text(pair), "ONNX\n"
                             "  * Add(x, b) -> y  {\"axis\":1}\n"
                             "    x float32[2x3]\n"
                             "    b float32[3], constant\n"
                             "    y int64[2x3]\n"
                             "framework, * is what the candidate replaces\n"
                             "  * BinaryOp ADD(x, b) -> y\n"
                             "    BinaryOp MUL(x, #9) -> y\n"
                             "    x float32[2x3]\n"
                             "    b, constant\n"
                             "    y int32[2x3]\n"
                             "executed: Raster BinaryOp\n");
    const nlohmann::json json = to_json(pair);
    EXPECT_EQ(json["onnx"]["operators"][0]["attributes"]["axis"], 1);
    EXPECT_EQ(json["framework"]["operators"][0]["operation"], "ADD");
    EXPECT_EQ(json["framework"]["operators"][1]["target"], false);
}

} // namespace
} // namespace mkb
