#include "score/agreement.h"

#include "../tests/support/sample_records.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

Record judged(Outcome outcome) {
    Record record = sample::make_record(0);
    record.outcome = std::move(outcome);
    return record;
}

Correct timed(double low, double high) {
    return {.speedup = (low + high) / 2, .speedup_low = low, .speedup_high = high, .measured = true};
}

Agreement compare(Outcome before, Outcome now) {
    return compare_judgements(judged(std::move(before)), judged(std::move(now)));
}

TEST(Agreement, EveryOutcomeHoldsAgainstItselfAndAgainstNoOther) {
    const std::vector<Outcome> outcomes = sample::all_outcomes();
    for (const Outcome& before : outcomes) {
        for (const Outcome& now : outcomes) {
            const Agreement agreement = compare(before, now);
            EXPECT_EQ(agreement.held, kind_of(before) == kind_of(now));
            EXPECT_EQ(agreement.difference.empty(), agreement.held);
        }
    }
}

TEST(Agreement, OfWrongTheOutputMustBeTheSameTheRegimeNot) {
    EXPECT_TRUE(compare(Wrong{.output = "y", .regime = "ties"}, Wrong{.output = "y", .regime = "plain"}).held);
    const Agreement other = compare(Wrong{.output = "y"}, Wrong{.output = "indices"});
    EXPECT_FALSE(other.held);
    EXPECT_NE(other.difference.find("indices"), std::string::npos);
}

TEST(Agreement, OfCheatedTheRuleMustBeTheSameTheEvidenceNot) {
    EXPECT_TRUE(compare(Cheated{.rule = "clock", .evidence = "a"}, Cheated{.rule = "clock", .evidence = "b"}).held);
    EXPECT_FALSE(compare(Cheated{.rule = "clock"}, Cheated{.rule = "timed_output"}).held);
}

TEST(Agreement, TimesAreSaidAndDecideNothing) {
    const Agreement apart = compare(timed(1.0, 1.1), timed(1.2, 1.3));
    EXPECT_TRUE(apart.held);
    EXPECT_EQ(apart.times, Times::apart);
    EXPECT_EQ(compare(timed(1.2, 1.3), timed(1.0, 1.1)).times, Times::apart);
    EXPECT_EQ(compare(timed(1.0, 1.1), timed(1.1, 1.3)).times, Times::overlap);
    EXPECT_EQ(compare(timed(1.0, 2.0), timed(1.2, 1.3)).times, Times::overlap);
}

TEST(Agreement, TimesOfAnEmulatedDeviceOrOfNoneAreNotCompared) {
    EXPECT_EQ(compare(timed(1, 1.1), Correct{.measured = false}).times, Times::not_compared);
    EXPECT_EQ(compare(timed(1, 1.1), Wrong{}).times, Times::not_compared);
    Record emulated = judged(timed(1, 1.1));
    emulated.device.emulated = true;
    EXPECT_EQ(compare_judgements(emulated, judged(timed(1, 1.1))).times, Times::not_compared);
}

TEST(Agreement, ErrorsAreComparedUnderOneSeedOnly) {
    Record before = judged(Correct{});
    before.regime_errors = {{"plain", "y", 1e-7}, {"ties", "y", 2e-7}};
    Record now = before;
    EXPECT_EQ(compare_judgements(before, now).same_errors, true);
    now.regime_errors[1].error = 2.0000001e-7;
    EXPECT_EQ(compare_judgements(before, now).same_errors, false);
    now.seed = "another";
    EXPECT_EQ(compare_judgements(before, now).same_errors, std::nullopt);
    now = before;
    now.regime_errors.clear();
    EXPECT_EQ(compare_judgements(before, now).same_errors, std::nullopt);
}

TEST(Agreement, WhatChangedOnTheWayIsNamed) {
    const Record before = judged(Correct{});
    EXPECT_TRUE(compare_judgements(before, before).changed.empty());
    Record now = before;
    now.framework.version = "9.9.9";
    now.device.cpu = "";
    now.settings = {{"oracle", "another"}};
    const auto changed = compare_judgements(before, now).changed;
    ASSERT_EQ(changed.size(), 3U);
    EXPECT_EQ(changed[0], "framework: mnn 3.6.1 then, mnn 9.9.9 now");
    EXPECT_EQ(changed[1], "oracle: none then, another now");
    EXPECT_EQ(changed[2], "processor: Example CPU @ 2.40GHz then, none now");
}

TEST(Agreement, ItsJsonSaysAllOfIt) {
    const nlohmann::json json = to_json(compare(timed(1.0, 1.1), timed(1.2, 1.3)));
    EXPECT_EQ(json["held"], true);
    EXPECT_EQ(json["times"], "apart");
    EXPECT_EQ(json["difference"], "");
    EXPECT_EQ(json["changed"].size(), 0U);
    EXPECT_TRUE(to_json(compare(Wrong{}, NoSource{}))["difference"].get<std::string>().find("no_source") !=
                std::string::npos);
}

} // namespace
} // namespace mkb
