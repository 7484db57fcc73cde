#pragma once
#include "base/result.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace mkb {

/// How thoroughly one candidate is timed. The number of pairs is fixed before anything is timed (evaluation.md section
/// 5).
struct Profile {
    std::string name = "standard";
    bool measure = true;
    int pairs = 12;             ///< of fresh processes, at least; 12 give an interval of 96.1 % coverage
    int most_pairs = 60;        ///< as many as the pilot asks for, between the two; equal: no pilot
    int pilot_pairs = 8;        ///< thrown away; what they scatter by decides the number of pairs
    double half_width = 0.0075; ///< of the interval, as a share of the ratio: what the pilot aims at
    int least_quads = 5;        ///< ABBA quadruples of blocks per pair
    int most_quads = 12;
    int most_runs = 3;     ///< per block
    double budget_ms = 60; ///< timed work per side and pair; decides quadruples and runs within their bounds
    int warm_up_runs = 3;  ///< per side and pair: one in each place of the contents
};

/// "standard", "thorough" (120 to 400 pairs: the self-test's), "short" (8 pairs, for a first look and for tests),
/// "verify" (no timing).
Result<Profile> profile_named(std::string_view name);

/// Many short blocks: what drifts within a pair (a neighbour on the machine, the clock) then meets both sides alike.
struct Blocks {
    int quads = 1;
    int runs = 1; ///< per block
};
/// For a kernel of that latency.
Blocks blocks_for(const Profile& profile, double latency_us);

nlohmann::json to_json(const Profile& profile);
/// Inverse of `to_json`, for settings that a record holds; what they lack is as in the profile of that name today.
/// bad_input for a field of another type or out of its bounds (counts from 0 to 100000, shares and times finite and
/// positive).
Result<Profile> profile_from_json(const nlohmann::json& json);

} // namespace mkb
