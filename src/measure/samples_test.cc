#include "measure/samples.h"

#include <gtest/gtest.h>
#include <random>

namespace mkb {
namespace {

using Times = std::vector<std::uint32_t>;

TEST(Samples, EqualTimesGiveOne) {
    EXPECT_EQ(pair_ratio({100, 100, 100, 100}, {100, 100, 100, 100}, 2), 1);
}

TEST(Samples, ACandidateOfHalfTheTimeIsTwiceAsFast) {
    EXPECT_EQ(pair_ratio({200, 202, 204, 206}, {100, 101, 102, 103}, 1), 2);
}

TEST(Samples, DriftBetweenQuadruplesCancels) {
    // The machine gets four times slower from the first quadruple to the last; both sides suffer alike.
    EXPECT_EQ(pair_ratio({300, 300, 600, 600, 1200, 1200}, {100, 100, 200, 200, 400, 400}, 3), 3);
}

TEST(Samples, OneDisturbedRunInAQuadrupleChangesNothing) {
    EXPECT_EQ(pair_ratio({100, 100, 100, 100}, {50, 50, 900'000, 50}, 1), 2);
}

TEST(Samples, OneDisturbedQuadrupleOfThreeChangesNothing) {
    EXPECT_EQ(pair_ratio({100, 100, 90'000, 90'000, 100, 100}, {50, 50, 50, 50, 50, 50}, 3), 2);
}

TEST(Samples, ATimeOfZeroIsNoDivisionByZero) {
    EXPECT_EQ(pair_ratio({5, 5}, {0, 0}, 1), 5);
    EXPECT_EQ(pair_ratio({0, 0}, {0, 0}, 1), 1);
}

TEST(SamplesDeathTest, SidesOfDifferentLengthAreOurOwnBug) {
    EXPECT_DEATH(pair_ratio({1, 2}, {1}, 1), "native.size");
    EXPECT_DEATH(pair_ratio({}, {}, 1), "native");
    EXPECT_DEATH(pair_ratio({1, 2, 3}, {1, 2, 3}, 2), "quads");
}

TEST(Samples, MedianIsInMicroseconds) {
    EXPECT_EQ(median_us({3000, 1000, 2000}), 2);
}

/// Pairs of runs of 1 ms whose hand-over takes about 5 us; the candidate claims `share` of its true time.
std::vector<job::Pair> pairs_that_claim(double share) {
    std::mt19937 random(7);
    std::uniform_int_distribution<std::uint32_t> noise(0, 1000);
    std::vector<job::Pair> pairs(8);
    for (job::Pair& pair : pairs) {
        for (int i = 0; i < 20; ++i) {
            const std::uint32_t native = 1'000'000 + noise(random);
            const std::uint32_t candidate = 1'000'000 + noise(random);
            pair.native_ns.push_back(native);
            pair.native_witness_ns.push_back(native + 4'500 + noise(random));
            pair.candidate_ns.push_back(static_cast<std::uint32_t>(share * candidate));
            pair.candidate_witness_ns.push_back(candidate + 4'500 + noise(random));
        }
    }
    return pairs;
}

TEST(Samples, HonestClocksAgree) {
    const ClockCheck check = check_clocks(pairs_that_claim(1));
    EXPECT_TRUE(check.honest);
    EXPECT_NEAR(check.native_remainder_us, 5, 0.5);
    EXPECT_NEAR(check.candidate_remainder_us, 5, 0.5);
    EXPECT_NEAR(check.tolerance_us, kLieFloorUs + kLieShare * 1005 + kRemainderShare * 5, 0.5);
}

TEST(Samples, AClaimOfNineTenthsOfTheTimeIsALie) {
    const ClockCheck check = check_clocks(pairs_that_claim(0.9));
    EXPECT_FALSE(check.honest);
    EXPECT_NEAR(check.candidate_remainder_us, 105, 1);
}

TEST(Samples, TheSmallestLieThatIsSeenIsTheTolerance) {
    EXPECT_TRUE(check_clocks(pairs_that_claim(0.985)).honest);
    EXPECT_FALSE(check_clocks(pairs_that_claim(0.97)).honest);
}

TEST(Samples, ACandidateThatClaimsMoreThanItTookHarmsOnlyItself) {
    EXPECT_TRUE(check_clocks(pairs_that_claim(1.2)).honest);
}

TEST(Samples, ALieInAFewRunsMovesNoMedianAndIsNone) {
    std::vector<job::Pair> pairs = pairs_that_claim(1);
    for (job::Pair& pair : pairs) {
        pair.candidate_ns.front() = 1;
    }
    EXPECT_TRUE(check_clocks(pairs).honest);
    for (job::Pair& pair : pairs) {
        EXPECT_NEAR(pair_ratio(pair.native_ns, pair.candidate_ns, 2), 1, 0.01);
    }
}

} // namespace
} // namespace mkb
