#include "pipeline/profile.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

TEST(Profile, EveryNameIsKnownAndSaysItself) {
    for (const char* name : {"standard", "short", "verify"}) {
        EXPECT_EQ(profile_named(name).value().name, name);
    }
}

TEST(Profile, AnUnknownNameListsTheOthers) {
    const auto profile = profile_named("fast");
    ASSERT_FALSE(profile);
    EXPECT_EQ(profile.error().kind, ErrorKind::bad_input);
    for (const char* part : {"'fast'", "standard", "short", "verify"}) {
        EXPECT_NE(profile.error().message.find(part), std::string::npos);
    }
    EXPECT_FALSE(profile_named(""));
}

TEST(Profile, OnlyVerifyMeasuresNothing) {
    EXPECT_TRUE(profile_named("standard").value().measure);
    EXPECT_TRUE(profile_named("short").value().measure);
    EXPECT_FALSE(profile_named("verify").value().measure);
}

TEST(Profile, ASlowerKernelGetsFewerRunsWithinTheBounds) {
    for (const char* name : {"standard", "short"}) {
        const Profile profile = profile_named(name).value();
        int before = profile.most_runs;
        for (double latency_us = 0; latency_us < 1e7; latency_us = 2 * latency_us + 1) {
            const int runs = runs_per_block(profile, latency_us);
            EXPECT_LE(runs, before);
            EXPECT_GE(runs, profile.least_runs);
            before = runs;
        }
        EXPECT_EQ(runs_per_block(profile, 0), profile.most_runs);
        EXPECT_EQ(runs_per_block(profile, 1e9), profile.least_runs);
    }
}

TEST(Profile, BetweenTheBoundsTheBudgetIsSpent) {
    const Profile profile{.quads = 4, .least_runs = 1, .most_runs = 1000, .budget_ms = 80};
    // Eight blocks a side in 80 ms: ten runs of 1 ms each.
    EXPECT_EQ(runs_per_block(profile, 1000), 10);
    EXPECT_EQ(runs_per_block(profile, 100), 100);
}

TEST(Profile, JsonHoldsEveryField) {
    const Profile profile{.name = "mine",
                          .measure = false,
                          .pairs = 1,
                          .quads = 2,
                          .least_runs = 3,
                          .most_runs = 4,
                          .budget_ms = 5,
                          .warm_up_runs = 6};
    const nlohmann::json expected{{"name", "mine"},  {"measure", false}, {"pairs", 1},     {"quads", 2},
                                  {"least_runs", 3}, {"most_runs", 4},   {"budget_ms", 5}, {"warm_up_runs", 6}};
    EXPECT_EQ(to_json(profile), expected);
}

} // namespace
} // namespace mkb
