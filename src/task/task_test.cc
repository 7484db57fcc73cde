#include "task/task.h"

#include "task/task_fixture_test.h"
#include "task/task_json.h"

#include <cstring>
#include <functional>
#include <gtest/gtest.h>

namespace mkb {
namespace {

using nlohmann::json;

/// What the reader says about the valid task after `change`.
std::string fault_after(const std::function<void(json&)>& change) {
    json task = valid_task_json();
    change(task);
    const auto parsed = parse_task(task.dump());
    return parsed ? "" : parsed.error().message;
}

TEST(Task, EveryFieldIsRead) {
    const auto task = parse_task(valid_task_json().dump());
    ASSERT_TRUE(task) << task.error().message;
    EXPECT_EQ(task->id, "pooling/MaxPool/k3_small");
    EXPECT_EQ(task->category, "pooling");
    EXPECT_EQ(task->operator_name, "MaxPool");
    EXPECT_EQ(task->case_name, "k3_small");
    EXPECT_EQ(name_of(task->form), "atomic");
    EXPECT_EQ(name_of(task->geometry), "bypass");
    EXPECT_EQ(task->files, (std::vector<std::string>{"CPUPool.hpp", "CPUPool.cpp"}));
    EXPECT_EQ(task->target.type, "Pooling");
    EXPECT_EQ(task->calls_per_run, 2);
    EXPECT_EQ(task->sequence, (std::vector<std::string>{"Raster", "Pooling"}));
    EXPECT_EQ(task->native_entries, (std::vector<std::string>{"MNNMaxPool"}));
    EXPECT_TRUE(task->may_emit.empty());
    EXPECT_EQ(task->converter_flags, (std::vector<std::string>{"--useOriginRNNImpl"}));
    EXPECT_EQ(task->attributes["kernel_shape"][1], 3);
    ASSERT_EQ(task->inputs.size(), 2U);
    EXPECT_EQ(task->inputs[0].elements(), 8);
    EXPECT_EQ(task->inputs[1].size_bytes(), 8U);
    EXPECT_EQ(name_of(task->inputs[1].type), "bool");
    EXPECT_EQ(task->outputs[0].elements(), 1);
    EXPECT_EQ(element_type_in_framework(task->outputs[0].type), ElementType::int32);
    ASSERT_EQ(task->regimes.size(), 2U);
    EXPECT_EQ(task->regimes[1].name, "ties");
    EXPECT_EQ(task->regimes[1].inputs[0].values, (std::vector<double>{1, 2}));
    EXPECT_EQ(task->regimes[0].inputs[1].kind, Draw::Kind::integers);
    EXPECT_EQ(task->parameters[0].size_bytes(), 16U);
    EXPECT_EQ(task->parameters[0].mnn_offsets, (std::vector<std::size_t>{3}));
    ASSERT_EQ(task->fixed.size(), 1U);
    EXPECT_EQ(task->fixed[0].name, "mean");
    EXPECT_EQ(task->fixed[0].shape, (std::vector<std::int64_t>{4}));
    EXPECT_EQ(task->tolerance.elementwise, 0.001);
    EXPECT_EQ(task->tolerance.floor, 1e-30);
    EXPECT_EQ(task->negative_controls[1].kind, "copy_input");
    EXPECT_EQ(task->negative_controls[1].arguments, json({{"input", 0}}));
    EXPECT_EQ(task->roofline_bytes, 64);
    EXPECT_EQ(task->path, "3x3, stride 2");
    ASSERT_EQ(task->deviations.size(), 2U);
    EXPECT_EQ(task->deviations[0].when, "all are equal");
    EXPECT_EQ(task->deviations[0].error, 0.5);
    EXPECT_TRUE(task->deviations[0].inputs.empty());
    EXPECT_EQ(task->deviations[1].native, "crashes");
    EXPECT_EQ(task->deviations[1].error, std::nullopt);
    EXPECT_EQ(task->deviations[1].inputs.at(1).values, (std::vector<double>{1}));
    ASSERT_TRUE(task->baseline);
    EXPECT_EQ(task->baseline->error, 6e-4);
    EXPECT_EQ(task->baseline->passing_setting, "Winograd off");
    EXPECT_EQ(task->baseline->passing_hints, (std::map<std::string, int>{{"WINOGRAD_MEMORY_LEVEL", 0}}));
    EXPECT_EQ(task->baseline->passing_time_us, 300);
}

TEST(Task, ATaskWhoseNativeKernelPassesHasNoBaselineOfItsOwn) {
    json whole = valid_task_json();
    whole["baseline"] = nullptr;
    const auto task = parse_task(whole.dump());
    ASSERT_TRUE(task) << task.error().message;
    EXPECT_FALSE(task->baseline);
}

TEST(Task, UnknownFieldsAreNamedWithTheirPath) {
    EXPECT_EQ(fault_after([](json& t) { t["extra"] = 1; }), "unknown field /extra");
    EXPECT_EQ(fault_after([](json& t) { t["regimes"][0]["foo"] = 1; }), "unknown field /regimes/0/foo");
    EXPECT_EQ(fault_after([](json& t) { t["target"]["foo"] = 1; }), "unknown field /target/foo");
    EXPECT_EQ(fault_after([](json& t) { t["deviations"][0]["size"] = 1; }), "unknown field /deviations/0/size");
    EXPECT_EQ(fault_after([](json& t) { t["baseline"]["passing"]["foo"] = 1; }), "unknown field /baseline/passing/foo");
    EXPECT_EQ(fault_after([](json& t) { t["regimes"][1]["inputs"]["z"] = 1; }), "unknown field /regimes/1/inputs/z");
    EXPECT_EQ(fault_after([](json& t) { t["regimes"][1]["inputs"]["x"]["low"] = 1; }),
              "field /regimes/1/inputs/x: unknown field low for kind choice");
}

TEST(Task, ForeignNamesCannotBreakTheLine) {
    EXPECT_EQ(fault_after([](json& t) { t["target"]["a\n\x1b[2J"] = 1; }), "unknown field /target/a??[2J");
}

TEST(Task, EveryFieldIsRequired) {
    const json whole = valid_task_json();
    for (const auto& [name, value] : whole.items()) {
        const std::string missing = name;
        EXPECT_EQ(fault_after([&](json& t) { t.erase(missing); }), "missing field /" + missing);
    }
    EXPECT_EQ(fault_after([](json& t) { t["regimes"][1]["inputs"].erase("mask"); }),
              "missing field /regimes/1/inputs/mask");
    EXPECT_EQ(fault_after([](json& t) { t["inputs"][1].erase("shape"); }), "missing field /inputs/1/shape");
    EXPECT_EQ(fault_after([](json& t) { t["deviations"][0].erase("error"); }), "missing field /deviations/0/error");
    EXPECT_EQ(fault_after([](json& t) { t["deviations"][1]["inputs"].erase("x"); }),
              "missing field /deviations/1/inputs/x");
    EXPECT_EQ(fault_after([](json& t) { t["baseline"]["passing"].erase("hints"); }),
              "missing field /baseline/passing/hints");
}

TEST(Task, WrongTypesAndValuesAreNamed) {
    EXPECT_EQ(fault_after([](json& t) { t["version"] = 2; }),
              "field /version must be 1; this program reads no other format");
    EXPECT_EQ(fault_after([](json& t) { t["summary"] = 3; }), "field /summary must be a non-empty text");
    EXPECT_EQ(fault_after([](json& t) { t["form"] = "atom"; }),
              "field /form must be one of atomic, geometric, composite");
    EXPECT_EQ(fault_after([](json& t) { t["threads"] = 0; }), "field /threads must be a whole number from 1 to 64");
    EXPECT_EQ(fault_after([](json& t) { t["threads"] = 18446744073709551615U; }),
              "field /threads must be a whole number from 1 to 64");
    EXPECT_EQ(fault_after([](json& t) { t["threads"] = 1.5; }), "field /threads must be a whole number from 1 to 64");
    EXPECT_EQ(fault_after([](json& t) { t["roofline_bytes"] = 0; }), "field /roofline_bytes must be a number above 0");
    EXPECT_EQ(fault_after([](json& t) { t["inputs"][0]["shape"][1] = 0; }),
              "field /inputs/0/shape/1 must be a positive size, the product at most 2^31");
    EXPECT_EQ(fault_after([](json& t) { t["inputs"][0]["shape"] = {65536, 65536}; }),
              "field /inputs/0/shape/1 must be a positive size, the product at most 2^31");
    EXPECT_EQ(fault_after([](json& t) { t["inputs"][0]["type"] = "float16"; }),
              "field /inputs/0/type must be one of float32, int32, int64, bool");
    EXPECT_EQ(fault_after([](json& t) { t["inputs"][1]["name"] = "x"; }), "field /inputs/1/name stands twice");
    EXPECT_EQ(fault_after([](json& t) { t["regimes"] = json::array(); }),
              "field /regimes must be an array of at least 1 elements");
    EXPECT_EQ(fault_after([](json& t) { t["regimes"][1]["name"] = "typical"; }), "field /regimes/1/name stands twice");
    EXPECT_EQ(fault_after([](json& t) { t["sequence"][0] = ""; }), "field /sequence/0 must be a non-empty text");
    EXPECT_EQ(fault_after([](json& t) { t["attributes"] = 1; }), "field /attributes must be an object");
    EXPECT_EQ(fault_after([](json& t) { t["target"] = "Pooling"; }), "field /target must be an object");
    EXPECT_EQ(fault_after([](json& t) { t["negative_controls"][0] = "zeros"; }),
              "field /negative_controls/0 must be an object with a kind");
    EXPECT_EQ(fault_after([](json& t) { t["fixed"][0]["shape"] = {0}; }),
              "field /fixed/0/shape/0 must be a positive size, the product at most 2^31");
    EXPECT_EQ(fault_after([](json& t) { t["deviations"][0] = "off by one"; }), "field /deviations/0 must be an object");
    EXPECT_EQ(fault_after([](json& t) { t["deviations"][0]["error"] = "large"; }),
              "field /deviations/0/error must be a number above 0");
    EXPECT_EQ(fault_after([](json& t) { t["baseline"] = 1; }), "field /baseline must be an object");
    EXPECT_EQ(fault_after([](json& t) { t["baseline"]["passing"]["hints"]["WINOGRAD_MEMORY_LEVEL"] = "off"; }),
              "field /baseline/passing/hints/WINOGRAD_MEMORY_LEVEL must be a whole number from 0 to 1000000");
    EXPECT_EQ(fault_after([](json& t) { t["parameters"][0]["onnx_offset"] = -1; }),
              "field /parameters/0/onnx_offset must be a whole number from 0 to 4294967296");
    EXPECT_EQ(fault_after([](json& t) { t["parameters"][0]["mnn_offsets"] = {3, -1}; }),
              "field /parameters/0/mnn_offsets must hold whole numbers from 0 to 4294967296");
    EXPECT_EQ(fault_after([](json& t) { t["parameters"][0]["mnn_offsets"] = {3, 7, 11}; }),
              "field /parameters/0/mnn_offsets does not cut the parameter into equal pieces");
}

TEST(Task, FieldsMustAgreeWithEachOther) {
    EXPECT_EQ(fault_after([](json& t) { t["case"] = "other"; }),
              "field /id must be \"pooling/MaxPool/other\", as category, operator and case say");
    EXPECT_EQ(fault_after([](json& t) { t["case"] = "../x"; }),
              "field /case must be letters, digits, '_', '-', '+' or '.' only");
    const std::string files = "field /files must be names Plain.hpp or Plain.cpp, the last one a .cpp";
    EXPECT_EQ(fault_after([](json& t) { t["files"] = {"CPUPool.cpp", "CPUPool.hpp"}; }), files);
    EXPECT_EQ(fault_after([](json& t) { t["files"] = {"../CPUPool.cpp"}; }), files);
    EXPECT_EQ(fault_after([](json& t) { t["files"] = json::array(); }), files);
    const std::string emits =
        "field /may_emit must name operators in the geometric and composite forms, and none in the atomic one";
    EXPECT_EQ(fault_after([](json& t) { t["may_emit"] = {"Raster"}; }), emits);
    EXPECT_EQ(fault_after([](json& t) { t["form"] = "composite"; }), emits);
    EXPECT_EQ(fault_after([](json& t) {
                  t["form"] = "geometric";
                  t["may_emit"] = {"Raster"};
                  t["geometry"] = "bypass";
              }),
              "field /geometry must be \"native\" in the geometric form: the candidate is the geometry computer");
    EXPECT_EQ(fault_after([](json& t) { t["native_file"] = "/etc/passwd"; }),
              "field /native_file must be a path inside the framework's tree");
    EXPECT_EQ(fault_after([](json& t) { t["inputs"][0]["type"] = "int64"; }),
              "field /regimes/0/inputs/x: an integer tensor is drawn with kind integers or choice");
    EXPECT_EQ(fault_after([](json& t) { t["regimes"][1]["inputs"]["mask"]["values"] = {0, 2}; }),
              "field /regimes/1/inputs/mask: a bool tensor is drawn from 0 and 1");
}

TEST(Task, WhatIsNoJsonIsRefused) {
    EXPECT_EQ(parse_task("").error().message, "it is not well-formed JSON");
    EXPECT_EQ(parse_task("{\"version\": 1,}").error().message, "it is not well-formed JSON");
    EXPECT_EQ(parse_task("[]").error().message, "field / must be an object");
    EXPECT_EQ(parse_task("{\"id\": 1, \"id\": 2}").error().message, "the name \"id\" stands twice in one object");
    EXPECT_EQ(parse_task(std::string(100000, '[')).error().message, "it is nested deeper than 32 levels");
}

TEST(Task, FolderIsLoadedWithItsHash) {
    const auto root = TempDir::make("task-test");
    ASSERT_TRUE(root);
    const auto folder = write_task(root->path(), valid_task_json());
    const auto task = load_task(folder);
    ASSERT_TRUE(task) << task.error().message;
    EXPECT_EQ(task->folder, folder);
    EXPECT_EQ(task->hash.size(), 64U);
    ASSERT_TRUE(write_file_atomic(folder / "model.py", "import torch # changed\n"));
    EXPECT_NE(load_task(folder)->hash, task->hash);
}

TEST(Task, FolderMustHoldWhatTheIdSays) {
    const auto root = TempDir::make("task-test");
    ASSERT_TRUE(root);
    const auto folder = write_task(root->path(), valid_task_json());
    std::filesystem::rename(folder, folder.parent_path() / "k5");
    const auto task = load_task(folder.parent_path() / "k5");
    ASSERT_FALSE(task);
    EXPECT_EQ(task.error().kind, ErrorKind::bad_input);
    EXPECT_NE(task.error().message.find("k5/task.json: field /id is \"pooling/MaxPool/k3_small\" but the folder says "
                                        "\"pooling/MaxPool/k5\""),
              std::string::npos)
        << task.error().message;
}

TEST(Task, ParametersMustStandInBothModels) {
    const auto root = TempDir::make("task-test");
    ASSERT_TRUE(root);
    const auto differing = load_task(write_task(root->path(), valid_task_json(), "onnx:0123456789abcdeX!"));
    ASSERT_FALSE(differing);
    EXPECT_NE(differing.error().message.find("other bytes in model.onnx"), std::string::npos);
    const auto short_model = load_task(write_task(root->path(), valid_task_json(), "onnx:0123456789abcde"));
    ASSERT_FALSE(short_model);
    EXPECT_NE(short_model.error().message.find("beyond the end"), std::string::npos);
}

TEST(Task, ParametersAreDrawnAnewAlikeInBothModels) {
    const auto root = TempDir::make("task-test");
    ASSERT_TRUE(root);
    const auto task = load_task(write_task(root->path(), valid_task_json()));
    ASSERT_TRUE(task);
    const auto plain = load_models(*task, std::nullopt);
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->onnx, "onnx:0123456789abcdef!");
    const auto drawn = load_models(*task, Seed{1, 2});
    ASSERT_TRUE(drawn);
    EXPECT_EQ(drawn->onnx.substr(0, 5), "onnx:");
    EXPECT_EQ(drawn->onnx.back(), '!');
    EXPECT_NE(drawn->onnx, plain->onnx);
    EXPECT_EQ(drawn->onnx.substr(5, 16), drawn->mnn.substr(3, 16));
    float first = 0;
    std::memcpy(&first, drawn->onnx.data() + 5, sizeof first);
    EXPECT_GE(first, -1.0F);
    EXPECT_LT(first, 1.0F);
    EXPECT_NE(load_models(*task, Seed{1, 3})->onnx, drawn->onnx);
    EXPECT_EQ(load_models(*task, Seed{1, 2})->mnn, drawn->mnn);
}

std::vector<Task> three_tasks(const std::filesystem::path& root) {
    for (const char* name : {"k3_small", "k5_large"}) {
        json task = valid_task_json();
        task["case"] = name;
        task["id"] = std::string("pooling/MaxPool/") + name;
        write_task(root, task);
    }
    json average = valid_task_json();
    average["operator"] = "AveragePool";
    average["id"] = "pooling/AveragePool/k3_small";
    write_task(root, average);
    EXPECT_TRUE(write_file_atomic(root / "task.schema.json", "{}"));
    const auto tasks = load_tasks(root);
    EXPECT_TRUE(tasks) << tasks.error().message;
    return *tasks;
}

TEST(Task, TasksBelowARootAreLoadedInOrder) {
    const auto root = TempDir::make("task-test");
    ASSERT_TRUE(root);
    const auto tasks = three_tasks(root->path());
    ASSERT_EQ(tasks.size(), 3U);
    EXPECT_EQ(tasks[0].id, "pooling/AveragePool/k3_small");
    EXPECT_EQ(tasks[2].id, "pooling/MaxPool/k5_large");
}

TEST(Task, AnUnreadableTaskIsAnErrorAndNotAGap) {
    const auto root = TempDir::make("task-test");
    ASSERT_TRUE(root);
    three_tasks(root->path());
    std::filesystem::remove(root->path() / "pooling/MaxPool/k5_large/task.json");
    EXPECT_FALSE(load_tasks(root->path()));
    EXPECT_FALSE(load_tasks(root->path() / "nowhere"));
}

TEST(Task, TasksAreFoundByTheirShortNames) {
    const auto root = TempDir::make("task-test");
    ASSERT_TRUE(root);
    const auto tasks = three_tasks(root->path());
    EXPECT_EQ(find_task(tasks, "pooling/MaxPool/k3_small")->id, "pooling/MaxPool/k3_small");
    EXPECT_EQ(find_task(tasks, "MaxPool/k5_large")->id, "pooling/MaxPool/k5_large");
    EXPECT_EQ(find_task(tasks, "AveragePool")->id, "pooling/AveragePool/k3_small");
    EXPECT_EQ(find_task(tasks, "MaxPool").error().message,
              "'MaxPool' could be any of 2 tasks, name one: pooling/MaxPool/k3_small, pooling/MaxPool/k5_large");
    EXPECT_EQ(find_task(tasks, "MaxPool/k5")->id, "pooling/MaxPool/k5_large");
    EXPECT_EQ(find_task(tasks, "pooling/MaxPool/k3")->id, "pooling/MaxPool/k3_small");
    EXPECT_EQ(find_task(tasks, "MaxPool/k").error().message,
              "'MaxPool/k' could be any of 2 tasks, name one: pooling/MaxPool/k3_small, pooling/MaxPool/k5_large");
    const auto missing = find_task(tasks, "maxpool/k5large");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, ErrorKind::bad_input);
    EXPECT_TRUE(
        missing.error().message.starts_with("task 'maxpool/k5large' is not there; nearest: pooling/MaxPool/k5_large"))
        << missing.error().message;
}

TEST(Task, EveryTaskOfTheProjectLoads) {
    const auto tasks = load_tasks(std::filesystem::path(MKB_SOURCE_DIR) / "tasks");
    ASSERT_TRUE(tasks) << tasks.error().message;
    for (const Task& task : *tasks) {
        const auto models = load_models(task, Seed{3, 4});
        EXPECT_TRUE(models) << task.id;
    }
}

} // namespace
} // namespace mkb
