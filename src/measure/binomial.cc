#include "measure/binomial.h"

#include "base/result.h"
#include "measure/statistics.h"

#include <functional>

namespace mkb {

namespace {

constexpr int kHalvings = 80; ///< closer than a double tells shares apart

/// Where a function that falls from above zero at 0 to below zero at 1 crosses it.
double root_of_falling(const std::function<double(double)>& function) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < kHalvings; ++i) {
        const double middle = low + (high - low) / 2;
        (function(middle) > 0 ? low : high) = middle;
    }
    return low + (high - low) / 2;
}

} // namespace

double binomial_at_most(int k, int n, double p) {
    return binomial_cdf(k, n, p);
}

double binomial_at_least(int k, int n, double p) {
    // The other outcome's lower tail: a difference from 1 would lose small values.
    return binomial_cdf(n - k, n, 1 - p);
}

ShareInterval exact_share_interval(int k, int n, double confidence) {
    MKB_CHECK(k >= 0 && k <= n && confidence > 0 && confidence < 1);
    const double tail = (1 - confidence) / 2;
    ShareInterval interval;
    if (k > 0) {
        interval.low = root_of_falling([&](double p) { return tail - binomial_at_least(k, n, p); });
    }
    if (k < n) {
        interval.high = root_of_falling([&](double p) { return binomial_at_most(k, n, p) - tail; });
    }
    return interval;
}

bool compatible_with_at_least(int k, int n, double p, double level) {
    return n == 0 || binomial_at_most(k, n, p) >= level;
}

bool compatible_with_at_most(int k, int n, double p, double level) {
    return n == 0 || binomial_at_least(k, n, p) >= level;
}

} // namespace mkb
