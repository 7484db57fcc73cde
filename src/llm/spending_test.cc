#include "base/files.h"
#include "llm/budget.h"
#include "llm/key.h"
#include "llm/price.h"

#include "base/in_child_test.h"

#include <fstream>
#include <gtest/gtest.h>

namespace mkb {
namespace {

constexpr const char* kTable = R"({"currency": "USD", "models": {
    "openai:big": {"input": 2, "output": 10, "cached_input": 0.5},
    "openai:*": {"input": 1, "output": 1},
    "exec:paid": {"input": 0, "output": 3}}})";

TEST(Price, CountsFreshCachedAndOutputTokensAPart) {
    const auto table = PriceTable::parse(kTable, "t");
    ASSERT_TRUE(table.has_value()) << table.error().message;
    const Usage usage{
        .reported = true, .input_tokens = 1'000'000, .cached_input_tokens = 400'000, .output_tokens = 100'000};
    EXPECT_DOUBLE_EQ(*table->cost("openai:big", usage), 0.6 * 2 + 0.4 * 0.5 + 0.1 * 10);
    EXPECT_DOUBLE_EQ(*table->cost("openai:other", usage), 1.1) << "the entry with a star; cached as dear as fresh";
    EXPECT_DOUBLE_EQ(*table->cost("exec:paid", usage), 0.3);
    EXPECT_DOUBLE_EQ(*table->cost("exec:mine", usage), 0);
}

TEST(Price, IsUnknownRatherThanNothing) {
    const auto table = PriceTable::parse(kTable, "t");
    EXPECT_FALSE(table->cost("anthropic:x", {.reported = true, .input_tokens = 5}));
    EXPECT_FALSE(table->cost("openai:big", {.reported = false}));
    EXPECT_FALSE(table->knows("anthropic:x"));
}

TEST(Price, ATableThatIsNoneIsRefusedWithItsPlace) {
    for (const char* bad : {"", "[]", R"({"currency":"USD"})", R"({"currency":"USD","models":{"a":{"input":1}}})",
                            R"({"currency":"USD","models":{"a":{"input":-1,"output":2}}})",
                            R"({"currency":"USD","models":{"a":{"input":"1","output":2}}})"}) {
        const auto table = PriceTable::parse(bad, "mine.json");
        ASSERT_FALSE(table.has_value()) << bad;
        EXPECT_EQ(table.error().kind, ErrorKind::bad_input);
        EXPECT_TRUE(table.error().message.starts_with("mine.json")) << table.error().message;
    }
}

TEST(Price, TheProjectsOwnTableCanBeRead) {
    const auto table = PriceTable::read(std::filesystem::path(MKB_SOURCE_DIR) / "prices.json");
    ASSERT_TRUE(table.has_value()) << table.error().message;
    EXPECT_FALSE(table->currency().empty());
}

TEST(Budget, EachLimitOfRunAndTaskForbidsTheNextCall) {
    const Spent call{.calls = 1, .tokens = 100, .money = 0.5, .seconds = 3};
    const struct {
        SpendLimits limits;
        const char* said;
    } cases[] = {{{.calls = 2}, "2 calls"},
                 {{.tokens = 150}, "150 tokens"},
                 {{.money = 0.75}, "0.75 of money"},
                 {{.time = std::chrono::seconds(5)}, "5 s"}};
    for (const auto& [limits, said] : cases) {
        Budget by_task({}, limits);
        by_task.add("a", call);
        EXPECT_EQ(by_task.refusal("a"), "");
        by_task.add("a", call);
        EXPECT_NE(by_task.refusal("a").find(said), std::string::npos) << by_task.refusal("a");
        EXPECT_EQ(by_task.refusal("b"), "");
        EXPECT_FALSE(by_task.run_is_over());
        Budget by_run(limits, {});
        by_run.add("a", call);
        EXPECT_EQ(by_run.refusal("b"), "");
        by_run.add("b", call);
        EXPECT_NE(by_run.refusal("c").find(said), std::string::npos) << by_run.refusal("c");
        EXPECT_TRUE(by_run.run_is_over());
    }
}

TEST(Budget, ACallWithoutAPriceIsCountedAsSuch) {
    Budget budget({}, {});
    budget.add("a", spent_by({.usage = {.reported = true, .input_tokens = 3, .output_tokens = 4}}, std::nullopt));
    EXPECT_EQ(budget.of_run().tokens, 7);
    EXPECT_EQ(budget.of_run().calls_without_price, 1);
    EXPECT_EQ(budget.of_task("a").calls, 1);
}

class KeyTest : public testing::Test {
protected:
    std::filesystem::path write(const std::string& text, int mode) {
        const auto path = folder_->path() / "key";
        std::ofstream(path) << text;
        EXPECT_EQ(chmod(path.c_str(), static_cast<mode_t>(mode)), 0);
        return path;
    }
    Result<TempDir> folder_ = TempDir::make("mkb-key-test");
};

TEST_F(KeyTest, ComesFromAFileOfItsOwnerAloneOrFromTheFirstVariable) {
    const auto key = find_key(write("sk-secret\n", 0600), {});
    ASSERT_TRUE(key.has_value()) << key.error().message;
    EXPECT_EQ(key->reveal(), "sk-secret");
    const ScopedVariable variable("MKB_TEST_KEY", "from-variable");
    EXPECT_EQ(find_key("", {"MKB_TEST_KEY_NOT_SET", "MKB_TEST_KEY"})->reveal(), "from-variable");
    EXPECT_TRUE(find_key("", {"MKB_TEST_KEY_NOT_SET"})->empty());
}

TEST_F(KeyTest, AFileThatOthersMayReadIsRefusedWithoutShowingIt) {
    for (const int mode : {0640, 0604, 0644}) {
        const auto key = find_key(write("sk-secret", mode), {});
        ASSERT_FALSE(key.has_value());
        EXPECT_NE(key.error().message.find("chmod 600"), std::string::npos);
        EXPECT_EQ(key.error().message.find("sk-secret"), std::string::npos);
    }
    for (const char* bad : {"", "two\nlines", "with blank", "\n"}) {
        EXPECT_FALSE(find_key(write(bad, 0600), {})) << bad;
    }
    EXPECT_FALSE(find_key(folder_->path() / "none", {}));
}

TEST(Key, IsTakenOutOfWhateverTextItStandsIn) {
    const ApiKey key("sk-1");
    EXPECT_EQ(key.redact("a sk-1 and sk-1sk-1"), "a [key] and [key][key]");
    EXPECT_EQ(ApiKey().redact("text"), "text");
}

} // namespace
} // namespace mkb
