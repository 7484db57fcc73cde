#pragma once
// Medians and exact intervals. Pure functions, checked against closed forms and simulation.
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace mkb {

/// Median; the mean of the middle two for an even count. At least one value, all finite.
double median(std::vector<double> values);

/// P(X <= k) for X ~ Binomial(n, p).
double binomial_cdf(int k, int n, double p);

/// Ranks (1-based, from below) of the narrowest symmetric order-statistic interval of the median whose coverage is at
/// least `confidence`: for n = 20 and 0.95 ranks 6 and 15, coverage 95.9 %. For n < 6 at 0.95 there is none: {1, n}.
/// Formula: coverage(l) = 1 - 2 * P(Bin(n, 1/2) <= l - 1).
struct OrderInterval {
    int low_rank = 1;
    int high_rank = 1;
    double coverage = 0;
};
OrderInterval median_interval_ranks(int n, double confidence = 0.95);

/// Speed-up of candidate over baseline: > 1 is faster. One ratio native/candidate per process pair (finite, > 0), at
/// least one. Median with the exact interval (docs/measurement.md, step 7).
struct Speedup {
    double median = 0, low = 0, high = 0;
    double coverage = 0;
    int pairs = 0;
};
Speedup paired_speedup(std::span<const double> pair_ratios);

/// How many pairs, these included, give an interval of that half width (a share of the ratio), if the others scatter as
/// these first ones do: the median's standard error is 1.2533 sigma / sqrt(n), and sigma is the root of the mean square
/// distance from the median. Rounded up to a number whose interval has a coverage of 96 %, which pays for having
/// looked at pairs that count (bench/number_of_pairs.cc). At least one ratio, all > 0 (a single one scatters by
/// nothing); the result is within [least, most].
int pairs_for_half_width(std::span<const double> first_ratios, double half_width, int least, int most);

/// Geometric mean with a percentile bootstrap interval over tasks (seeded, repeatable). At least one value, all > 0.
struct MeanInterval {
    double mean = 0, low = 0, high = 0;
};
MeanInterval geometric_mean_interval(std::span<const double> values, int resamples = 2000);

/// Wilson score interval of a share (successes of n), 95 %. {0, 1} for n = 0.
MeanInterval wilson_interval(int successes, int n);

} // namespace mkb
