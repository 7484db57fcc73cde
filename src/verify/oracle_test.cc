#include "verify/oracle.h"

#include "base/cache.h"
#include "base/files.h"

#include <cstdlib>
#include <gtest/gtest.h>

namespace mkb {
namespace {

namespace fs = std::filesystem;

/// The project's own tasks are the tests' models.
std::vector<Task> all_tasks() {
    auto tasks = load_tasks(fs::path(MKB_SOURCE_DIR) / "tasks");
    EXPECT_TRUE(tasks) << tasks.error().message;
    return tasks ? std::move(*tasks) : std::vector<Task>{};
}

Task task_of(const std::string& operator_name) {
    for (const Task& task : all_tasks()) {
        if (task.operator_name == operator_name) {
            return task;
        }
    }
    ADD_FAILURE() << "no task of " << operator_name;
    return {};
}

Oracle oracle_of(const Task& task) {
    const auto models = load_models(task, std::nullopt);
    EXPECT_TRUE(models) << models.error().message;
    auto oracle = Oracle::load(task, models->onnx);
    EXPECT_TRUE(oracle) << oracle.error().message;
    return std::move(*oracle);
}

TEST(Oracle, AddsAsAnyoneWould) {
    const Task task = task_of("Add");
    const auto inputs = make_inputs(task, 0, {1, 2}, Phase::verification, 0);
    const auto outputs = oracle_of(task).run(inputs);
    ASSERT_TRUE(outputs) << outputs.error().message;
    EXPECT_EQ((*outputs)[0].shape, task.outputs[0].shape);
    EXPECT_EQ((*outputs)[0].floats()[0], inputs[0].floats()[0] + inputs[1].floats()[0]);
}

TEST(Oracle, BooleansGoInAndComeBackAsIntegers) {
    const Task task = task_of("Or");
    const auto inputs = make_inputs(task, 0, {1, 2}, Phase::verification, 0);
    ASSERT_EQ(inputs[0].type, ElementType::int32);
    const auto outputs = oracle_of(task).run(inputs);
    ASSERT_TRUE(outputs) << outputs.error().message;
    const auto a = inputs[0].ints();
    const auto b = inputs[1].ints();
    const auto y = (*outputs)[0].ints();
    ASSERT_EQ(a.size(), y.size());
    for (std::size_t i = 0; i < std::min(y.size(), b.size()); ++i) {
        ASSERT_EQ(y[i], (a[i] != 0 || b[i] != 0) ? 1 : 0) << i;
    }
}

TEST(Oracle, WideIndicesComeBackAsIntegers) {
    const Task task = task_of("TopK");
    const auto inputs = make_inputs(task, 0, {1, 2}, Phase::verification, 0);
    const auto outputs = oracle_of(task).run(inputs);
    ASSERT_TRUE(outputs) << outputs.error().message;
    ASSERT_EQ(outputs->size(), task.outputs.size());
    for (std::size_t i = 0; i < outputs->size(); ++i) {
        EXPECT_EQ((*outputs)[i].type, element_type_in_framework(task.outputs[i].type));
        EXPECT_EQ((*outputs)[i].bytes.size(), task.outputs[i].size_bytes());
    }
}

TEST(Oracle, RepeatsItselfToTheBit) {
    const Task task = task_of("Softmax");
    const auto inputs = make_inputs(task, 0, {1, 2}, Phase::timed, 9);
    Oracle first = oracle_of(task);
    Oracle second = oracle_of(task);
    EXPECT_EQ((*first.run(inputs))[0].bytes, (*second.run(inputs))[0].bytes);
    EXPECT_EQ((*first.run(inputs))[0].bytes, (*first.run(inputs))[0].bytes);
}

TEST(Oracle, DrawnParametersChangeTheReference) {
    for (const Task& task : all_tasks()) {
        if (task.parameters.empty()) {
            continue;
        }
        const auto drawn = load_models(task, Seed{5, 6});
        ASSERT_TRUE(drawn);
        auto other = Oracle::load(task, drawn->onnx);
        ASSERT_TRUE(other) << other.error().message;
        const auto inputs = make_inputs(task, 0, {1, 2}, Phase::verification, 0);
        EXPECT_NE((*oracle_of(task).run(inputs))[0].bytes, (*other->run(inputs))[0].bytes) << task.id;
    }
}

TEST(Oracle, WhatIsNoModelOrAnotherTasksIsRefused) {
    const Task task = task_of("Softmax");
    const auto broken = Oracle::load(task, "no model");
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().kind, ErrorKind::bad_input);
    EXPECT_TRUE(broken.error().message.starts_with("task " + task.id + ": ONNX Runtime refuses the model: "))
        << broken.error().message;
    EXPECT_EQ(broken.error().message.find('\n'), std::string::npos);
    const auto models = load_models(task, std::nullopt);
    ASSERT_TRUE(models);
    Task renamed = task;
    renamed.inputs[0].name = "elsewhere";
    EXPECT_EQ(Oracle::load(renamed, models->onnx).error().message,
              "task " + task.id + ": the model has no input 'elsewhere', which task.json names");
    Task reshaped = task;
    reshaped.outputs[0].shape[0] += 1;
    EXPECT_NE(Oracle::load(reshaped, models->onnx).error().message.find("in the model but"), std::string::npos);
    Task longer = task;
    longer.outputs.push_back(longer.outputs[0]);
    EXPECT_NE(Oracle::load(longer, models->onnx).error().message.find("the model has 1 outputs, task.json names 2"),
              std::string::npos);
}

TEST(Oracle, InputsOfDifferentPurposesDiffer) {
    const Task task = task_of("Softmax");
    const auto bytes = [&](std::uint32_t regime, Phase phase, std::uint64_t iteration) {
        return make_inputs(task, regime, {1, 2}, phase, iteration)[0].bytes;
    };
    EXPECT_EQ(bytes(0, Phase::timed, 3), bytes(0, Phase::timed, 3));
    EXPECT_NE(bytes(0, Phase::timed, 3), bytes(0, Phase::timed, 4));
    EXPECT_NE(bytes(0, Phase::timed, 3), bytes(0, Phase::verification, 3));
    EXPECT_FALSE(oracle_version().empty());
}

/// A cache of its own for each test.
class ReferenceCacheTest : public testing::Test {
protected:
    void SetUp() override {
        auto folder = TempDir::make("reference-cache-test");
        ASSERT_TRUE(folder);
        folder_.emplace(std::move(*folder));
        if (const char* old = std::getenv("MKB_CACHE")) {
            old_ = old;
        }
        setenv("MKB_CACHE", folder_->path().c_str(), 1);
    }
    void TearDown() override { old_ ? setenv("MKB_CACHE", old_->c_str(), 1) : unsetenv("MKB_CACHE"); }
    std::vector<fs::path> entries() const {
        std::vector<fs::path> paths;
        for (const auto& entry : fs::directory_iterator(folder_->path() / "references")) {
            paths.push_back(entry.path());
        }
        return paths;
    }
    std::optional<TempDir> folder_;
    std::optional<std::string> old_;
};

std::vector<TensorValue> some_outputs(std::size_t elements) {
    return {{ElementType::float32, {static_cast<std::int64_t>(elements)}, std::vector<std::byte>(elements * 4)},
            {ElementType::int32, {}, std::vector<std::byte>(4, std::byte{7})}};
}

TEST_F(ReferenceCacheTest, WhatIsPutIsFound) {
    ReferenceCache cache;
    const std::string key = reference_key("abc", 1, {2, 3}, Phase::timed, 4);
    EXPECT_NE(key, reference_key("abc", 1, {2, 3}, Phase::timed, 5));
    EXPECT_FALSE(cache.find(key));
    cache.put(key, some_outputs(10));
    const auto found = cache.find(key);
    ASSERT_TRUE(found);
    ASSERT_EQ(found->size(), 2U);
    EXPECT_EQ((*found)[0].shape, (std::vector<std::int64_t>{10}));
    EXPECT_EQ((*found)[1].bytes, some_outputs(10)[1].bytes);
    EXPECT_EQ((*found)[1].type, ElementType::int32);
    EXPECT_FALSE(cache.find(key + "x"));
}

TEST_F(ReferenceCacheTest, DamagedEntriesAreNotFoundAndLeave) {
    ReferenceCache cache;
    cache.put("key", some_outputs(10));
    const fs::path path = entries().at(0);
    const std::string whole = *read_file(path);
    for (const std::size_t size : {std::size_t{0}, std::size_t{5}, whole.size() / 2, whole.size() - 1}) {
        ASSERT_TRUE(write_file_atomic(path, whole.substr(0, size)));
        EXPECT_FALSE(cache.find("key")) << size;
        EXPECT_FALSE(fs::exists(path));
    }
    std::string flipped = whole;
    flipped[whole.size() / 2] = static_cast<char>(flipped[whole.size() / 2] ^ 1);
    ASSERT_TRUE(write_file_atomic(path, flipped));
    EXPECT_FALSE(cache.find("key"));
    ASSERT_TRUE(write_file_atomic(path, whole));
    EXPECT_TRUE(cache.find("key"));
    fs::rename(path, path.parent_path() / "elsewhere");
    EXPECT_FALSE(cache.find("key"));
}

TEST_F(ReferenceCacheTest, OldestEntriesLeaveAtTheLimit) {
    ReferenceCache cache(10'000);
    cache.put("a", some_outputs(1000));
    ASSERT_EQ(entries().size(), 1U);
    fs::last_write_time(entries()[0], fs::file_time_type::clock::now() - std::chrono::hours(1));
    cache.put("b", some_outputs(1000));
    EXPECT_TRUE(cache.find("a"));
    cache.put("c", some_outputs(1000));
    EXPECT_FALSE(cache.find("a"));
    EXPECT_TRUE(cache.find("b"));
    EXPECT_TRUE(cache.find("c"));
    cache.put("huge", some_outputs(10'000));
    EXPECT_FALSE(cache.find("huge"));
    EXPECT_TRUE(cache.find("c"));
}

TEST_F(ReferenceCacheTest, ACacheThatCannotBeWrittenIsNoTrouble) {
    ASSERT_TRUE(write_file_atomic(folder_->path() / "references", "a file where the folder should be"));
    ReferenceCache cache;
    cache.put("key", some_outputs(1));
    EXPECT_FALSE(cache.find("key"));
}

} // namespace
} // namespace mkb
