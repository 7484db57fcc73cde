#include "agent/plan.h"

#include "agent/schema.h"
#include "base/files.h"
#include "llm/measured.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

nlohmann::json schema_of(const std::string& role) {
    return nlohmann::json::parse(
        *read_file(std::filesystem::path(MKB_SOURCE_DIR) / "prompts/schemas" / (role + ".json")));
}

std::string why_not(const std::string& role, const std::string& answer) {
    const auto plan = read_plan(role, schema_of(role), answer, Wrong{});
    const auto* why = std::get_if<std::string>(&plan);
    return why == nullptr ? "" : *why;
}

TEST(Plan, JsonIsFoundBareInABlockAndInProse) {
    const std::string json = R"({"suggestions": ["a {brace} and a \" quote"]})";
    for (const std::string& answer :
         {json, "```json\n" + json + "\n```", "Sure!\n```\n" + json + "\n```\nDone.", "I think {so}: " + json + " ok?",
          "<think>{\"suggestions\": [\"no\"]}</think>\n" + json, "\xEF\xBB\xBF" + json + "\r\n"}) {
        const auto plan = read_plan("correction", schema_of("correction"), answer, Wrong{});
        ASSERT_TRUE(std::holds_alternative<Plan>(plan)) << answer << ": " << std::get<std::string>(plan);
        EXPECT_EQ(std::get<Plan>(plan).method, "a {brace} and a \" quote");
        EXPECT_EQ(std::get<Plan>(plan).bottleneck, "wrong");
    }
}

TEST(Plan, WhatDoesNotFitTheSchemaIsRefusedWithItsPlace) {
    EXPECT_NE(why_not("correction", "no braces at all"), "");
    EXPECT_NE(why_not("correction", "{\"suggestions\": []}").find("/suggestions"), std::string::npos);
    EXPECT_NE(why_not("correction", R"({"suggestions": ["a", 5]})").find("/suggestions/1"), std::string::npos);
    EXPECT_NE(why_not("correction", R"({"suggestions": ["a"], "code": "int x;"})").find("/code"), std::string::npos);
    EXPECT_NE(why_not("accelerator", R"({"bottleneck": "luck", "method": "try", "plan": "p"})").find("/bottleneck"),
              std::string::npos);
    EXPECT_NE(why_not("accelerator", R"({"bottleneck": "memory", "plan": "p"})").find("/method"), std::string::npos);
    EXPECT_NE(why_not("accelerator", R"({"bottleneck": "memory", "method": ["one", "two"], "plan": "p"})"), "")
        << "exactly one method";
    EXPECT_NE(why_not("repair", R"({"local": [], "cross_file": []})"), "") << "no entry is no plan";
    EXPECT_EQ(why_not("repair", R"({"local": [], "cross_file": [{"error": "e", "suggestion": "s"}]})"), "");
}

TEST(Plan, ManyBracesAndBrokenJsonEndQuickly) {
    EXPECT_TRUE(json_in(std::string(200'000, '{')).is_discarded());
    EXPECT_TRUE(json_in("{\"a\": \"" + std::string(100'000, '\\')).is_discarded());
    EXPECT_TRUE(json_in("").is_discarded());
    EXPECT_TRUE(json_in("[1, 2]").is_discarded());
}

TEST(Plan, WithoutAPlannerTheDiagnosticsAreThePlan) {
    const Plan plan = raw_plan(BuildFailed{.errors = {{.file = "a.cpp", .line = 3, .message = "unknown type 'Foo'"}}});
    EXPECT_EQ(plan.role, "raw");
    EXPECT_NE(plan.text.find("a.cpp:3: unknown type 'Foo'"), std::string::npos);
    EXPECT_NE(raw_plan(Cheated{.rule = "syscall", .evidence = "socket"}).text.find("'syscall'"), std::string::npos);
    EXPECT_EQ(generic_plan(Wrong{.report = "secret"}).text.find("secret"), std::string::npos);
    const Plan back = plan_from_json(to_json(plan));
    EXPECT_EQ(to_json(back), to_json(plan));
}

TEST(Plan, MethodsAreTheSameBeyondCaseOrderAndPunctuation) {
    EXPECT_TRUE(same_method("SIMD, with FMA", "with fma: SIMD"));
    EXPECT_FALSE(same_method("SIMD", "SIMD with cache blocks"));
}

TEST(Schema, TheProjectsOwnSchemasTakeTheExamplesInTheirPrompts) {
    EXPECT_EQ(
        schema_fault(schema_of("repair"),
                     nlohmann::json::parse(R"({"local": [{"error": "…", "suggestion": "…"}], "cross_file": []})")),
        "");
    EXPECT_EQ(schema_fault({{"type", "object"}}, nlohmann::json::array()), ": must be an object");
    EXPECT_NE(schema_fault({{"maxItems", 1}}, nlohmann::json::array({1, 2})), "");
    EXPECT_NE(schema_fault({{"maxLength", 1}}, "ab"), "");
}

TEST(Measured, MarksAreTakenOutForTheModelAndReplacedInThePattern) {
    const std::string text = "took " + measured("12 us") + ", then " + measured("3") + ".";
    EXPECT_EQ(without_marks(text), "took 12 us, then 3.");
    EXPECT_EQ(pattern_of(text), "took ‹measured›, then ‹measured›.");
    EXPECT_EQ(pattern_of("a\x01"
                         "b"),
              "a‹measured›");
    EXPECT_EQ(foreign("a\x01"
                      "b\x02\xff"),
              "ab\xEF\xBF\xBD")
        << "text from outside brings no marks";
}

} // namespace
} // namespace mkb
