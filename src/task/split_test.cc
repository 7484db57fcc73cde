#include "task/split.h"

#include "base/files.h"
#include "task/task.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

const std::filesystem::path kTasks = std::filesystem::path(MKB_SOURCE_DIR) / "tasks";

Result<std::set<std::string>> split_of(std::string_view text, std::string_view name) {
    auto folder = TempDir::make("mkb-split");
    EXPECT_TRUE(folder);
    const auto file = folder->path() / "splits.json";
    EXPECT_TRUE(write_file_atomic(file, text));
    return read_split(file, name);
}

constexpr std::string_view kSmall =
    R"({"version": 1, "seed": "s", "lora": {"train": ["a/A/1"], "test": ["b/B/1", "b/B/2"]},
        "grpo": {"train": ["b/B/1"], "test": ["a/A/1"]}})";

TEST(Split, APartIsReadByItsName) {
    using Ids = std::set<std::string>;
    EXPECT_EQ(*split_of(kSmall, "lora"), (Ids{"b/B/1", "b/B/2"}));
    EXPECT_EQ(*split_of(kSmall, "lora-train"), (Ids{"a/A/1"}));
    EXPECT_EQ(*split_of(kSmall, "grpo"), (Ids{"a/A/1"}));
    EXPECT_EQ(*split_of(kSmall, "grpo-train"), (Ids{"b/B/1"}));
}

TEST(Split, AnUnknownNameIsSaidWithThoseThatThereAre) {
    const auto ids = split_of(kSmall, "dpo");
    ASSERT_FALSE(ids);
    EXPECT_NE(ids.error().message.find("'dpo' is none of lora, lora-train, grpo, grpo-train"), std::string::npos);
}

TEST(Split, AFileThatIsNotASplitIsBadInput) {
    for (const std::string_view text :
         {"", "[]", R"({"version": 1})", R"({"version": 2, "seed": "s", "lora": {}, "grpo": {}})",
          R"({"version": 1, "seed": "s", "lora": {"train": [], "test": [1]}, "grpo": {"train": [], "test": []}})"}) {
        EXPECT_FALSE(split_of(text, "lora")) << text;
    }
    EXPECT_FALSE(read_split("nowhere/splits.json", "lora"));
}

TEST(Split, TheStoredPartsAreTheTasksThatThereAreAndDoNotOverlap) {
    const auto tasks = load_tasks(kTasks);
    ASSERT_TRUE(tasks) << tasks.error().message;
    for (const std::string name : {"lora", "grpo"}) {
        const auto held_out = read_split(kTasks / "splits.json", name);
        const auto rest = read_split(kTasks / "splits.json", name + "-train");
        ASSERT_TRUE(held_out && rest);
        for (const Task& task : *tasks) {
            EXPECT_EQ(held_out->contains(task.id) + rest->contains(task.id), 1) << task.id;
        }
        EXPECT_EQ(held_out->size() + rest->size(), tasks->size());
    }
}

} // namespace
} // namespace mkb
