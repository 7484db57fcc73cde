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
    int pairs = 20;     ///< of fresh processes; 20 give an interval of 95.9 % coverage
    int quads = 4;      ///< ABBA quadruples of blocks per pair
    int least_runs = 2; ///< per block
    int most_runs = 10;
    double budget_ms = 60; ///< timed work per side and pair; decides the runs per block between the two bounds
    int warm_up_runs = 5;
};

/// "standard", "short" (8 pairs, for a first look and for tests), "verify" (no timing).
Result<Profile> profile_named(std::string_view name);

/// Runs per block for a kernel of that latency.
int runs_per_block(const Profile& profile, double latency_us);

nlohmann::json to_json(const Profile& profile);

} // namespace mkb
