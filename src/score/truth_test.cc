#include "score/truth.h"

#include "../tests/support/sample_records.h"
#include "measure/statistics.h"

#include <cmath>
#include <gtest/gtest.h>

namespace mkb {
namespace {

using Verdict = ShareCheck::Verdict;

Record compared(double extra_work, double low, double high) {
    Record record = sample::make_record(0);
    record.task_id = "unary/Exp/a";
    record.flags = {};
    record.device.emulated = false;
    record.settings = {{"extra_work", extra_work}};
    record.outcome = Correct{.speedup = (low + high) / 2,
                             .speedup_low = low,
                             .speedup_high = high,
                             .latency_us = 10,
                             .native_latency_us = 10,
                             .measured = true};
    return record;
}

KnownGroup group_of(double extra_work, const std::vector<Record>& records) {
    KnownGroup group{.name = "a kind", .extra_work = extra_work};
    for (const Record& record : records) {
        add_record(record, group);
    }
    return group;
}

std::vector<Record> repeated(int count, const Record& record) {
    return std::vector<Record>(static_cast<std::size_t>(count), record);
}

int count_of(const std::vector<ShareCheck>& checks, Verdict verdict) {
    return static_cast<int>(
        std::ranges::count_if(checks, [&](const ShareCheck& check) { return check.verdict() == verdict; }));
}

/// The check whose text holds this.
ShareCheck the_check(const std::vector<ShareCheck>& checks, std::string_view part) {
    for (const ShareCheck& check : checks) {
        if (check.what.contains(part)) {
            return check;
        }
    }
    ADD_FAILURE() << "no check says '" << part << "'";
    return {};
}

/// A machine as the recipe sees it: pairs whose ratios scatter about the true one.
struct Machine {
    double scatter = 0.03;
    double bias = 0;   ///< of every ratio
    double shared = 0; ///< scatter that the pairs of one comparison have in common: they are not independent then
};

KnownGroup simulated(const Machine& machine, double extra_work, int comparisons) {
    constexpr int kPairs = 120;
    std::mt19937_64 random(7);
    std::normal_distribution<double> normal;
    KnownGroup group{.name = "simulated", .extra_work = extra_work};
    for (int i = 0; i < comparisons; ++i) {
        const double offset = machine.bias + machine.shared * normal(random);
        std::vector<double> ratios;
        for (int pair = 0; pair < kPairs; ++pair) {
            ratios.push_back(std::exp(offset + machine.scatter * normal(random)) / (1 + extra_work));
        }
        const Speedup speedup = paired_speedup(ratios);
        group.comparisons.push_back({.ratio = speedup.median, .low = speedup.low, .high = speedup.high});
    }
    return group;
}

constexpr int kTasks = 24;

TEST(Truth, AMachineThatTellsTheTruthIsFine) {
    for (const double extra_work : {0.0, 0.02, 0.05, 0.10}) {
        const auto checks = checks_of(simulated({}, extra_work, 4 * kTasks));
        EXPECT_EQ(count_of(checks, Verdict::compatible), static_cast<int>(checks.size())) << extra_work;
    }
}

TEST(Truth, ABiasOfOnePercentIsFound) {
    const auto faster = checks_of(simulated({.bias = 0.01}, 0, 4 * kTasks));
    EXPECT_EQ(the_check(faster, "hold 1").verdict(), Verdict::refused);
    EXPECT_EQ(the_check(faster, "fast_1.0 (sure)").verdict(), Verdict::refused);
    EXPECT_EQ(the_check(faster, "surely slower").verdict(), Verdict::compatible);
    const auto slower = checks_of(simulated({.bias = -0.01}, 0, 4 * kTasks));
    EXPECT_EQ(the_check(slower, "surely slower").verdict(), Verdict::refused);
}

TEST(Truth, PairsThatAreNotIndependentAreFound) {
    const auto checks = checks_of(simulated({.shared = 0.005}, 0, 4 * kTasks));
    EXPECT_EQ(the_check(checks, "hold 1").verdict(), Verdict::refused);
}

TEST(Truth, AMachineTooNoisyToSeeASlowDownIsFound) {
    const Machine noisy{.scatter = 0.12};
    EXPECT_EQ(the_check(checks_of(simulated(noisy, 0.02, 2 * kTasks)), "are seen").verdict(), Verdict::refused);
    EXPECT_EQ(the_check(checks_of(simulated(noisy, 0.10, 2 * kTasks)), "are seen").verdict(), Verdict::compatible);
    KnownGroup injected = simulated(noisy, 0.02, 2 * kTasks);
    injected.calm = false;
    EXPECT_EQ(count_of(checks_of(injected), Verdict::refused), 0) << "where something was injected it need not be seen";
}

TEST(Truth, IntervalsThatAlwaysHoldAreTooWide) {
    const auto wide = repeated(1000, compared(0, 0.5, 2));
    EXPECT_EQ(the_check(checks_of(group_of(0, wide)), "no wider").verdict(), Verdict::refused);
    const auto few = repeated(kTasks, compared(0, 0.5, 2));
    EXPECT_EQ(the_check(checks_of(group_of(0, few)), "no wider").verdict(), Verdict::compatible)
        << "24 of 24 say nothing against 99 %";
}

TEST(Truth, ACountIsWhatItSays) {
    const std::vector<Record> records = {compared(0, 0.99, 1.01), compared(0, 1.01, 1.02), compared(0, 0.90, 0.98)};
    const KnownGroup group = group_of(0, records);
    EXPECT_EQ(group.timed(), 3);
    EXPECT_EQ(group.holds(), 1);
    EXPECT_EQ(group.sure(), 1);
    EXPECT_EQ(group.seen(), 1);
    EXPECT_NEAR(group.largest(), 0.06, 1e-12);
    EXPECT_NEAR(group.half_width(), 0.01, 1e-12);
    EXPECT_DOUBLE_EQ(group_of(0.05, {}).expected(), 1 / 1.05);
    EXPECT_EQ(least_seen(0.10), 0.99);
    EXPECT_EQ(least_seen(1 / (1 / 1.05) - 1), 0.99) << "read back with a rounding";
    EXPECT_EQ(least_seen(0.02), 0.90);
    EXPECT_EQ(least_seen(0.01), 0);
}

TEST(Truth, OneVerdictAgainstNativeIsOneTooMany) {
    std::vector<Record> records = repeated(200, compared(0, 0.99, 1.01));
    EXPECT_EQ(count_of(checks_of(group_of(0, records)), Verdict::refused), 0);
    records.push_back(compared(0, 0.99, 1.01));
    records.back().outcome = Cheated{.rule = "clock", .evidence = "a neighbour"};
    const auto checks = checks_of(group_of(0, records));
    EXPECT_EQ(the_check(checks, "native is correct").verdict(), Verdict::refused);
    EXPECT_EQ(the_check(checks, "hold 1").of, 200) << "it has no time";
}

TEST(Truth, AnImpossibleTimeIsNoTime) {
    Record impossible = compared(0, 0.99, 1.01);
    impossible.flags = {std::string(kBelowRoofline) + ": 0.1 us"};
    const KnownGroup group = group_of(0, {impossible});
    EXPECT_EQ(group.timed(), 0);
    EXPECT_EQ(group.untimed, 1);
}

TEST(Truth, FewComparisonsSayNothingUnlessTheySayNo) {
    const auto few = checks_of(group_of(0, repeated(3, compared(0, 0.99, 1.01))));
    EXPECT_EQ(the_check(few, "hold 1").verdict(), Verdict::too_few);
    const auto bad = checks_of(group_of(0, repeated(3, compared(0, 1.01, 1.02))));
    EXPECT_EQ(the_check(bad, "hold 1").verdict(), Verdict::refused);
    Truth truth{.checks = few};
    EXPECT_EQ(truth.verdict(), Verdict::too_few);
    truth.checks.push_back(the_check(bad, "hold 1"));
    EXPECT_EQ(truth.verdict(), Verdict::refused);
    EXPECT_EQ(Truth{}.verdict(), Verdict::too_few) << "nothing was looked at";
}

TEST(Truth, TheSideThatGoesFirstMustNotWinMuchMoreOftenThanTheOther) {
    const auto verdicts = [](int won) {
        return count_of(checks_of(RoleEffect{.role = "ran first", .won = won, .of = 4000}), Verdict::refused);
    };
    EXPECT_EQ(verdicts(2000), 0);
    EXPECT_EQ(verdicts(2200), 0) << "55 %";
    EXPECT_EQ(verdicts(2400), 1);
    EXPECT_EQ(verdicts(1600), 1);
    EXPECT_EQ(checks_of(RoleEffect{.role = "ran first", .won = 50, .of = 100})[0].verdict(), Verdict::too_few);
}

TEST(Truth, ItsJsonAndItsTableSayAllOfIt) {
    Truth truth{.machine = "a processor", .profile = "short", .budget_min = 60, .spent_min = 12};
    truth.groups = {group_of(0.02, {compared(0.02, 0.97, 0.99)})};
    truth.groups[0].not_begun = 23;
    truth.roles = {{.role = "ran first", .won = 7, .of = 9, .gain = 0.01}};
    truth.checks = checks_of(truth.groups[0]);
    const nlohmann::json json = to_json(truth);
    EXPECT_EQ(json["verdict"], "too few");
    EXPECT_EQ(json["groups"][0]["comparisons"].size(), 1U);
    EXPECT_EQ(json["groups"][0]["seen_slower"], 1);
    EXPECT_EQ(json["groups"][0]["not_begun"], 23);
    EXPECT_EQ(json["order"][0]["won"], 7);
    EXPECT_EQ(json["checks"][0]["demand"], "at least");
    EXPECT_EQ(json["checks"][0]["threshold"], 0.90);
    EXPECT_GT(json["checks"][0]["low"], 0);
    const std::string table = truth_table(truth, false);
    EXPECT_TRUE(table.contains("slow-downs that are seen"));
    EXPECT_TRUE(table.contains("7 of 9 pairs, by +1.000 %"));
    EXPECT_FALSE(table.contains("\x1b"));
}

} // namespace
} // namespace mkb
