#pragma once
// The self-test's parts: pure results, printed by selftest.cc.
#include "cli/cli.h"

namespace mkb::cli {

constexpr std::string_view kNotApplicable = "not applicable"; ///< KnownRatio::outcome

/// One timed comparison whose true ratio is known.
struct KnownRatio {
    std::string task;
    double expected = 1; ///< native / twin
    double ratio = 0, low = 0, high = 0;
    bool evaluated = false;
    std::string outcome; ///< kind
    std::string detail;
    bool holds() const { return evaluated && low <= expected && expected <= high; }
};

/// Native against native; the second process does `extra_work` more real work (0: A/A).
Result<KnownRatio> compare_native(Workbench& bench, const Task& task, const Profile& profile, double extra_work);
/// The framework's own file as a candidate, without guard and traps. With a profile that does not time, only its
/// outcome says something.
Result<KnownRatio> native_as_candidate(Workbench& bench, const Task& task, const Profile& profile);

struct SelfTest {
    std::vector<KnownRatio> aa, ab, native_file;
    nlohmann::json controls = nlohmann::json::array();    ///< per task: controls, rejected
    nlohmann::json determinism = nlohmann::json::array(); ///< per task: the same seed gives the same bytes and verdict
    bool deterministic_fine = true; ///< controls all rejected, native verified also as a candidate, determinism
    std::vector<std::string> findings;
    bool timed() const { return !aa.empty() || !ab.empty(); }
    bool verified() const { return !controls.empty() || !determinism.empty() || !native_file.empty(); }
};

/// Over the tasks that were to be timed. One that could not be evaluated counts among them and nowhere else.
struct KnownSummary {
    std::size_t tasks = 0;
    std::size_t hold = 0;   ///< the interval holds the true ratio
    std::size_t narrow = 0; ///< the whole interval is within 1 % of it
    std::size_t near = 0;   ///< the middle is
    double largest = 0;     ///< distance of a middle, as a share
};
KnownSummary summary_of(const std::vector<KnownRatio>& ratios);

nlohmann::json to_json(const SelfTest& result);
/// A/A: at least 11 of 12 hold 1, 10 of 12 within 1 %, all points within 1.5 %; A/B at 5 %: all seen. Scaled to the
/// number of tasks. True where nothing was timed.
bool timing_fine(const SelfTest& result);

} // namespace mkb::cli
