#include "measure/statistics.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <iterator>
#include <limits>
#include <random>

namespace mkb {
namespace {

TEST(Statistics, MedianOfOddAndEvenCounts) {
    EXPECT_EQ(median({3}), 3);
    EXPECT_EQ(median({3, 1, 2}), 2);
    EXPECT_EQ(median({4, 1, 3, 2}), 2.5);
    EXPECT_EQ(median({1e308, 1.5e308}), 1.25e308);
}

TEST(Statistics, BrokenInputIsOurOwnBug) {
    const double ratios[] = {1, -1};
    EXPECT_DEATH(median({}), "empty");
    EXPECT_DEATH(median({1, std::numeric_limits<double>::quiet_NaN()}), "isfinite");
    EXPECT_DEATH(paired_speedup(ratios), "finite_and_positive");
    EXPECT_DEATH(geometric_mean_interval({}), "empty");
}

TEST(Statistics, BinomialAgreesWithClosedForms) {
    EXPECT_NEAR(binomial_cdf(5, 20, 0.5), 21700.0 / 1048576, 1e-13);
    EXPECT_NEAR(binomial_cdf(0, 10, 0.1), std::pow(0.9, 10), 1e-14);
    EXPECT_NEAR(binomial_cdf(9, 10, 0.1), 1 - 1e-10, 1e-14);
    EXPECT_NEAR(binomial_cdf(2499, 4999, 0.5), 0.5, 1e-10); // (1/2)^4999 alone underflows
    EXPECT_EQ(binomial_cdf(-1, 10, 0.5), 0);
    EXPECT_EQ(binomial_cdf(10, 10, 0.5), 1);
    EXPECT_EQ(binomial_cdf(3, 10, 0), 1);
    EXPECT_EQ(binomial_cdf(3, 10, 1), 0);
}

TEST(Statistics, MedianRanksAreTheTextbooks) {
    // Conover, Practical Nonparametric Statistics, table of the sign test: n, lower rank, coverage.
    const struct {
        int n, low;
        double coverage;
    } rows[] = {{6, 1, 0.96875}, {9, 2, 0.9609}, {10, 2, 0.9785}, {15, 4, 0.9648}, {20, 6, 0.9586}, {30, 10, 0.9572}};
    for (const auto& row : rows) {
        const auto interval = median_interval_ranks(row.n);
        EXPECT_EQ(interval.low_rank, row.low) << row.n;
        EXPECT_EQ(interval.high_rank, row.n + 1 - row.low) << row.n;
        EXPECT_NEAR(interval.coverage, row.coverage, 1e-4) << row.n;
    }
}

TEST(Statistics, TooFewPairsGiveTheirWholeRange) {
    for (int n = 1; n < 6; ++n) {
        const auto interval = median_interval_ranks(n);
        EXPECT_EQ(interval.low_rank, 1);
        EXPECT_EQ(interval.high_rank, n);
        EXPECT_LT(interval.coverage, 0.95);
        EXPECT_GE(interval.coverage, 0.0);
    }
    const double one[] = {1.5};
    const auto speedup = paired_speedup(one);
    EXPECT_EQ(speedup.median, 1.5);
    EXPECT_EQ(speedup.low, 1.5);
    EXPECT_EQ(speedup.high, 1.5);
    EXPECT_EQ(speedup.coverage, 0);
}

TEST(Statistics, SpeedupTakesTheRanksOfTwentyPairs) {
    std::vector<double> ratios;
    for (int i = 20; i >= 1; --i) {
        ratios.push_back(i);
    }
    const auto speedup = paired_speedup(ratios);
    EXPECT_EQ(speedup.median, 10.5);
    EXPECT_EQ(speedup.low, 6);
    EXPECT_EQ(speedup.high, 15);
    EXPECT_EQ(speedup.pairs, 20);
    EXPECT_NEAR(speedup.coverage, 0.9586, 1e-4);
}

TEST(Statistics, IntervalHoldsTheTrueMedianAsOftenAsItSays) {
    std::mt19937_64 random(42);
    std::lognormal_distribution<double> ratio(std::log(1.3), 0.4); // median 1.3, skewed
    for (const int pairs : {10, 20, 30}) {
        int held = 0;
        int above = 0;
        constexpr int kTrials = 20000;
        for (int trial = 0; trial < kTrials; ++trial) {
            std::vector<double> ratios(static_cast<std::size_t>(pairs));
            for (double& value : ratios) {
                value = ratio(random);
            }
            const auto speedup = paired_speedup(ratios);
            held += speedup.low <= 1.3 && 1.3 <= speedup.high ? 1 : 0;
            above += speedup.low > 1.3 ? 1 : 0;
        }
        const double coverage = median_interval_ranks(pairs).coverage;
        const double sigma = std::sqrt(coverage * (1 - coverage) / kTrials);
        EXPECT_NEAR(static_cast<double>(held) / kTrials, coverage, 4 * sigma) << pairs;
        EXPECT_LE(static_cast<double>(above) / kTrials, (1 - coverage) / 2 + 4 * sigma) << pairs; // fast_p (sure)
    }
}

TEST(Statistics, TheFirstPairsScatterDecidesTheNumberOfPairs) {
    // Sigma 2 %: (1.96 * 1.2533 * 0.02 / 0.0075)^2 = 42.9; 43 pairs have a coverage of 96.8 %.
    std::vector<double> first(12);
    for (std::size_t i = 0; i < first.size(); ++i) {
        first[i] = 1 + (i % 2 == 0 ? 0.02 : -0.02) * std::sqrt(11.0 / 12);
    }
    EXPECT_EQ(pairs_for_half_width(first, 0.0075, 12, 1000), 43);
    EXPECT_EQ(pairs_for_half_width(first, 0.0075, 50, 60), 50);
    EXPECT_EQ(pairs_for_half_width(first, 0.0001, 12, 60), 60);
    const double same[] = {1, 1, 1};
    EXPECT_EQ(pairs_for_half_width(same, 0.01, 12, 60), 12);
    EXPECT_EQ(pairs_for_half_width(std::span(same).first(1), 0.01, 12, 60), 12);
}

TEST(Statistics, TheNumberOfPairsIsOneWhoseIntervalHasRoomForHavingLooked) {
    const double same[] = {1, 1};
    for (int least = 12; least < 200; ++least) {
        const int pairs = pairs_for_half_width(same, 0.01, least, 400);
        EXPECT_GE(median_interval_ranks(pairs).coverage, 0.96) << least;
        EXPECT_LE(pairs, least + 8);
    }
}

TEST(Statistics, PairsThatSayHowManyMoreThereAreKeepTheCoverageAndReachTheWidth) {
    // The whole rule, simulated: 12 pairs, and as many more as these ask for, true ratio 1. With other distributions:
    // bench/number_of_pairs.
    constexpr int kTrials = 4000;
    std::mt19937_64 random(17);
    std::normal_distribution<double> ratio(1, 0.02);
    int held = 0;
    int above = 0;
    std::vector<double> widths;
    for (int trial = 0; trial < kTrials; ++trial) {
        std::vector<double> pairs(12);
        std::ranges::generate(pairs, [&] { return ratio(random); });
        const auto count = static_cast<std::size_t>(pairs_for_half_width(pairs, 0.0075, 12, 60));
        std::generate_n(std::back_inserter(pairs), count - pairs.size(), [&] { return ratio(random); });
        const Speedup speedup = paired_speedup(pairs);
        held += speedup.low <= 1 && 1 <= speedup.high ? 1 : 0;
        above += speedup.low > 1 ? 1 : 0;
        widths.push_back(speedup.high - speedup.low);
    }
    EXPECT_GE(held, kTrials * 0.95 - 3 * std::sqrt(kTrials * 0.05 * 0.95));
    EXPECT_LE(above, kTrials * 0.025 + 3 * std::sqrt(kTrials * 0.025 * 0.975));
    EXPECT_NEAR(median(widths), 2 * 0.0075, 0.004);
}

TEST(Statistics, GeometricMeanOfEqualValuesHasNoWidth) {
    const double values[] = {2, 2, 2};
    const auto interval = geometric_mean_interval(values);
    EXPECT_DOUBLE_EQ(interval.mean, 2);
    EXPECT_DOUBLE_EQ(interval.low, 2);
    EXPECT_DOUBLE_EQ(interval.high, 2);
    const double two[] = {1, 4};
    EXPECT_DOUBLE_EQ(geometric_mean_interval(two).mean, 2);
    EXPECT_DOUBLE_EQ(geometric_mean_interval(two).low, 1);
    EXPECT_DOUBLE_EQ(geometric_mean_interval(two).high, 4);
}

TEST(Statistics, GeometricMeanIntervalIsRepeatableAndHoldsTheMean) {
    std::mt19937_64 random(7);
    std::lognormal_distribution<double> value(std::log(0.8), 0.5);
    int held = 0;
    constexpr int kTrials = 400;
    for (int trial = 0; trial < kTrials; ++trial) {
        std::vector<double> values(50);
        for (double& one : values) {
            one = value(random);
        }
        const auto interval = geometric_mean_interval(values, 500);
        EXPECT_EQ(interval.low, geometric_mean_interval(values, 500).low);
        held += interval.low <= 0.8 && 0.8 <= interval.high ? 1 : 0;
    }
    EXPECT_GE(held, kTrials * 90 / 100); // a percentile bootstrap of 50 covers about 94 %
}

TEST(Statistics, WilsonIntervalIsTheTextbooks) {
    EXPECT_EQ(wilson_interval(0, 0).low, 0);
    EXPECT_EQ(wilson_interval(0, 0).high, 1);
    // Newcombe 1998, table I, method 3: 81/263, 15/148, 0/20, 1/29.
    EXPECT_NEAR(wilson_interval(81, 263).low, 0.2553, 5e-5);
    EXPECT_NEAR(wilson_interval(81, 263).high, 0.3662, 5e-5);
    EXPECT_NEAR(wilson_interval(15, 148).low, 0.0624, 5e-5);
    EXPECT_NEAR(wilson_interval(15, 148).high, 0.1605, 5e-5);
    EXPECT_EQ(wilson_interval(0, 20).low, 0);
    EXPECT_NEAR(wilson_interval(0, 20).high, 0.1611, 5e-5);
    EXPECT_NEAR(wilson_interval(1, 29).low, 0.0061, 5e-5);
    EXPECT_NEAR(wilson_interval(1, 29).high, 0.1718, 5e-5);
    EXPECT_EQ(wilson_interval(20, 20).high, 1);
}

} // namespace
} // namespace mkb
