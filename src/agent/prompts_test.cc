#include "agent/agent.h"
#include "llm/measured.h"

#include "../tests/support/golden.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mkb {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

const fs::path kRoot = MKB_SOURCE_DIR;

Task task_at(const std::string& place) {
    auto task = load_task(kRoot / "tasks" / place);
    MKB_CHECK(task.has_value());
    return std::move(*task);
}

const std::pair<const char*, const char*> kTasks[] = {{"atomic", "activation/Softmax/lastaxis_8x256x256"},
                                                      {"geometric", "tensor/Transpose/windows_112x112x64"},
                                                      {"composite", "activation/HardSigmoid/map_64x112"}};

TEST(Prompts, OneOfEachRoleAndFormIsAsAPersonReadIt) {
    const auto book = PromptBook::load(kRoot / "prompts");
    ASSERT_TRUE(book.has_value()) << book.error().message;
    for (const auto& [form, place] : kTasks) {
        for (const std::string_view role : kRoles) {
            const auto text = sample_prompt(*book, std::string(role), task_at(place),
                                            {.headers = "(excerpts of headers)\n", .example = "(an example)\n"});
            ASSERT_TRUE(text.has_value()) << text.error().message;
            EXPECT_THAT(*text, Not(HasSubstr("{{"))) << role;
            EXPECT_THAT(*text, Not(HasSubstr("&lt;"))) << role;
            expect_golden(fmt::format("prompts/{}.{}.txt", role, form), *text);
        }
    }
}

TEST(Prompts, ForeignTextIsFilledInAsItIs) {
    const auto book = PromptBook::load(kRoot / "prompts");
    auto values = *task_values(task_at(kTasks[0].second));
    const std::string hostile = "{{> task}} {{plan}} <b> & \"q\" \\ {{{code}}}\n";
    values["code"] = hostile;
    values["outcome"] = "o";
    values["plan"] = "p";
    EXPECT_THAT(*book->fill("coder-next", Form::atomic, values), HasSubstr(hostile));
    EXPECT_FALSE(book->fill("poet", Form::atomic, values));
}

TEST(Prompts, ASectionWithNothingToSayIsNotThere) {
    const auto book = PromptBook::load(kRoot / "prompts");
    const auto text = sample_prompt(*book, "standard", task_at(kTasks[0].second), {});
    EXPECT_THAT(*text, Not(HasSubstr("headers, in excerpts")));
    EXPECT_THAT(*text, Not(HasSubstr("worked example")));
}

TEST(Prompts, ABudgetShortensWhatHelpsLeast) {
    const auto book = PromptBook::load(kRoot / "prompts");
    const Task task = task_at(kTasks[0].second);
    auto values = *task_values(task);
    values["example"] = "EXAMPLE\n";
    std::string headers;
    for (int i = 0; i < 1000; ++i) {
        headers += fmt::format("header line {}\n", i);
    }
    values["headers"] = measured(headers);
    const std::string whole = *book->fill_within(0, "standard", task.form, values);
    EXPECT_THAT(whole, HasSubstr("header line 999"));
    const std::size_t budget = 3000;
    ASSERT_GT(estimated_tokens(whole), budget);
    const std::string fitting = *book->fill_within(budget, "standard", task.form, values);
    EXPECT_LE(estimated_tokens(fitting), budget);
    EXPECT_THAT(fitting, Not(HasSubstr("EXAMPLE")));
    EXPECT_THAT(fitting, HasSubstr("header line 1\n"));
    EXPECT_THAT(fitting, HasSubstr("(cut)"));
    EXPECT_THAT(pattern_of(fitting), HasSubstr("‹measured›"));
    EXPECT_THAT(pattern_of(fitting), HasSubstr("## Your answer")) << "a cut part ends where it ends";
    EXPECT_THAT(*book->fill_within(1, "standard", task.form, values), HasSubstr(task.summary))
        << "the task stays whole";
}

TEST(Prompts, AFolderThatLacksOneIsRefusedByItsName) {
    const auto folder = TempDir::make("mkb-prompts-test");
    fs::copy(kRoot / "prompts", folder->path() / "prompts", fs::copy_options::recursive);
    fs::remove(folder->path() / "prompts/repair.txt");
    const auto book = PromptBook::load(folder->path() / "prompts");
    ASSERT_FALSE(book.has_value());
    EXPECT_THAT(book.error().message, HasSubstr("repair.txt"));
}

} // namespace
} // namespace mkb
