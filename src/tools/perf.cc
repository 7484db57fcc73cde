#include "tools/perf.h"

#include "record/printable.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace mkb {
namespace {

constexpr std::size_t kNameWidth = 60;
constexpr double kUsToS = 1e-6;

std::string back_end_of(const Record& record) {
    return printable_line(fmt::format("CPU ({}), {} {}, {}{}", record.device.target, record.framework.name,
                                      record.framework.version, record.device.cpu,
                                      record.device.emulated ? ", emulated" : ""));
}

SessionCost session_cost(const Task& task, double us, double share, double create_us) {
    const double per_s = us > 0 ? 1 / (us * kUsToS) : 0;
    return {.us = us,
            .share_of_limit = share,
            .gb_s = task.roofline_bytes * per_s / 1e9,
            .gflop_s = task.roofline_operations * per_s / 1e9,
            .create_us = create_us};
}

std::optional<Timing> timing_of(const Record& record, const Task& task) {
    const auto* right = std::get_if<Correct>(&record.outcome);
    if (right == nullptr || !right->measured || record.device.emulated) {
        return std::nullopt;
    }
    const MeasurementFacts facts = record.measurement.value_or(MeasurementFacts{});
    Timing timing{
        .candidate = session_cost(task, right->latency_us, right->share_of_limit, facts.resize_us),
        .native = session_cost(task, right->native_latency_us, right->native_share_of_limit, facts.native_resize_us),
        .speedup = right->speedup,
        .low = right->speedup_low,
        .high = right->speedup_high,
        .limit_us = right->latency_us * right->share_of_limit};
    if (!facts.pair_ratios.empty()) {
        const auto [least, most] = std::ranges::minmax(facts.pair_ratios);
        timing.least_pair = least;
        timing.most_pair = most;
    }
    return timing;
}

std::vector<OperatorCost> costs_of(const Record& record, const Task& task) {
    std::vector<OperatorCost> costs;
    double all = 0;
    for (const OperatorTime& each : record.operators) {
        const std::string type = printable_line(each.type, kNameWidth);
        auto found = std::ranges::find(costs, type, &OperatorCost::type);
        if (found == costs.end()) {
            const bool target = task.form == Form::atomic && type == task.target.type;
            costs.push_back({.type = type, .target = target});
            found = costs.end() - 1;
        }
        ++found->times;
        found->us += each.us;
        all += each.us;
    }
    for (OperatorCost& cost : costs) {
        cost.share = all > 0 ? cost.us / all : 0;
    }
    std::ranges::sort(costs, {}, [](const OperatorCost& cost) { return std::pair(-cost.us, cost.type); });
    return costs;
}

nlohmann::json to_json(const SessionCost& cost) {
    return {{"us", cost.us},
            {"share_of_limit", cost.share_of_limit},
            {"gb_s", cost.gb_s},
            {"gflop_s", cost.gflop_s},
            {"create_us", cost.create_us}};
}

std::string cost_line(const char* whose, const SessionCost& cost) {
    return fmt::format("{:<11}{:>10.1f} us, {:.0f} % of the limit, {:.1f} GB/s, {:.2f} GFLOP/s; created in {:.0f} us\n",
                       whose, cost.us, 100 * cost.share_of_limit, cost.gb_s, cost.gflop_s, cost.create_us);
}

std::string timing_text(const Timing& timing) {
    return fmt::format("whole session; bandwidth and peak allow {:.1f} us\n{}{}", timing.limit_us,
                       cost_line("candidate", timing.candidate), cost_line("native", timing.native)) +
           fmt::format("speed-up   {:.2f} (95 % interval {:.2f} to {:.2f}; single pairs {:.2f} to {:.2f})\n",
                       timing.speedup, timing.low, timing.high, timing.least_pair, timing.most_pair);
}

std::string operators_text(const std::vector<OperatorCost>& costs) {
    std::string text = costs.empty() ? "" : "operators of one run\n";
    for (const OperatorCost& cost : costs) {
        text += fmt::format("{} {:<22} {:>3} times {:>10.1f} us {:>4.0f} %\n", cost.target ? "*" : " ", cost.type,
                            cost.times, cost.us, 100 * cost.share);
    }
    return text;
}

} // namespace

PerformanceReport parse_performance(const Record& record, const Task& task) {
    PerformanceReport report{.back_end = back_end_of(record),
                             .threads = task.threads,
                             .outcome = printable_line(describe(record.outcome)),
                             .timing = timing_of(record, task),
                             .operators = costs_of(record, task),
                             .native_runs = task.sequence,
                             .instructions = record.instructions,
                             .notes = {}};
    report.operations_a_byte = task.roofline_bytes > 0 ? task.roofline_operations / task.roofline_bytes : 0;
    std::ranges::transform(record.flags, std::back_inserter(report.notes),
                           [](const std::string& flag) { return printable_line(flag); });
    return report;
}

nlohmann::json to_json(const PerformanceReport& report) {
    nlohmann::json json = {{"back_end", report.back_end},
                           {"threads", report.threads},
                           {"outcome", report.outcome},
                           {"operations_a_byte", report.operations_a_byte},
                           {"operators", nlohmann::json::array()},
                           {"native_runs", report.native_runs},
                           {"notes", report.notes}};
    for (const OperatorCost& cost : report.operators) {
        json["operators"].push_back({{"type", cost.type},
                                     {"times", cost.times},
                                     {"us", cost.us},
                                     {"share", cost.share},
                                     {"target", cost.target}});
    }
    if (report.timing) {
        json["timing"] = {{"candidate", to_json(report.timing->candidate)},
                          {"native", to_json(report.timing->native)},
                          {"speedup", report.timing->speedup},
                          {"speedup_low", report.timing->low},
                          {"speedup_high", report.timing->high},
                          {"pair_least", report.timing->least_pair},
                          {"pair_most", report.timing->most_pair},
                          {"limit_us", report.timing->limit_us}};
    }
    if (report.instructions) {
        json["instructions"] = {{"candidate", report.instructions->candidate},
                                {"native", report.instructions->native},
                                {"how", valid_utf8(report.instructions->how)}};
    }
    return json;
}

std::string to_text(const PerformanceReport& report) {
    std::string text =
        fmt::format("back end   {}\nthreads    {}\ntask       {:.2f} operations for each byte that must be moved\n",
                    report.back_end, report.threads, report.operations_a_byte);
    text += report.timing ? timing_text(*report.timing) : fmt::format("not timed: {}\n", report.outcome);
    if (report.instructions) {
        text += fmt::format("instructions of a run: {}, native {}\n", report.instructions->candidate,
                            report.instructions->native);
    }
    text += operators_text(report.operators);
    text += fmt::format("native runs {}\n", fmt::join(report.native_runs, " "));
    for (const std::string& note : report.notes) {
        text += fmt::format("note       {}\n", note);
    }
    return text;
}

} // namespace mkb
