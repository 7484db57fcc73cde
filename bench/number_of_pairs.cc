// Does a number of pairs that follows from the first of them keep what the interval promises? Simulated, for several
// ways in which pairs' ratios may scatter, over a grid of scatters and true ratios: the worst coverage and the worst
// one-sided error of each, beside the mean number of pairs. Wanted: at least 95 %, at most 2.5 %. Usage:
// number_of_pairs [trials of each cell, default 20000]
#include "measure/statistics.h"
#include "pipeline/profile.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fmt/format.h>
#include <functional>
#include <random>
#include <vector>

namespace {

using namespace mkb;

constexpr double kScatters[] = {0.004, 0.006, 0.008, 0.012, 0.018, 0.025, 0.04, 0.12};
constexpr double kRatios[] = {0.8, 1, 1.1, 2};

struct Scatter {
    const char* name;
    std::function<double(std::mt19937_64&)> draw; ///< of median 0 and about unit size
};

double normal(std::mt19937_64& random) {
    return std::normal_distribution<double>()(random);
}

bool chance(std::mt19937_64& random, double share) {
    return std::uniform_real_distribution<double>()(random) < share;
}

double two_peaks(std::mt19937_64& random, double width) {
    return (chance(random, 0.5) ? -1 : 1) + width * normal(random);
}

/// Four in five in one peak, the others two units above: the median is the 62.5 % quantile of the first.
double a_peak_beside(std::mt19937_64& random) {
    constexpr double kMedian = 0.31864 * 0.4;
    return (chance(random, 0.8) ? 0 : 2) + 0.4 * normal(random) - kMedian;
}

const Scatter kAll[] = {
    {"normal", normal},
    {"long tails (Laplace)",
     [](auto& random) {
         return (chance(random, 0.5) ? -1 : 1) * std::exponential_distribution<double>(std::sqrt(2.0))(random);
     }},
    {"skewed (lognormal)", [](auto& random) { return std::exp(0.7 * normal(random)) - 1; }},
    {"one in ten five times as far", [](auto& random) { return normal(random) * (chance(random, 0.1) ? 5 : 1); }},
    {"two peaks", [](auto& random) { return two_peaks(random, 0.4); }},
    {"two narrow peaks", [](auto& random) { return two_peaks(random, 0.2); }},
    {"a small peak beside", a_peak_beside},
};

struct Cell {
    int held = 0, above = 0, below = 0;
    long pairs = 0;
};

Cell simulate(const Scatter& scatter, const Profile& profile, double sigma, double ratio, int trials,
              std::mt19937_64& random) {
    Cell cell;
    std::vector<double> pairs;
    const auto draw = [&] { return ratio * std::exp(sigma * scatter.draw(random)); };
    for (int trial = 0; trial < trials; ++trial) {
        pairs.assign(kFirstPairs, 0);
        std::ranges::generate(pairs, draw);
        const int count = pairs_for(profile, pairs);
        std::generate_n(std::back_inserter(pairs), count - kFirstPairs, draw);
        const Speedup speedup = paired_speedup(pairs);
        cell.held += speedup.low <= ratio && ratio <= speedup.high ? 1 : 0;
        cell.above += speedup.low > ratio ? 1 : 0;
        cell.below += speedup.high < ratio ? 1 : 0;
        cell.pairs += count;
    }
    return cell;
}

} // namespace

int main(int argc, char** argv) {
    const int trials = argc > 1 ? std::atoi(argv[1]) : 20'000;
    if (trials < 1) {
        fmt::print(stderr, "usage: number_of_pairs [trials of each cell]\n");
        return 2;
    }
    const Profile profile;
    std::mt19937_64 random(20261126);
    fmt::print("{:<30} {:>15} {:>21} {:>12}\n", "scatter", "worst coverage", "worst one-sided error", "pairs, mean");
    for (const Scatter& scatter : kAll) {
        double coverage = 1;
        double error = 0;
        double pairs = 0;
        for (const double sigma : kScatters) {
            for (const double ratio : kRatios) {
                const Cell cell = simulate(scatter, profile, sigma, ratio, trials, random);
                coverage = std::min(coverage, static_cast<double>(cell.held) / trials);
                error = std::max(error, static_cast<double>(std::max(cell.above, cell.below)) / trials);
                pairs += static_cast<double>(cell.pairs) / trials;
            }
        }
        fmt::print("{:<30} {:>13.2f} % {:>19.2f} % {:>12.1f}\n", scatter.name, 100 * coverage, 100 * error,
                   pairs / static_cast<double>(std::size(kScatters) * std::size(kRatios)));
    }
    return 0;
}
