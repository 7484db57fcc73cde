#include "framework/mnn/graph_check.h"

#include <functional>
#include <gtest/gtest.h>
#include <limits>

namespace mkb::mnn {
namespace {

Task hard_sigmoid() {
    Task task;
    task.form = Form::composite;
    task.target = {.type = "Extra", .operation = "HardSigmoid"};
    task.may_emit = {"BinaryOp", "ReLU6", "Reshape"};
    task.inputs = {{.name = "x", .type = OnnxType::float32, .shape = {1, 4}}};
    task.outputs = {{.name = "y", .type = OnnxType::float32, .shape = {1, 4}}};
    return task;
}

/// y = ReLU6(x * c)
job::Graph good_graph() {
    job::Graph graph;
    graph.operators = {{.type = "Input", .operation = "", .inputs = {}, .outputs = {0}},
                       {.type = "Const", .operation = "", .inputs = {}, .outputs = {1}},
                       {.type = "BinaryOp", .operation = "MUL", .inputs = {0, 1}, .outputs = {2}},
                       {.type = "ReLU6", .operation = "", .inputs = {2}, .outputs = {3}}};
    graph.tensors = {"x", "Const2", "BinaryOp3", "y"};
    graph.inputs = {{.name = "x", .type = ElementType::float32, .shape = {1, 4}}};
    graph.outputs = {{.name = "y", .type = ElementType::float32, .shape = {1, 4}}};
    return graph;
}

/// What is said to the good graph with one change.
job::ChildEnd changed(const std::function<void(job::Graph&)>& change) {
    job::Graph graph = good_graph();
    change(graph);
    job::ChildEnd end = check_structure(hard_sigmoid(), graph);
    return end.kind.empty() ? check_outputs(hard_sigmoid(), graph) : end;
}

void expect_refused(const std::function<void(job::Graph&)>& change, const char* part,
                    const char* kind = "load_failed") {
    const job::ChildEnd end = changed(change);
    EXPECT_EQ(end.kind, kind);
    EXPECT_EQ(end.stage, "expand");
    EXPECT_NE(end.detail.find(part), std::string::npos) << end.detail << " lacks " << part;
}

TEST(GraphCheck, AGraphOfAllowedOperatorsOnTheTasksTensorsMayBeRun) {
    EXPECT_EQ(changed([](job::Graph&) {}).kind, "");
    EXPECT_EQ(operators_text(good_graph()), "BinaryOp MUL ReLU6");
}

TEST(GraphCheck, AnOperatorReadsOnlyWhatWasMadeBefore) {
    expect_refused([](job::Graph& g) { g.operators[2].inputs = {0, 3}; },
                   "BinaryOp MUL that reads tensor 3");                                      // a cycle
    expect_refused([](job::Graph& g) { g.operators[2].inputs = {0, 2}; }, "reads tensor 2"); // itself
    expect_refused([](job::Graph& g) { std::swap(g.operators[2], g.operators[3]); }, "reads tensor 2");
    expect_refused([](job::Graph& g) { g.operators[2].inputs = {0, -1}; }, "reads tensor -1");
    expect_refused([](job::Graph& g) { g.operators[2].inputs = {0, 4}; }, "reads tensor 4");
    expect_refused([](job::Graph& g) { g.operators[2].inputs = {std::numeric_limits<std::int64_t>::max()}; },
                   "reads tensor 9223372036854775807");
    expect_refused([](job::Graph& g) { g.operators.erase(g.operators.begin() + 1); }, "reads tensor 1"); // dangling
}

TEST(GraphCheck, EveryTensorIsMadeOnce) {
    expect_refused([](job::Graph& g) { g.operators[3].outputs = {2}; }, "makes tensor 2");
    expect_refused([](job::Graph& g) { g.operators[3].outputs = {3, 3}; }, "makes tensor 3");
    expect_refused([](job::Graph& g) { g.operators[3].outputs = {-7}; }, "makes tensor -7");
    expect_refused([](job::Graph& g) { g.operators[3].outputs = {4}; }, "makes tensor 4");
    expect_refused([](job::Graph& g) { g.operators[3].outputs = {}; }, "0 results");
    expect_refused([](job::Graph& g) { g.operators[1].outputs = {1, 2}; }, "Const with 2 results");
}

TEST(GraphCheck, NothingButTheTasksOperatorsIsEmitted) {
    const auto expect_unlisted = [](const char* type, const char* part) {
        const auto change = [&](job::Graph& g) { g.operators[3] = {type, "", {2}, {3}}; };
        expect_refused(change, part, "cheated");
        EXPECT_EQ(changed(change).rule, "emits_unlisted");
    };
    expect_unlisted("Softmax", "emits Softmax; this task allows BinaryOp, ReLU6");
    expect_unlisted("Plugin", "emits Plugin");
    expect_unlisted("While", "emits While");
    expect_unlisted("Extra", "emits Extra");
    expect_unlisted("", "an unknown operator");
    EXPECT_EQ(changed([](job::Graph& g) { g.operators[3].type = "ConvertTensor"; }).kind, "") << "the framework's glue";
}

TEST(GraphCheck, EmittingTheOperatorThatIsToBeReplacedIsCheating) {
    const job::ChildEnd end = changed([](job::Graph& g) { g.operators[3] = {"Extra", "HardSigmoid", {2}, {3}}; });
    EXPECT_EQ(end.kind, "cheated");
    EXPECT_EQ(end.rule, "emits_target");
    EXPECT_NE(end.detail.find("Extra HardSigmoid"), std::string::npos);
    Task task = hard_sigmoid();
    task.target = {.type = "ReLU6", .operation = ""};
    EXPECT_EQ(check_structure(task, good_graph()).kind, "cheated") << "even where may_emit has it";
}

TEST(GraphCheck, InputsAreTheTasks) {
    expect_refused([](job::Graph& g) { g.inputs[0].name = "z"; }, "does not read the input 'x'");
    expect_refused([](job::Graph& g) { g.inputs[0].shape = {4}; },
                   "input 'x' of float32 [4], the task's is float32 [1x4]");
    expect_refused([](job::Graph& g) { g.inputs[0].type = ElementType::int32; }, "int32 [1x4]");
    expect_refused([](job::Graph& g) { g.operators[0].type = "Const"; }, "reads 0 of the operator's 1 inputs");
    expect_refused(
        [](job::Graph& g) {
            g.operators[1].type = "Input";
            g.inputs.push_back({.name = "w", .type = ElementType::float32, .shape = {1}});
        },
        "reads 2 of the operator's 1 inputs");
}

TEST(GraphCheck, EveryOutputIsOneTensorThatAnOperatorMakes) {
    expect_refused([](job::Graph& g) { g.tensors[3] = "z"; }, "no one tensor named 'y'");
    expect_refused([](job::Graph& g) { g.tensors[2] = "y"; }, "no one tensor named 'y'");
    expect_refused([](job::Graph& g) { std::swap(g.tensors[0], g.tensors[3]); }, "computes nothing");
    expect_refused([](job::Graph& g) { std::swap(g.tensors[1], g.tensors[3]); }, "computes nothing");
    expect_refused([](job::Graph& g) { g.operators.pop_back(); }, "computes nothing"); // named, but nobody makes it
}

TEST(GraphCheck, OutputsHaveTheTasksTypesAndShapes) {
    expect_refused([](job::Graph& g) { g.outputs[0].shape = {4}; }, "float32 [4], the task's is float32 [1x4]",
                   "run_failed");
    expect_refused([](job::Graph& g) { g.outputs[0].type = ElementType::int32; }, "int32 [1x4]", "run_failed");
    expect_refused([](job::Graph& g) { g.outputs[0].name = "z"; }, "an output 'z'", "run_failed");
    expect_refused([](job::Graph& g) { g.outputs.clear(); }, "cannot work out");
}

TEST(GraphCheck, OddAndOversizedGraphsAreRefused) {
    expect_refused([](job::Graph& g) { g.oddity = "has subgraphs"; }, "has subgraphs");
    expect_refused([](job::Graph& g) { g.operators.resize(kMostGraphOperators + 1, g.operators.front()); },
                   "are the most");
    EXPECT_EQ(check_structure(hard_sigmoid(), job::Graph()).kind, "load_failed");
}

TEST(GraphCheck, WholeNumbersAndBooleansOfOnnxAreInt32) {
    Task task = hard_sigmoid();
    task.outputs[0].type = OnnxType::boolean;
    job::Graph graph = good_graph();
    EXPECT_EQ(check_outputs(task, graph).kind, "run_failed");
    graph.outputs[0].type = ElementType::int32;
    EXPECT_EQ(check_outputs(task, graph).kind, "");
}

} // namespace
} // namespace mkb::mnn
