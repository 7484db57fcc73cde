#pragma once
// Comparisons whose true ratio is known → does this machine tell the truth? Pure; thresholds are tested as binomials,
// so that a verdict does not depend on how many comparisons there was time for.
#include "measure/binomial.h"
#include "record/record.h"

#include <string>
#include <string_view>
#include <vector>

namespace mkb {

/// One comparison of native with native, whose second process did a known share more work.
struct KnownComparison {
    std::string task;
    double native_us = 0;
    double ratio = 0, low = 0, high = 0; ///< native / twin, with its interval
    int pairs = 0;
    bool quiet = true;
};

/// Comparisons of one kind.
struct KnownGroup {
    std::string name;      ///< "A/A", "A/B 5 %", …
    double extra_work = 0; ///< of the twin, as a share
    bool calm = true;      ///< nothing was injected
    std::vector<KnownComparison> comparisons = {};
    int untimed = 0;       ///< native against itself was called wrong, a cheat, …, or its time impossible
    int not_evaluated = 0; ///< trouble of our world
    int not_begun = 0;     ///< for want of time
    double expected() const { return 1 / (1 + extra_work); }
    int timed() const { return static_cast<int>(comparisons.size()); }
    int holds() const;         ///< intervals that hold the true ratio
    int seen() const;          ///< intervals wholly below 1: a slow-down that is seen
    int sure() const;          ///< intervals wholly above 1: "fast_1.0 (sure)"
    double largest() const;    ///< distance of a middle from the true ratio, as a share of it
    double half_width() const; ///< of the intervals, median, as a share of the true ratio; 0 where there is none
};
bool holds(const KnownComparison& one, double expected);

/// Takes a record of native against native into its group.
void add_record(const Record& record, KnownGroup& group);

/// k of n against a share that they must at least, or at most, be compatible with: the exact one-sided test at
/// kTestLevel. A threshold of 1 (at least) or 0 (at most) is a demand on each one.
struct ShareCheck {
    enum class Verdict : std::uint8_t { compatible, refused, too_few };
    std::string what;
    int count = 0, of = 0;
    double threshold = 0;
    bool at_least = true;
    int least = 20; ///< with fewer than this nothing is said
    double share() const { return of > 0 ? static_cast<double>(count) / of : 0; }
    ShareInterval interval() const { return exact_share_interval(count, of); }
    /// Chance of a count as bad as this or worse, where the share is exactly the threshold.
    double p_value() const;
    Verdict verdict() const;
};
/// "compatible", "refused", "too few"
std::string_view name_of(ShareCheck::Verdict verdict);

/// What is demanded (share of intervals): A/A must hold 1 between 93 and 99 %, slow-downs be seen, no twin be surely
/// faster.
constexpr double kLeastCoverage = 0.93;
constexpr double kMostCoverage = 0.99;
constexpr double kMostSure = 0.025;
/// 0.99 from 5 % more work on, 0.90 from 2 % on, else none.
double least_seen(double extra_work);

/// The demands on one group. Where something was injected, slow-downs need not be seen and intervals may be wide.
std::vector<ShareCheck> checks_of(const KnownGroup& group);

/// Of a role that a coin gives to one of the two sides of a pair.
struct RoleEffect {
    std::string role; ///< "started first", "ran first"
    int won = 0, of = 0;
    double gain = 0; ///< by what share it makes a side quicker, median
};
/// The side that goes first must not win more or less often than this: a share of 55 % is an eighth of what pairs
/// scatter by.
constexpr double kMostWon = 0.55;
std::vector<ShareCheck> checks_of(const RoleEffect& effect);

/// All of it.
struct Truth {
    std::vector<KnownGroup> groups = {};
    std::vector<RoleEffect> roles = {};
    std::vector<ShareCheck> checks = {};
    std::vector<std::string> tasks = {}; ///< ids
    std::string machine = {};            ///< model name of the processor
    std::string profile = {};
    double budget_min = 0, spent_min = 0; ///< of all calls that worked on this run
    /// Refused where one check is, else too few where one has too few.
    ShareCheck::Verdict verdict() const;
};

nlohmann::json to_json(const KnownGroup& group);
nlohmann::json to_json(const ShareCheck& check);
nlohmann::json to_json(const Truth& truth);

/// Text tables for a terminal: the groups, then the demands.
std::string truth_table(const Truth& truth, bool colour);

} // namespace mkb
