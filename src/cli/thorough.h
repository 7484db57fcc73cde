#pragma once
// `mkb selftest --thorough`: many comparisons whose true ratio is known, within a budget of time, into a run that the
// same command goes on with.
#include "cli/cli.h"

namespace mkb::cli {

struct ThoroughOptions {
    Common common;
    std::vector<const Task*> tasks; ///< to choose from
    std::string profile, device, run, html;
    bool all = false;       ///< every one of `tasks`, instead of two of each category
    double budget_min = 90; ///< of all calls that work on this run
};

/// Of the run that holds a thorough self-test where none is named.
constexpr const char* kThoroughRun = "runs/selftest-thorough";

/// 0 when every demand is compatible with what was measured, 1 when one is refused or too little was measured.
Result<int> run_thorough(const ThoroughOptions& options);

} // namespace mkb::cli
