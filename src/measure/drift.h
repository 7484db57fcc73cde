#pragma once
// A machine whose speed changes while it measures, simulated: what the recipe makes of it is known to be right or
// wrong, because the true ratio is known. Times are made here; medians, pairs and intervals are the real ones.
#include <cstdint>

namespace mkb {

/// Shares are of a run's time. Every part can be zero.
struct Drift {
    double layout = 0.02;        ///< standard deviation between processes: where memory came to lie
    double noise = 0.02;         ///< standard deviation between runs
    double step_chance = 0;      ///< of a run that the clock changes before it
    double step = 0;             ///< the clock's slowest speed lies so far below its fastest; each step draws anew
    double slope = 0;            ///< the whole pair gets slower by this, as a machine that warms up
    double neighbour_chance = 0; ///< of a run that somebody else is on the core for a while
    double neighbour = 0;        ///< which makes it longer by this
};

struct Recipe {
    int pairs = 20;
    int quads = 12;
    int runs = 3; ///< a block
};

struct DriftOutcome {
    int trials = 0;
    int holds = 0;          ///< intervals that hold the true ratio
    int wholly_above_1 = 0; ///< "fast_1.0 (sure)"
    int wholly_below_1 = 0; ///< a slow-down that is seen
    double worst_error = 0; ///< of the median ratio, as a share of the true one
};

/// So many measurements of a candidate whose true ratio native/candidate is `ratio`. Repeatable by its seed.
DriftOutcome simulate_drift(const Drift& drift, const Recipe& recipe, double ratio, int trials, std::uint64_t seed);

} // namespace mkb
