#include "score/pass_at.h"

#include "score/score.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

TEST(PassAt, IsTheShareOfAllChoicesThatHoldAGoodOne) {
    for (int n = 1; n <= 8; ++n) {
        for (int c = 0; c <= n; ++c) {
            for (int k = 1; k <= n; ++k) {
                // Counted out: every choice of k among n as a bit pattern; the first c are good.
                int all = 0, good = 0;
                for (int choice = 0; choice < (1 << n); ++choice) {
                    if (__builtin_popcount(static_cast<unsigned>(choice)) == k) {
                        ++all;
                        good += (choice & ((1 << c) - 1)) != 0;
                    }
                }
                EXPECT_NEAR(chance_of_good(n, c, k), static_cast<double>(good) / all, 1e-12) << n << c << k;
            }
        }
    }
}

Record sample(const std::string& task, int number, Outcome outcome, const std::string& method = "pass@4") {
    Record record;
    record.task_id = task;
    record.method = method;
    record.model = "m";
    record.sample = number;
    record.outcome = std::move(outcome);
    return record;
}

TEST(PassAt, IsAMeanOverAllTasksAndStandsInTheScore) {
    const std::map<std::string, std::string> tasks = {{"a", "x"}, {"b", "x"}, {"never tried", "x"}};
    std::vector<Record> records;
    for (int i = 0; i < 4; ++i) {
        records.push_back(sample("a", i, i == 3 ? Outcome(Correct{}) : Outcome(BuildFailed{})));
        records.push_back(sample("b", i, Wrong{}));
    }
    const auto shares = pass_at(records, tasks);
    ASSERT_EQ(shares.size(), 2U) << "for 1 and 2; 5 wants five samples";
    EXPECT_NEAR(shares.at(1).correct, 0.25 / 3, 1e-12);
    EXPECT_NEAR(shares.at(2).correct, 0.5 / 3, 1e-12);
    EXPECT_NEAR(shares.at(1).compiled, 1.25 / 3, 1e-12);
    const auto scores = score_run(records, {}, tasks, false);
    ASSERT_EQ(scores.size(), 1U);
    EXPECT_NEAR(scores[0].pass_at.at(2).correct, 0.5 / 3, 1e-12);
    EXPECT_EQ(scores[0].fcr.count, 1) << "the best of four beside it";
    EXPECT_NE(score_table(scores, false).find("unbiased: pass@1 CSR 41.7 FCR 8.3, pass@2 CSR 50.0 FCR 16.7"),
              std::string::npos)
        << score_table(scores, false);
}

TEST(PassAt, IsNotMadeFromRoundsNorFromTooFewSamples) {
    const std::map<std::string, std::string> tasks = {{"a", "x"}};
    EXPECT_TRUE(pass_at({sample("a", 0, Correct{}, "moka"), sample("a", 0, Correct{}, "moka")}, tasks).empty());
    EXPECT_TRUE(pass_at({sample("a", 0, Correct{})}, tasks).empty());
}

} // namespace
} // namespace mkb
