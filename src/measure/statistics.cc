#include "measure/statistics.h"

#include "base/result.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>

namespace mkb {
namespace {

constexpr double kNormal975 = 1.959963984540054; // 97.5 % quantile of the standard normal distribution

/// An index below `count`, from the generator's high bits: the standard's distributions differ between libraries.
std::size_t draw_below(std::mt19937_64& random, std::size_t count) {
    return static_cast<std::size_t>(((random() >> 32) * std::uint64_t{count}) >> 32);
}

bool finite_and_positive(double value) {
    return std::isfinite(value) && value > 0;
}

} // namespace

double median(std::vector<double> values) {
    MKB_CHECK(!values.empty());
    MKB_CHECK(std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); }));
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 == 1) {
        return *middle;
    }
    return std::midpoint(*std::max_element(values.begin(), middle), *middle);
}

double binomial_cdf(int k, int n, double p) {
    MKB_CHECK(n >= 0 && p >= 0 && p <= 1);
    if (k < 0) {
        return 0;
    }
    if (k >= n || p == 0) {
        return 1;
    }
    if (p == 1) {
        return 0;
    }
    // Logarithms, so that (1-p)^n of a large n does not underflow before the sum grows.
    double log_term = n * std::log1p(-p);
    double sum = std::exp(log_term);
    for (int i = 0; i < k; ++i) {
        log_term += std::log(static_cast<double>(n - i) / (i + 1)) + std::log(p) - std::log1p(-p);
        sum += std::exp(log_term);
    }
    return std::min(sum, 1.0);
}

OrderInterval median_interval_ranks(int n, double confidence) {
    MKB_CHECK(n >= 1 && confidence > 0 && confidence < 1);
    const auto coverage_of = [n](int low_rank) { return n == 1 ? 0.0 : 1 - 2 * binomial_cdf(low_rank - 1, n, 0.5); };
    OrderInterval interval{1, n, coverage_of(1)};
    for (int low = 2; 2 * low <= n && coverage_of(low) >= confidence; ++low) {
        interval = {low, n + 1 - low, coverage_of(low)};
    }
    return interval;
}

Speedup paired_speedup(std::span<const double> pair_ratios) {
    MKB_CHECK(!pair_ratios.empty());
    MKB_CHECK(std::all_of(pair_ratios.begin(), pair_ratios.end(), finite_and_positive));
    std::vector<double> sorted(pair_ratios.begin(), pair_ratios.end());
    std::sort(sorted.begin(), sorted.end());
    const auto ranks = median_interval_ranks(static_cast<int>(sorted.size()));
    return {.median = median(sorted),
            .low = sorted[static_cast<std::size_t>(ranks.low_rank - 1)],
            .high = sorted[static_cast<std::size_t>(ranks.high_rank - 1)],
            .coverage = ranks.coverage,
            .pairs = static_cast<int>(sorted.size())};
}

int pairs_for_half_width(std::span<const double> first_ratios, double half_width, int least, int most) {
    MKB_CHECK(!first_ratios.empty() && half_width > 0 && least <= most);
    constexpr double kNormal = 1.2533; // sqrt(pi / 2)
    constexpr double kCoverage = 0.96;
    const double middle = median({first_ratios.begin(), first_ratios.end()});
    double squares = 0;
    for (const double ratio : first_ratios) {
        squares += (ratio / middle - 1) * (ratio / middle - 1);
    }
    const double sigma = std::sqrt(squares / static_cast<double>(std::max<std::size_t>(first_ratios.size() - 1, 1)));
    const double root = kNormal975 * kNormal * sigma / half_width;
    int pairs =
        static_cast<int>(std::clamp(std::ceil(root * root), static_cast<double>(least), static_cast<double>(most)));
    while (pairs < most && median_interval_ranks(pairs).coverage < kCoverage) {
        ++pairs;
    }
    return pairs;
}

MeanInterval geometric_mean_interval(std::span<const double> values, int resamples) {
    MKB_CHECK(!values.empty() && resamples >= 1);
    MKB_CHECK(std::all_of(values.begin(), values.end(), finite_and_positive));
    std::vector<double> logs;
    double sum = 0;
    for (const double value : values) {
        logs.push_back(std::log(value));
        sum += logs.back();
    }
    const auto count = static_cast<double>(logs.size());
    std::mt19937_64 random(20260101);
    std::vector<double> means;
    for (int resample = 0; resample < resamples; ++resample) {
        double resampled = 0;
        for (std::size_t i = 0; i < logs.size(); ++i) {
            resampled += logs[draw_below(random, logs.size())];
        }
        means.push_back(resampled / count);
    }
    std::sort(means.begin(), means.end());
    const auto quantile = [&](double share) {
        return means[static_cast<std::size_t>(std::lround(share * static_cast<double>(means.size() - 1)))];
    };
    return {std::exp(sum / count), std::exp(quantile(0.025)), std::exp(quantile(0.975))};
}

MeanInterval wilson_interval(int successes, int n) {
    MKB_CHECK(n >= 0 && successes >= 0 && successes <= n);
    if (n == 0) {
        return {0, 0, 1};
    }
    const double share = static_cast<double>(successes) / n;
    const double z2_n = kNormal975 * kNormal975 / n;
    const double centre = (share + z2_n / 2) / (1 + z2_n);
    const double half = kNormal975 / (1 + z2_n) * std::sqrt(share * (1 - share) / n + z2_n / (4.0 * n));
    // The closed form is exactly 0 or 1 at the ends; rounding is not.
    return {share, successes == 0 ? 0 : centre - half, successes == n ? 1 : centre + half};
}

} // namespace mkb
