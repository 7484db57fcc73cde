#include "measure/binomial.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace mkb {
namespace {

TEST(Binomial, TailsAgreeWithClosedForms) {
    for (const double p : {0.001, 0.05, 0.5, 0.93}) {
        EXPECT_NEAR(binomial_at_least(1, 30, p), 1 - std::pow(1 - p, 30), 1e-12);
        EXPECT_NEAR(binomial_at_most(29, 30, p), 1 - std::pow(p, 30), 1e-12);
        EXPECT_EQ(binomial_at_least(0, 30, p), 1);
        EXPECT_EQ(binomial_at_most(30, 30, p), 1);
        for (int k = 0; k < 30; ++k) {
            EXPECT_NEAR(binomial_at_most(k, 30, p) + binomial_at_least(k + 1, 30, p), 1, 1e-12);
        }
    }
    EXPECT_NEAR(binomial_at_least(100, 100, 0.025) / std::pow(0.025, 100), 1, 1e-9)
        << "far below a double's rounding of 1";
}

TEST(Binomial, IntervalsAgreeWithClosedForms) {
    for (const int n : {1, 10, 96, 1000}) {
        // All or none: (alpha / 2)^(1/n).
        const double edge = std::pow(0.025, 1.0 / n);
        EXPECT_EQ(exact_share_interval(0, n).low, 0);
        EXPECT_NEAR(exact_share_interval(0, n).high, 1 - edge, 1e-12);
        EXPECT_NEAR(exact_share_interval(n, n).low, edge, 1e-12);
        EXPECT_EQ(exact_share_interval(n, n).high, 1);
    }
    EXPECT_EQ(exact_share_interval(0, 0).low, 0);
    EXPECT_EQ(exact_share_interval(0, 0).high, 1);
}

TEST(Binomial, IntervalsAgreeWithTheTable) {
    // Clopper and Pearson 1934; the beta distribution's quantiles in any table give the same.
    EXPECT_NEAR(exact_share_interval(8, 10).low, 0.4439, 5e-5);
    EXPECT_NEAR(exact_share_interval(8, 10).high, 0.9748, 5e-5);
    EXPECT_NEAR(exact_share_interval(1, 20).low, 0.0013, 5e-5);
    EXPECT_NEAR(exact_share_interval(1, 20).high, 0.2487, 5e-5);
    EXPECT_NEAR(exact_share_interval(50, 100, 0.99).low, 0.3690, 5e-4);
    EXPECT_NEAR(exact_share_interval(50, 100, 0.99).high, 0.6310, 5e-4);
}

TEST(Binomial, AnIntervalHoldsTheShareAtLeastAsOftenAsItSays) {
    for (const int n : {5, 24, 96}) {
        for (double p = 0.01; p < 1; p += 0.14) {
            double covered = 0;
            for (int k = 0; k <= n; ++k) {
                const ShareInterval interval = exact_share_interval(k, n);
                if (interval.low <= p && p <= interval.high) {
                    covered += binomial_at_most(k, n, p) - binomial_at_most(k - 1, n, p);
                }
            }
            EXPECT_GE(covered, 0.95) << n << " " << p;
        }
    }
}

TEST(Binomial, ATrueShareIsRefusedNoOftenerThanTheLevel) {
    for (const int n : {12, 24, 96, 400}) {
        for (const double p : {0.025, 0.5, 0.9, 0.95, 0.99}) {
            double refused_low = 0;
            double refused_high = 0;
            for (int k = 0; k <= n; ++k) {
                const double chance = binomial_at_most(k, n, p) - binomial_at_most(k - 1, n, p);
                refused_low += compatible_with_at_least(k, n, p) ? 0 : chance;
                refused_high += compatible_with_at_most(k, n, p) ? 0 : chance;
            }
            EXPECT_LE(refused_low, kTestLevel + 1e-9);
            EXPECT_LE(refused_high, kTestLevel + 1e-9);
        }
    }
}

TEST(Binomial, AShareFarFromItIsRefused) {
    EXPECT_FALSE(compatible_with_at_least(60, 96, 0.93));
    EXPECT_TRUE(compatible_with_at_least(88, 96, 0.93));
    EXPECT_FALSE(compatible_with_at_most(10, 96, 0.025));
    EXPECT_TRUE(compatible_with_at_most(3, 96, 0.025));
    EXPECT_TRUE(compatible_with_at_least(0, 0, 0.99));
}

TEST(Binomial, SimulatedSharesAgree) {
    std::mt19937 random(7);
    constexpr int kTrials = 4000;
    constexpr int kN = 24;
    constexpr double kP = 0.9;
    std::binomial_distribution<int> draw(kN, kP);
    int at_most = 0;
    for (int i = 0; i < kTrials; ++i) {
        at_most += draw(random) <= 20 ? 1 : 0;
    }
    const double expected = binomial_at_most(20, kN, kP);
    EXPECT_NEAR(at_most / double{kTrials}, expected, 4 * std::sqrt(expected * (1 - expected) / kTrials));
}

} // namespace
} // namespace mkb
