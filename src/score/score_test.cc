#include "score/score.h"

#include "../tests/support/golden.h"
#include "../tests/support/sample_records.h"
#include "record/printable.h"

#include <gtest/gtest.h>
#include <limits>

namespace mkb {
namespace {

Record judged(const std::string& task, Outcome outcome, const std::string& method = "evaluate") {
    Record record = sample::make_record(0);
    record.task_id = task;
    record.category = task.substr(0, task.find('/'));
    record.method = method;
    record.outcome = std::move(outcome);
    record.settings = nullptr;
    return record;
}

Correct faster(double speedup, double low, double high) {
    return {.speedup = speedup,
            .speedup_low = low,
            .speedup_high = high,
            .latency_us = 100 / speedup,
            .native_latency_us = 100,
            .share_of_limit = 0.1 * speedup,
            .native_share_of_limit = 0.1,
            .measured = true};
}

const std::map<std::string, std::string> kFourTasks = {
    {"unary/Exp/a", "unary"}, {"unary/Exp/b", "unary"}, {"logic/And/a", "logic"}, {"logic/Or/a", "logic"}};

Score only(const std::vector<Score>& scores) {
    EXPECT_EQ(scores.size(), 1U);
    return scores.empty() ? Score{} : scores[0];
}

TEST(Score, DividesByAllTasksAlsoThoseNeverTried) {
    const Score score = only(
        score_run({judged("unary/Exp/a", faster(2, 1.9, 2.1)), judged("logic/And/a", Wrong{})}, {}, kFourTasks, false));
    EXPECT_EQ(score.tasks, 4);
    EXPECT_EQ(score.csr.count, 2);
    EXPECT_EQ(score.csr.of, 4);
    EXPECT_EQ(score.fcr.count, 1);
    EXPECT_EQ(score.outcomes, (std::map<std::string, int>{{"correct", 1}, {"wrong", 1}}));
}

TEST(Score, CallsThatNoNumberHoldsStayAtTheEnd) {
    Record record = judged("unary/Exp/a", Wrong{});
    for (const double calls : {1e300, 1e9, -5.0}) {
        record.settings = {{"usage", {{"calls", calls}}}};
        const Score score = only(score_run({record, record, record}, {}, kFourTasks, false));
        EXPECT_GE(score.calls, 0);
        EXPECT_LE(score.calls, 1'000'000'000);
    }
}

TEST(Score, WithoutATaskListTheDenominatorIsWhatRecordsAndTroubleNameOfAllMethods) {
    const auto scores =
        score_run({judged("unary/Exp/a", faster(2, 1.9, 2.1), "one"), judged("unary/Exp/b", Wrong{}, "two")},
                  {sample::make_trouble("logic/Or/a", "k")}, {}, true);
    ASSERT_EQ(scores.size(), 9U);
    EXPECT_EQ(scores[0].method, "evaluate");
    EXPECT_EQ(scores[0].tasks, 3);
    EXPECT_EQ(scores[0].not_evaluated, 1);
    EXPECT_EQ(scores[1].category, "logic");
    EXPECT_EQ(scores[1].tasks, 1);
    EXPECT_EQ(scores[3].method, "one");
    EXPECT_EQ(scores[3].tasks, 3);
    EXPECT_EQ(scores[3].not_evaluated, 0);
}

TEST(Score, RecordsOfTasksOutsideTheListAreLeftOut) {
    const Score score =
        only(score_run({judged("unary/Exp/a", Wrong{}), judged("other/X/a", faster(9, 8, 10))}, {}, kFourTasks, false));
    EXPECT_EQ(score.evaluations, 1);
    EXPECT_EQ(score.fcr.count, 0);
}

TEST(Score, FastIsStrictlyMoreThanTheThreshold) {
    const Score score =
        only(score_run({judged("unary/Exp/a", faster(1.0, 1.0, 1.0)),
                        judged("unary/Exp/b", faster(std::nextafter(1.0, 2.0), 0.9, 1.1)),
                        judged("logic/And/a", faster(1.5, 1.2, 1.7)), judged("logic/Or/a", faster(0.5, 0.4, 0.6))},
                       {}, kFourTasks, false));
    EXPECT_EQ(score.fast.at(0.5).count, 3);
    EXPECT_EQ(score.fast.at(1.0).count, 2);
    EXPECT_EQ(score.fast.at(1.5).count, 0);
}

TEST(Score, SureAsksTheLowerEndOfTheIntervalStrictlyToo) {
    const Score score =
        only(score_run({judged("unary/Exp/a", faster(1.2, 1.0, 1.3)), judged("unary/Exp/b", faster(1.2, 1.01, 1.3)),
                        judged("logic/And/a", faster(1.6, 0.9, 1.9))},
                       {}, kFourTasks, false));
    EXPECT_EQ(score.fast.at(1.0).count, 3);
    EXPECT_EQ(score.fast_sure.at(1.0).count, 1);
    EXPECT_EQ(score.fast.at(1.5).count, 1);
    EXPECT_EQ(score.fast_sure.at(1.5).count, 0);
}

TEST(Score, EmulatedUnmeasuredAndImpossibleTimesNeverEnterSpeed) {
    Record emulated = judged("unary/Exp/a", faster(5, 4, 6));
    emulated.device.emulated = true;
    Correct unmeasured = faster(5, 4, 6);
    unmeasured.measured = false;
    const double infinity = std::numeric_limits<double>::infinity();
    const Score score = only(
        score_run({emulated, judged("unary/Exp/b", unmeasured), judged("logic/And/a", faster(infinity, 4, infinity)),
                   judged("logic/Or/a", faster(std::nan(""), 4, 6))},
                  {}, kFourTasks, false));
    EXPECT_EQ(score.fcr.count, 4);
    for (const double threshold : kFastThresholds) {
        EXPECT_EQ(score.fast.at(threshold).count, 0);
        EXPECT_EQ(score.fast_sure.at(threshold).count, 0);
    }
    EXPECT_EQ(score.geometric_speedup.mean, 0);
    EXPECT_EQ(score.arithmetic_speedup, 0);
}

TEST(Score, ATimeBelowTheRooflineIsNoSpeed) {
    Record impossible = judged("unary/Exp/a", faster(40, 39, 41));
    impossible.flags = {"the device was not quiet", std::string(kBelowRoofline) + ": 0.1 us"};
    const Score score =
        only(score_run({impossible, judged("unary/Exp/b", faster(1.2, 1.1, 1.3))}, {}, kFourTasks, false));
    EXPECT_EQ(score.fcr.count, 2);
    EXPECT_EQ(score.fast.at(1.0).count, 1);
    EXPECT_EQ(score.fast_sure.at(1.0).count, 1);
    EXPECT_DOUBLE_EQ(score.arithmetic_speedup, 1.2);
    EXPECT_FALSE(counts_for_speed(impossible));
    EXPECT_EQ(speedup_of(impossible), 0);
    impossible.flags.pop_back();
    EXPECT_TRUE(counts_for_speed(impossible));
    EXPECT_EQ(speedup_of(impossible), 40);
}

TEST(Score, TheBestRecordOfATaskIsTheFastestCorrectOneWhoseSpeedCounts) {
    Record emulated = judged("unary/Exp/a", faster(9, 8, 10));
    emulated.device.emulated = true;
    const auto best =
        best_by_task({judged("unary/Exp/a", Wrong{}), emulated, judged("unary/Exp/a", faster(1.2, 1.1, 1.3)),
                      judged("unary/Exp/a", faster(1.4, 1.1, 1.6)), judged("unary/Exp/a", NoSource{})});
    ASSERT_EQ(best.size(), 1U);
    EXPECT_EQ(std::get<Correct>(best.at("unary/Exp/a").outcome).speedup, 1.4);
}

TEST(Score, TheBestOfTwoFailuresCameFurtherAndOfEqualsIsTheEarlier) {
    const auto best = best_by_task({judged("a/A/a", NoSource{}), judged("a/A/a", BuildFailed{}),
                                    judged("b/B/b", Wrong{}), judged("b/B/b", LoadFailed{}),
                                    judged("c/C/c", LoadFailed{"first"}), judged("c/C/c", LoadFailed{"second"})});
    EXPECT_EQ(kind_of(best.at("a/A/a").outcome), "build_failed");
    EXPECT_EQ(kind_of(best.at("b/B/b").outcome), "wrong");
    EXPECT_EQ(std::get<LoadFailed>(best.at("c/C/c").outcome).why, "first");
}

TEST(Score, MeansAreOverCorrectMeasuredTasksOnly) {
    const Score score = only(score_run({judged("unary/Exp/a", faster(4, 3.9, 4.1)),
                                        judged("unary/Exp/b", faster(1, 0.9, 1.1)), judged("logic/And/a", Wrong{})},
                                       {}, kFourTasks, false));
    EXPECT_DOUBLE_EQ(score.geometric_speedup.mean, 2.0);
    EXPECT_DOUBLE_EQ(score.arithmetic_speedup, 2.5);
    EXPECT_LE(score.geometric_speedup.low, 2.0);
    EXPECT_GE(score.geometric_speedup.high, 2.0);
}

TEST(Score, TroubleOfATaskThatHasAnOutcomeDoesNotCount) {
    const Score score =
        only(score_run({judged("unary/Exp/a", Wrong{})},
                       {sample::make_trouble("unary/Exp/a", "k1"), sample::make_trouble("unary/Exp/b", "k2"),
                        sample::make_trouble("unary/Exp/b", "k3")},
                       kFourTasks, false));
    EXPECT_EQ(score.not_evaluated, 1);
}

TEST(Score, UsageOfAllAttemptsIsAddedUp) {
    Record first = judged("unary/Exp/a", NoSource{});
    first.settings = {{"usage", {{"calls", 2}, {"tokens", 1500}, {"money", 0.25}}}};
    Record second = first;
    second.settings["usage"]["money"] = "much";
    const Score score = only(score_run({first, second}, {}, kFourTasks, false));
    EXPECT_EQ(score.calls, 4);
    EXPECT_EQ(score.tokens, 3000);
    EXPECT_EQ(score.money, 0.25);
}

TEST(Score, AnEmptyRunHasNoScoresAndSaysSo) {
    EXPECT_TRUE(score_run({}, {}, kFourTasks, true).empty());
    EXPECT_NE(score_table({}, false).find("no evaluations yet"), std::string::npos);
}

std::vector<Score> sample_scores() {
    std::vector<Record> records = sample::make_records(40);
    for (std::size_t i = 0; i < records.size(); i += 2) {
        records[i].method = "moka";
        records[i].model = "a-model-with-a-rather-long-name-\x1b[31m-2026";
        records[i].settings["usage"] = {{"calls", 3}, {"tokens", 12345}, {"money", 0.125}};
    }
    return score_run(records, {sample::make_trouble("others/LSTM/32x16x128", "k")}, {}, true);
}

TEST(ScoreTable, LooksAsAPersonHasSeenIt) {
    expect_golden("score_table.txt", score_table(sample_scores(), false));
}

TEST(ScoreTable, FitsTheWidthAndHasColourOnlyWhenAsked) {
    for (const int width : {95, 100, 140}) {
        const std::string plain = score_table(sample_scores(), false, width);
        EXPECT_EQ(plain.find('\x1b'), std::string::npos);
        for (std::size_t start = 0; start < plain.size();) {
            const std::size_t end = plain.find('\n', start);
            EXPECT_LE(display_width(plain.substr(start, end - start)), width);
            start = end + 1;
        }
    }
    EXPECT_NE(score_table(sample_scores(), true).find("\x1b["), std::string::npos);
}

TEST(ScoreJson, LooksAsAPersonHasSeenIt) {
    expect_golden("score.json",
                  to_json(score_run({judged("unary/Exp/a", faster(2, 1.5, 2.5))}, {}, kFourTasks, false)[0]).dump(2) +
                      "\n");
}

} // namespace
} // namespace mkb
