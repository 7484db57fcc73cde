#include "pipeline/profile.h"

#include <cmath>
#include <gtest/gtest.h>

namespace mkb {
namespace {

TEST(Profile, EveryNameIsKnownAndSaysItself) {
    for (const char* name : {"standard", "thorough", "short", "verify"}) {
        EXPECT_EQ(profile_named(name).value().name, name);
    }
}

TEST(Profile, AnUnknownNameListsTheOthers) {
    const auto profile = profile_named("fast");
    ASSERT_FALSE(profile);
    EXPECT_EQ(profile.error().kind, ErrorKind::bad_input);
    for (const char* part : {"'fast'", "standard", "thorough", "short", "verify"}) {
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
    for (const char* name : {"standard", "thorough", "short"}) {
        const Profile profile = profile_named(name).value();
        int before = profile.blocks.most_quads * profile.blocks.most_runs;
        for (double latency_us = 0; latency_us < 1e7; latency_us = 2 * latency_us + 1) {
            const Blocks blocks = blocks_for(profile.blocks, latency_us);
            EXPECT_LE(blocks.quads * blocks.runs, before);
            EXPECT_GE(blocks.quads, profile.blocks.least_quads);
            EXPECT_GE(blocks.runs, 1);
            before = blocks.quads * blocks.runs;
        }
        EXPECT_EQ(blocks_for(profile.blocks, 0).runs, profile.blocks.most_runs);
        EXPECT_EQ(blocks_for(profile.blocks, 0).quads, profile.blocks.most_quads);
        EXPECT_EQ(blocks_for(profile.blocks, 1e9).quads, profile.blocks.least_quads);
    }
}

TEST(Profile, FarFromNativeAWiderIntervalWillDo) {
    const Profile profile{.half_width = 0.01, .of_distance = 0.1};
    EXPECT_EQ(half_width_at(profile, 1), 0.01);
    EXPECT_EQ(half_width_at(profile, 1.1), 0.01);
    EXPECT_DOUBLE_EQ(half_width_at(profile, 2), 0.1 * std::log(2));
    EXPECT_DOUBLE_EQ(half_width_at(profile, 0.5), 0.1 * std::log(2));
}

TEST(Profile, BetweenTheBoundsTheBudgetIsSpent) {
    const BlockBounds bounds{.least_quads = 1, .most_quads = 4, .most_runs = 1000, .budget_ms = 80};
    // Eight blocks a side in 80 ms: ten runs of 1 ms each.
    EXPECT_EQ(blocks_for(bounds, 1000).runs, 10);
    EXPECT_EQ(blocks_for(bounds, 1000).quads, 4);
    // Four runs of 20 ms: two quadruples of single runs.
    EXPECT_EQ(blocks_for(bounds, 20'000).runs, 1);
    EXPECT_EQ(blocks_for(bounds, 20'000).quads, 2);
}

TEST(Profile, WhatIsPublishedNeverRestsOnFewerThanAHundredRunsASide) {
    for (const char* name : {"standard", "thorough"}) {
        const Profile profile = profile_named(name).value();
        const Blocks blocks = blocks_for(profile.blocks, 1e9);
        EXPECT_GE(profile.pairs * blocks.quads * 2 * blocks.runs, 100);
    }
}

TEST(Profile, JsonHoldsEveryField) {
    const Profile profile{.name = "mine",
                          .measure = false,
                          .pairs = 1,
                          .most_pairs = 2,
                          .half_width = 0.5,
                          .of_distance = 0.25,
                          .blocks = {.least_quads = 4, .most_quads = 5, .most_runs = 6, .budget_ms = 7},
                          .warm_up_runs = 8};
    const nlohmann::json expected{{"name", "mine"},    {"measure", false},    {"pairs", 1},       {"most_pairs", 2},
                                  {"half_width", 0.5}, {"of_distance", 0.25}, {"least_quads", 4}, {"most_quads", 5},
                                  {"most_runs", 6},    {"budget_ms", 7},      {"warm_up_runs", 8}};
    EXPECT_EQ(to_json(profile), expected);
}

TEST(Profile, EveryFieldComesBackFromItsJson) {
    for (const char* name : {"standard", "thorough", "short", "verify"}) {
        nlohmann::json json = to_json(profile_named(name).value());
        EXPECT_EQ(to_json(profile_from_json(json).value()), json);
        for (auto& [field, value] : json.items()) {
            if (value.is_boolean()) {
                value = !value.get<bool>();
            } else if (value.is_number_integer()) {
                value = value.get<int>() + 1;
            } else if (value.is_number()) {
                value = value.get<double>() * 2;
            }
        }
        EXPECT_EQ(to_json(profile_from_json(json).value()), json);
    }
}

TEST(Profile, FieldsThatAreNotThereAreAsInTheProfileOfThatName) {
    EXPECT_EQ(to_json(profile_from_json({{"name", "short"}}).value()), to_json(profile_named("short").value()));
    EXPECT_EQ(profile_from_json({{"name", "of yore"}, {"pairs", 9}}).value().pairs, 9);
}

TEST(Profile, AFieldThatCannotBeOneIsNamed) {
    const nlohmann::json good = to_json(Profile{});
    const auto refused = [&](const char* field, nlohmann::json value) {
        nlohmann::json bad = good;
        bad[field] = std::move(value);
        const auto profile = profile_from_json(bad);
        return !profile && profile.error().kind == ErrorKind::bad_input &&
               profile.error().message.find(field) != std::string::npos;
    };
    EXPECT_TRUE(refused("pairs", -1));
    EXPECT_TRUE(refused("pairs", 1'000'000));
    EXPECT_TRUE(refused("most_pairs", std::numeric_limits<std::uint64_t>::max()));
    EXPECT_TRUE(refused("pairs", "20"));
    EXPECT_TRUE(refused("pairs", 2.5));
    EXPECT_TRUE(refused("budget_ms", 0));
    EXPECT_TRUE(refused("half_width", "inf"));
    EXPECT_TRUE(refused("measure", 1));
    EXPECT_FALSE(profile_from_json(nullptr));
    EXPECT_FALSE(profile_from_json({{"name", 3}}));
}

} // namespace
} // namespace mkb
