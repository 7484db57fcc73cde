#pragma once
// Shares against thresholds: exact tests and intervals of the binomial distribution. Pure functions, checked against
// closed forms, tables and enumeration.

namespace mkb {

/// P(X <= k) and P(X >= k) for X ~ Binomial(n, p): the p-values of k successes against "the share is p or more" and
/// "p or less".
double binomial_at_most(int k, int n, double p);
double binomial_at_least(int k, int n, double p);

/// Clopper and Pearson's interval of a share (Biometrika 26, 1934): its coverage is never below `confidence`.
/// {0, 1} for n = 0.
struct ShareInterval {
    double low = 0, high = 1;
};
ShareInterval exact_share_interval(int k, int n, double confidence = 0.95);

/// Whether k of n are compatible with a share of at least, or at most, `p`: the exact one-sided test does not reject it
/// at `level`. A share that is exactly p is refused with a chance of at most `level`. n = 0 is compatible with all.
constexpr double kTestLevel = 0.01;
bool compatible_with_at_least(int k, int n, double p, double level = kTestLevel);
bool compatible_with_at_most(int k, int n, double p, double level = kTestLevel);

} // namespace mkb
