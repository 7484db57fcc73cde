#include "measure/drift.h"

#include "measure/samples.h"
#include "measure/statistics.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace mkb {

namespace {

constexpr double kNativeNs = 100'000; ///< of one run on the fastest clock; only ratios come out

class Machine {
public:
    Machine(const Drift& drift, const Recipe& recipe, std::mt19937_64& random)
        : drift_(drift), runs_a_pair_(8.0 * recipe.quads * recipe.runs), random_(random) {}

    /// One run of something that takes so long on the fastest clock of an idle machine.
    std::uint32_t run(double ns) {
        if (uniform_(random_) < drift_.step_chance) {
            slow_ = 1 + drift_.step * uniform_(random_);
        }
        ++done_;
        double factor = slow_ * (1 + drift_.slope * done_ / runs_a_pair_);
        factor *= 1 + drift_.noise * std::abs(normal_(random_));
        if (uniform_(random_) < drift_.neighbour_chance) {
            factor *= 1 + drift_.neighbour * uniform_(random_);
        }
        return static_cast<std::uint32_t>(std::max(1.0, ns * factor));
    }
    double layout() { return std::exp(drift_.layout * normal_(random_)); }
    bool toss() { return uniform_(random_) < 0.5; }

private:
    const Drift& drift_;
    double runs_a_pair_;
    double done_ = 0;
    double slow_ = 1;
    std::mt19937_64& random_;
    std::normal_distribution<double> normal_;
    std::uniform_real_distribution<double> uniform_;
};

/// Blocks as the runner orders them: A B B A, whoever is first by chance.
double measure_pair(Machine& machine, const Recipe& recipe, double ratio) {
    const double ns[] = {kNativeNs * machine.layout(), kNativeNs / ratio * machine.layout()};
    std::vector<std::uint32_t> times[2];
    const std::size_t first = machine.toss() ? 1 : 0;
    for (int quad = 0; quad < recipe.quads; ++quad) {
        for (const std::size_t side : {first, 1 - first, 1 - first, first}) {
            for (int run = 0; run < recipe.runs; ++run) {
                times[side].push_back(machine.run(ns[side]));
            }
        }
    }
    return pair_ratio(times[0], times[1], recipe.quads);
}

} // namespace

DriftOutcome simulate_drift(const Drift& drift, const Recipe& recipe, double ratio, int trials, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    DriftOutcome outcome{.trials = trials};
    for (int trial = 0; trial < trials; ++trial) {
        std::vector<double> ratios;
        for (int pair = 0; pair < recipe.pairs; ++pair) {
            Machine machine(drift, recipe, random);
            ratios.push_back(measure_pair(machine, recipe, ratio));
        }
        const Speedup speedup = paired_speedup(ratios);
        outcome.holds += speedup.low <= ratio && ratio <= speedup.high ? 1 : 0;
        outcome.wholly_above_1 += speedup.low > 1 ? 1 : 0;
        outcome.wholly_below_1 += speedup.high < 1 ? 1 : 0;
        outcome.worst_error = std::max(outcome.worst_error, std::abs(speedup.median / ratio - 1));
    }
    return outcome;
}

} // namespace mkb
