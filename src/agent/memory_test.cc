#include "agent/memory.h"

#include "base/files.h"
#include "base/in_child_test.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

MemoryEntry entry(const std::string& operator_name, const std::string& category, int round,
                  const std::string& bottleneck = "compute") {
    return {.run = "r",
            .task_id = category + "/" + operator_name + "/x",
            .round = round,
            .when = "2026-01-02T03:04:05.678Z",
            .operator_name = operator_name,
            .form = "atomic",
            .category = category,
            .model = "openai:m",
            .role = "accelerator",
            .bottleneck = bottleneck,
            .method = "method " + std::to_string(round),
            .before = "correct",
            .after = "correct",
            .speedup_before = 1.25,
            .speedup_after = 2.5};
}

Task softmax() {
    Task task;
    task.id = "activation/Softmax/x";
    task.operator_name = "Softmax";
    task.category = "activation";
    task.form = Form::atomic;
    return task;
}

class MemoryFile : public testing::Test {
protected:
    Result<TempDir> folder_ = TempDir::make("mkb-memory-test");
    std::filesystem::path file_ = folder_->path() / "deep" / "memory.jsonl";
};

TEST_F(MemoryFile, EntriesComeBackAndAreKeptOnce) {
    EXPECT_EQ(read_memory(file_)->size(), 0U);
    EXPECT_EQ(*add_to_memory(file_, {entry("Softmax", "activation", 1), entry("Softmax", "activation", 2)}), 2U);
    EXPECT_EQ(*add_to_memory(file_, {entry("Softmax", "activation", 2), entry("Softmax", "activation", 3)}), 1U);
    const auto entries = *read_memory(file_);
    ASSERT_EQ(entries.size(), 3U);
    EXPECT_EQ(to_json(entries[1]), to_json(entry("Softmax", "activation", 2)));
}

TEST_F(MemoryFile, TwoProcessesAddWithoutLosingAnything) {
    constexpr int kEach = 20;
    const auto add = [&](const std::string& name) {
        for (int i = 0; i < kEach; ++i) {
            EXPECT_TRUE(add_to_memory(file_, {entry(name, "activation", i)}));
        }
    };
    const pid_t other = start_child([&] { add("Relu"); });
    add("Softmax");
    EXPECT_EQ(wait_for(other), 0);
    EXPECT_EQ(read_memory(file_)->size(), 2U * kEach);
}

TEST_F(MemoryFile, AnotherVersionAndAnotherFileAreRefusedUntouched) {
    for (const char* text : {"{\"mkb_memory\": 2}\n", "{\"other\": 1}\n", "text\n", "{\"mkb_memory\": 1}\n{}\n"}) {
        ASSERT_TRUE(write_file_atomic(file_, text));
        const auto read = read_memory(file_);
        ASSERT_FALSE(read.has_value()) << text;
        EXPECT_EQ(read.error().kind, ErrorKind::bad_input);
        EXPECT_FALSE(add_to_memory(file_, {entry("Softmax", "activation", 1)}));
        EXPECT_EQ(*read_file(file_), text);
    }
}

TEST_F(MemoryFile, PlannersReadWhatFitsBestFirst) {
    auto memory = *Memory::open(MemoryReach::run, file_);
    ASSERT_TRUE(memory->add(entry("Conv", "convolution", 1)));
    ASSERT_TRUE(memory->add(entry("Relu", "activation", 2)));
    ASSERT_TRUE(memory->add(entry("Softmax", "activation", 3)));
    ASSERT_TRUE(memory->add(entry("Softmax", "activation", 4, "memory")));
    MemoryEntry repair = entry("Softmax", "activation", 5);
    repair.role = "repair";
    ASSERT_TRUE(memory->add(repair));
    const auto fitting = memory->fitting(softmax(), "accelerator", "memory", 3);
    ASSERT_EQ(fitting.size(), 3U);
    EXPECT_EQ(fitting[0].round, 4) << "same operator and bottleneck";
    EXPECT_EQ(fitting[1].round, 3);
    EXPECT_EQ(fitting[2].round, 2) << "same category";
    EXPECT_EQ(memory->fitting(softmax(), "accelerator", "compute", 9).size(), 4U)
        << "another category's, for the same form and bottleneck";
    EXPECT_EQ(memory->fitting(softmax(), "repair", "", 9).size(), 1U);
    EXPECT_FALSE(std::filesystem::exists(file_)) << "only the global memory is written";
}

TEST_F(MemoryFile, TheReachSaysHowFarBackTheySee) {
    ASSERT_TRUE(add_to_memory(file_, {entry("Softmax", "activation", 1)}));
    const auto seen = [&](MemoryReach reach) {
        auto memory = *Memory::open(reach, file_);
        EXPECT_TRUE(memory->add(entry("Relu", "activation", 2)));
        return memory->fitting(softmax(), "accelerator", "", 9).size();
    };
    EXPECT_EQ(seen(MemoryReach::off), 0U);
    EXPECT_EQ(seen(MemoryReach::task), 0U);
    EXPECT_EQ(seen(MemoryReach::run), 1U);
    EXPECT_EQ(seen(MemoryReach::global), 2U);
    EXPECT_EQ(read_memory(file_)->size(), 2U);
    EXPECT_FALSE(memory_reach_named("everything"));
}

TEST_F(MemoryFile, FiltersAreByOperatorFormCategoryAndBottleneck) {
    const MemoryEntry one = entry("Softmax", "activation", 1);
    EXPECT_TRUE(MemoryFilter{}.fits(one));
    EXPECT_TRUE((MemoryFilter{.operator_name = "Softmax", .bottleneck = "compute"}.fits(one)));
    EXPECT_FALSE((MemoryFilter{.form = "composite"}.fits(one)));
    EXPECT_FALSE((MemoryFilter{.category = "pooling"}.fits(one)));
}

} // namespace
} // namespace mkb
