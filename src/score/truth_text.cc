#include "score/truth.h"

#include <fmt/format.h>

namespace mkb {

namespace {

constexpr int kNameColumns = 42;   ///< of a group
constexpr int kDemandColumns = 74; ///< of a demand

std::string group_line(const KnownGroup& group) {
    return fmt::format("{:<{}} {:>5} {:>5} {:>6} {:>6} {:>7.2f} % {:>7.2f} % {:>5} {:>5} {:>5}\n", group.name,
                       kNameColumns, group.timed(), group.holds(), group.seen(), group.sure(), 100 * group.half_width(),
                       100 * group.largest(), group.untimed, group.not_evaluated, group.not_begun);
}

std::string check_line(const ShareCheck& check, bool colour) {
    const ShareInterval interval = check.interval();
    const bool refused = check.verdict() == ShareCheck::Verdict::refused;
    const std::string verdict(name_of(check.verdict()));
    return fmt::format("{:<{}} {:>6} of {:<6} {:>6.2f} % [{:>6.2f}, {:>6.2f}] {:>2} {:>5.1f} %  {}\n", check.what,
                       kDemandColumns, check.count, check.of, 100 * check.share(), 100 * interval.low,
                       100 * interval.high, check.at_least ? ">=" : "<=", 100 * check.threshold,
                       colour && refused ? "\x1b[31m" + verdict + "\x1b[0m" : verdict);
}

} // namespace

std::string truth_table(const Truth& truth, bool colour) {
    std::string text = fmt::format("{:<{}} {:>5} {:>5} {:>6} {:>6} {:>9} {:>9} {:>5} {:>5} {:>5}\n",
                                   "native against itself", kNameColumns, "timed", "hold", "slower", "faster",
                                   "+-, med.", "off, most", "wrong", "error", "left");
    for (const KnownGroup& group : truth.groups) {
        text += group_line(group);
    }
    text += "hold: intervals that hold the true ratio; slower, faster: wholly on one side of 1; +-: half an interval; "
            "error: not evaluated; left: no time for it\n\n";
    for (const RoleEffect& effect : truth.roles) {
        text += fmt::format("the side that {} is quicker in {} of {} pairs, by {:+.3f} %\n", effect.role, effect.won,
                            effect.of, 100 * effect.gain);
    }
    text += truth.roles.empty() ? "" : "\n";
    for (const ShareCheck& check : truth.checks) {
        text += check_line(check, colour);
    }
    return text +
           fmt::format("shares with exact 95 % intervals; refused: an exact one-sided test at {:.0f} % says that "
                       "the demand does not hold\n",
                       100 * kTestLevel);
}

nlohmann::json to_json(const KnownGroup& group) {
    nlohmann::json comparisons = nlohmann::json::array();
    for (const KnownComparison& one : group.comparisons) {
        comparisons.push_back({{"task", one.task},
                               {"native_us", one.native_us},
                               {"ratio", one.ratio},
                               {"low", one.low},
                               {"high", one.high},
                               {"pairs", one.pairs},
                               {"quiet", one.quiet}});
    }
    return {{"name", group.name},
            {"extra_work", group.extra_work},
            {"expected", group.expected()},
            {"calm", group.calm},
            {"timed", group.timed()},
            {"not_correct", group.untimed},
            {"not_evaluated", group.not_evaluated},
            {"not_begun", group.not_begun},
            {"hold", group.holds()},
            {"seen_slower", group.seen()},
            {"surely_faster", group.sure()},
            {"half_width", group.half_width()},
            {"largest_error", group.largest()},
            {"comparisons", comparisons}};
}

nlohmann::json to_json(const ShareCheck& check) {
    const ShareInterval interval = check.interval();
    return {{"what", check.what},
            {"count", check.count},
            {"of", check.of},
            {"share", check.share()},
            {"low", interval.low},
            {"high", interval.high},
            {"demand", check.at_least ? "at least" : "at most"},
            {"threshold", check.threshold},
            {"p_value", check.p_value()},
            {"verdict", name_of(check.verdict())}};
}

nlohmann::json to_json(const Truth& truth) {
    nlohmann::json json{{"machine", truth.machine},
                        {"profile", truth.profile},
                        {"verdict", name_of(truth.verdict())},
                        {"test_level", kTestLevel},
                        {"budget_min", truth.budget_min},
                        {"spent_min", truth.spent_min},
                        {"tasks", truth.tasks},
                        {"groups", nlohmann::json::array()},
                        {"order", nlohmann::json::array()},
                        {"checks", nlohmann::json::array()}};
    for (const KnownGroup& group : truth.groups) {
        json["groups"].push_back(to_json(group));
    }
    for (const RoleEffect& effect : truth.roles) {
        json["order"].push_back({{"role", effect.role}, {"won", effect.won}, {"of", effect.of}, {"gain", effect.gain}});
    }
    for (const ShareCheck& check : truth.checks) {
        json["checks"].push_back(to_json(check));
    }
    return json;
}

} // namespace mkb
