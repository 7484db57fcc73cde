#include "report/truth_page.h"

#include "../tests/support/sample_records.h"
#include "report/html.h"
#include "report/web_assets.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

Truth sample_truth() {
    Truth truth{.tasks = {"logic/Or/a"}, .machine = sample::kHostileText, .profile = "short", .budget_min = 60};
    KnownGroup group{.name = sample::kHostileText, .extra_work = 0.05};
    group.comparisons = {{.task = sample::kHostileText, .native_us = 20, .ratio = 0.95, .low = 0.94, .high = 0.96},
                         {.task = "unary/Exp/a", .native_us = 10, .ratio = 1.02, .low = 1.01, .high = 9}};
    truth.groups = {group};
    truth.roles = {{.role = "ran first", .won = 7, .of = 9, .gain = 0.01}};
    truth.checks = {{.what = "held", .count = 1, .of = 2, .threshold = 0.93},
                    {.what = "never", .count = 0, .of = 400, .threshold = 0.93}};
    return truth;
}

/// The text between two others; empty where they are not there.
std::string between(const std::string& text, std::string_view from, std::string_view to) {
    const std::size_t begin = text.find(from);
    const std::size_t end = begin == std::string::npos ? begin : text.find(to, begin + from.size());
    return end == std::string::npos ? "" : text.substr(begin + from.size(), end - begin - from.size());
}

TEST(TruthPage, ItsTablesHoldEveryDemandAndItsDataEveryInterval) {
    const std::string page = truth_page(sample_truth());
    EXPECT_TRUE(page.contains("<td>held</td>"));
    EXPECT_TRUE(page.contains("<strong>refused</strong>"));
    EXPECT_TRUE(page.contains("something that is demanded does not hold"));
    EXPECT_TRUE(page.contains("7 of 9"));
    const auto data = nlohmann::json::parse(between(page, "id=\"data\">", "</script>"));
    EXPECT_EQ(data["groups"][0]["comparisons"].size(), 2U);
    EXPECT_EQ(data["checks"].size(), 2U);
    EXPECT_EQ(data["power"][0]["seen"], 1);
    EXPECT_EQ(data["power"][0]["demanded"], 0.99);
}

TEST(TruthPage, WhatItShowsIsTextAndItsScriptsRunByTheirHash) {
    const std::string page = truth_page(sample_truth());
    EXPECT_FALSE(page.contains("<img src=x"));
    EXPECT_FALSE(page.contains("<script>window.hostile"));
    EXPECT_TRUE(page.contains(script_hash(selftest_script())));
    EXPECT_EQ(selftest_script().find("innerHTML"), std::string_view::npos);
}

TEST(TruthPage, NothingMeasuredIsAPageToo) {
    EXPECT_TRUE(truth_page({}).contains("Too little has been measured to say."));
}

} // namespace
} // namespace mkb
