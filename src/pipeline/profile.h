#pragma once
#include "base/result.h"
#include "device/blocks.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mkb {

/// How thoroughly one candidate is timed. The number of pairs follows from how the first of them scatter
/// (`pairs_for_half_width`).
struct Profile {
    std::string name = "standard";
    bool measure = true;
    int pairs = 12; ///< of fresh processes, at least; 12 give an interval of 96.1 % coverage
    int most_pairs = 60;
    double half_width = 0.0075; ///< of the interval, as a share of the ratio: what the number of pairs aims at
    double of_distance = 0.1;   ///< or so much of the ratio's distance from 1 (its logarithm), if that is more
    BlockBounds blocks;         ///< of each pair
    int warm_up_runs = 1;       ///< per side and pair
};

/// "standard", "thorough" (120 to 400 pairs: the self-test's), "short" (8 pairs, for a first look and for tests),
/// "verify" (no timing).
Result<Profile> profile_named(std::string_view name);

/// Of a comparison: their scatter decides how many more there are.
constexpr int kFirstPairs = 12;
/// How many pairs there are in all when the first ones have these ratios.
int pairs_for(const Profile& profile, const std::vector<double>& first_ratios);
/// The half width that is asked for where the ratio is about so much.
double half_width_at(const Profile& profile, double ratio);

nlohmann::json to_json(const Profile& profile);
/// Inverse of `to_json`, for settings that a record holds; what they lack is as in the profile of that name today.
/// bad_input for a field of another type or out of its bounds (counts from 0 to 100000, shares and times finite and
/// positive).
Result<Profile> profile_from_json(const nlohmann::json& json);

} // namespace mkb
