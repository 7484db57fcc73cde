#include "measure/drift.h"

#include "measure/binomial.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

constexpr int kTrials = 400;
constexpr Recipe kRecipe{.pairs = 20, .quads = 4, .runs = 2};

/// Machines that change while they measure, by what their documentation or a look at them says they do.
const std::pair<const char*, Drift> kMachines[] = {
    {"still", {}},
    {"steps of the clock", {.step_chance = 0.05, .step = 0.3}},
    {"getting warm", {.slope = 0.2}},
    {"a neighbour", {.neighbour_chance = 0.15, .neighbour = 1}},
    {"all at once", {.step_chance = 0.02, .step = 0.2, .slope = 0.1, .neighbour_chance = 0.05, .neighbour = 0.5}},
};

TEST(Drift, IntervalsHoldTheTrueRatioWhateverTheMachineDoes) {
    for (const auto& [name, drift] : kMachines) {
        for (const double ratio : {1.0, 1 / 1.05, 2.5}) {
            const DriftOutcome outcome = simulate_drift(drift, kRecipe, ratio, kTrials, 11);
            EXPECT_EQ(outcome.trials, kTrials);
            EXPECT_TRUE(compatible_with_at_least(outcome.holds, kTrials, 0.95))
                << name << " at " << ratio << ": " << outcome.holds << " of " << kTrials;
        }
    }
}

TEST(Drift, NoKernelOfTheSameSpeedIsSurelyFasterMoreOftenThanOneInForty) {
    for (const auto& [name, drift] : kMachines) {
        const DriftOutcome outcome = simulate_drift(drift, kRecipe, 1, kTrials, 12);
        EXPECT_TRUE(compatible_with_at_most(outcome.wholly_above_1, kTrials, 0.025)) << name;
        EXPECT_TRUE(compatible_with_at_most(outcome.wholly_below_1, kTrials, 0.025)) << name;
    }
}

TEST(Drift, ASlowDownOfFivePercentIsSeenOnAStillMachine) {
    const Drift still{.layout = 0.01, .noise = 0.01};
    const DriftOutcome outcome = simulate_drift(still, kRecipe, 1 / 1.05, kTrials, 13);
    EXPECT_TRUE(compatible_with_at_least(outcome.wholly_below_1, kTrials, 0.99));
    EXPECT_LT(outcome.worst_error, 0.03);
}

TEST(Drift, TheSimulationIsRepeatable) {
    const Drift drift{.step_chance = 0.05, .step = 0.3};
    const DriftOutcome one = simulate_drift(drift, kRecipe, 1, 20, 5);
    const DriftOutcome again = simulate_drift(drift, kRecipe, 1, 20, 5);
    EXPECT_EQ(one.holds, again.holds);
    EXPECT_EQ(one.worst_error, again.worst_error);
    EXPECT_NE(one.worst_error, simulate_drift(drift, kRecipe, 1, 20, 6).worst_error);
}

TEST(Drift, AMachineThatGetsSlowerAllTheTimeMeetsBothSidesAlike) {
    const Drift warming{.layout = 0, .noise = 0.002, .slope = 0.5};
    const DriftOutcome fair = simulate_drift(warming, kRecipe, 1, 200, 14);
    EXPECT_TRUE(compatible_with_at_least(fair.holds, 200, 0.95)) << fair.holds;
    EXPECT_LT(fair.worst_error, 0.005);
}

} // namespace
} // namespace mkb
