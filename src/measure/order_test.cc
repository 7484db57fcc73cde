#include "measure/order.h"

#include "measure/binomial.h"

#include <cmath>
#include <gtest/gtest.h>
#include <random>

namespace mkb {
namespace {

constexpr int kPairs = 2000;

/// Pairs of equal sides; whoever has the role is quicker by that share, and the twin slower by another.
OrderEffect simulated(double gain, double twin_slower) {
    std::mt19937_64 random(3);
    std::normal_distribution<double> noise(0, 0.02);
    OrderEffect effect;
    for (int i = 0; i < kPairs; ++i) {
        const bool twin = random() % 2 == 0;
        const double role = twin ? 1 + gain : 1 / (1 + gain);
        add_pair(std::exp(noise(random)) * role / (1 + twin_slower), twin, effect);
    }
    return effect;
}

bool a_coin(const OrderEffect& effect) {
    return compatible_with_at_least(effect.won, effect.of, 0.5) && compatible_with_at_most(effect.won, effect.of, 0.5);
}

TEST(Order, ARoleThatIsWorthNothingWinsHalfOfThePairs) {
    EXPECT_TRUE(a_coin(simulated(0, 0)));
    EXPECT_NEAR(simulated(0, 0).gain(), 0, 0.002);
}

TEST(Order, AnAdvantageOfOneSideIsNoAdvantageOfTheRole) {
    EXPECT_TRUE(a_coin(simulated(0, 0.05)));
}

TEST(Order, AnAdvantageOfTheRoleIsSeenWithItsSize) {
    const OrderEffect effect = simulated(0.01, 0);
    EXPECT_FALSE(a_coin(effect));
    EXPECT_GT(effect.won, effect.of / 2);
    EXPECT_NEAR(effect.gain(), 0.01, 0.002);
    EXPECT_NEAR(simulated(-0.01, 0).gain(), -0.01, 0.002);
}

TEST(Order, PairsOfEqualTimesDecideNothing) {
    OrderEffect effect;
    add_pair(1, true, effect);
    EXPECT_EQ(effect.of, 0);
    EXPECT_EQ(effect.gain(), 0);
    EXPECT_EQ(OrderEffect{}.gain(), 0);
}

} // namespace
} // namespace mkb
