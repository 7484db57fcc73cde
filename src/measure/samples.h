#pragma once
// Raw times of pairs → ratios. Pure functions; times enter as data.
#include "device/job.h"

#include <string>
#include <vector>

namespace mkb {

/// Ratio native/candidate of one pair: per ABBA quadruple the ratio of the sides' medians, then the median over
/// quadruples, so that drift within a pair cancels. `native` and `candidate`: times in order of execution, `quads` * 2
/// blocks of equal length each.
double pair_ratio(const std::vector<std::uint32_t>& native, const std::vector<std::uint32_t>& candidate, int quads);

/// What the supervisor's clock says about the child's (docs/measurement.md, step 5): the remainder is the hand-over and
/// equal for both children.
struct ClockCheck {
    double native_remainder_us = 0; ///< median of witness minus claim, over all pairs
    double candidate_remainder_us = 0;
    double tolerance_us = 0; ///< a larger difference is a lie
    bool honest = true;
};
/// The smallest lie that is seen: kLieFloorUs plus kLieShare of the candidate's time, and a share of native's own
/// remainder, which is the hand-over and, on a busy machine, its noise (bench/measurement prints what is left of all
/// three).
constexpr double kLieFloorUs = 3;
constexpr double kLieShare = 0.02;
constexpr double kRemainderShare = 0.25;
ClockCheck check_clocks(const std::vector<job::Pair>& pairs);

double median_us(const std::vector<std::uint32_t>& times_ns);

} // namespace mkb
