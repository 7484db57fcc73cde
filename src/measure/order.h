#pragma once
// Does it matter which side goes first? Pure functions over pairs of native and native, whose true ratio is 1.

#include <vector>

namespace mkb {

/// One role that is given to one of two sides by the toss of a coin: started first, or run first.
struct OrderEffect {
    int won = 0;               ///< pairs in which the side that had the role was the quicker one
    int of = 0;                ///< pairs; those in which both took the same time are left out
    std::vector<double> gains; ///< log of (time without the role / time with it), one a pair
    /// By what share the role makes a side quicker: median over pairs, 0 where there is none.
    double gain() const;
};

/// `ratio`: native / twin, as of pair_ratio; finite and positive. Because a coin gave the role, `won` of `of` is
/// binomial with 1/2 wherever the role is worth nothing, however the ratios are distributed and depend on each other.
void add_pair(double ratio, bool twin_had_it, OrderEffect& effect);

} // namespace mkb
