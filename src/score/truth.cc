#include "score/truth.h"

#include "measure/statistics.h"
#include "score/score.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace mkb {

namespace {

constexpr double kRounding = 1e-9; ///< between a share of work that was asked for and the same read back

int count(const KnownGroup& group, auto is) {
    return static_cast<int>(std::ranges::count_if(group.comparisons, is));
}

} // namespace

bool holds(const KnownComparison& one, double expected) {
    return one.low <= expected && expected <= one.high;
}

int KnownGroup::holds() const {
    return count(*this, [&](const KnownComparison& one) { return mkb::holds(one, expected()); });
}

int KnownGroup::seen() const {
    return count(*this, [](const KnownComparison& one) { return one.high < 1; });
}

int KnownGroup::sure() const {
    return count(*this, [](const KnownComparison& one) { return one.low > 1; });
}

double KnownGroup::largest() const {
    double found = 0;
    for (const KnownComparison& one : comparisons) {
        found = std::max(found, std::abs(one.ratio / expected() - 1));
    }
    return found;
}

double KnownGroup::half_width() const {
    std::vector<double> widths;
    for (const KnownComparison& one : comparisons) {
        widths.push_back((one.high - one.low) / 2 / expected());
    }
    return widths.empty() ? 0 : median(std::move(widths));
}

void add_record(const Record& record, KnownGroup& group) {
    if (!counts_for_speed(record)) {
        ++group.untimed;
        return;
    }
    const auto& right = std::get<Correct>(record.outcome);
    group.comparisons.push_back(
        {.task = record.task_id,
         .native_us = right.native_latency_us,
         .ratio = right.speedup,
         .low = right.speedup_low,
         .high = right.speedup_high,
         .pairs = record.measurement ? static_cast<int>(record.measurement->pair_ratios.size()) : 0,
         .quiet = !record.measurement || record.measurement->quiet});
}

double ShareCheck::p_value() const {
    return at_least ? binomial_at_most(count, of, threshold) : binomial_at_least(count, of, threshold);
}

ShareCheck::Verdict ShareCheck::verdict() const {
    if (of > 0 && p_value() < kTestLevel) {
        return Verdict::refused; // few are enough for that
    }
    return of < least ? Verdict::too_few : Verdict::compatible;
}

std::string_view name_of(ShareCheck::Verdict verdict) {
    switch (verdict) {
    case ShareCheck::Verdict::compatible:
        return "compatible";
    case ShareCheck::Verdict::refused:
        return "refused";
    case ShareCheck::Verdict::too_few:
        break;
    }
    return "too few";
}

double least_seen(double extra_work) {
    return extra_work >= 0.05 - kRounding ? 0.99 : extra_work >= 0.02 - kRounding ? 0.90 : 0;
}

std::vector<ShareCheck> checks_of(const KnownGroup& group) {
    const auto check = [&](const char* what, int found, double threshold, bool at_least) {
        return ShareCheck{.what = fmt::format("{}: {}", group.name, what),
                          .count = found,
                          .of = group.timed(),
                          .threshold = threshold,
                          .at_least = at_least};
    };
    std::vector<ShareCheck> checks;
    if (group.extra_work == 0) {
        checks.push_back(check("intervals that hold 1", group.holds(), kLeastCoverage, true));
        if (group.calm) {
            checks.push_back(check("intervals that hold 1, no wider than said", group.holds(), kMostCoverage, false));
        }
        checks.push_back(check("surely slower, being the same", group.seen(), kMostSure, false));
    } else if (group.calm && least_seen(group.extra_work) > 0) {
        checks.push_back(check("slow-downs that are seen", group.seen(), least_seen(group.extra_work), true));
    }
    checks.push_back(check("fast_1.0 (sure), being no faster", group.sure(), kMostSure, false));
    // A verdict against native is no matter of shares: one is too many.
    ShareCheck verdicts = check("native is correct", group.timed(), 1, true);
    verdicts.of += group.untimed;
    verdicts.least = 1;
    checks.push_back(std::move(verdicts));
    return checks;
}

std::vector<ShareCheck> checks_of(const RoleEffect& effect) {
    const auto check = [&](const char* words, double threshold, bool at_least) {
        return ShareCheck{.what = fmt::format("order: the side that {} wins, {}", effect.role, words),
                          .count = effect.won,
                          .of = effect.of,
                          .threshold = threshold,
                          .at_least = at_least,
                          .least = 200};
    };
    return {check("not too often", kMostWon, false), check("not too seldom", 1 - kMostWon, true)};
}

ShareCheck::Verdict Truth::verdict() const {
    using Verdict = ShareCheck::Verdict;
    for (const Verdict worst : {Verdict::refused, Verdict::too_few}) {
        if (std::ranges::any_of(checks, [&](const ShareCheck& check) { return check.verdict() == worst; })) {
            return worst;
        }
    }
    return checks.empty() ? Verdict::too_few : Verdict::compatible;
}

} // namespace mkb
