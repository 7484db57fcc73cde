#include "report/run_view.h"

#include <cmath>

namespace mkb {
namespace {

constexpr std::size_t kLabelledRows = 80; ///< candidates with a line of their own

using Method = std::pair<std::string, std::string>;

std::vector<const Record*> timed_records(const std::vector<const Record*>& records, bool best_only) {
    std::vector<const Record*> timed;
    for (const Record* record : records) {
        if (counts_for_speed(*record)) {
            timed.push_back(record);
        }
    }
    if (!best_only) {
        return timed;
    }
    std::map<std::string, const Record*> best;
    for (const Record* record : timed) {
        const auto [place, is_first] = best.try_emplace(record->task_id, record);
        const double speedup = std::get<Correct>(record->outcome).speedup;
        if (!is_first && speedup > std::get<Correct>(place->second->outcome).speedup) {
            place->second = record;
        }
    }
    timed.clear();
    for (const auto& [task, record] : best) {
        timed.push_back(record);
    }
    return timed;
}

nlohmann::json point(const Record& record) {
    const auto& o = std::get<Correct>(record.outcome);
    const std::string size = record.task_id.substr(record.task_id.rfind('/') + 1);
    const double limit_us =
        o.native_share_of_limit > 0 ? o.native_latency_us * o.native_share_of_limit : o.latency_us * o.share_of_limit;
    return {{"task", record.operator_name + " " + size},
            {"label", record.label},
            {"category", record.category},
            {"s", o.speedup},
            {"lo", o.speedup_low},
            {"hi", o.speedup_high},
            {"us", o.latency_us},
            {"native", o.native_latency_us},
            {"limit", limit_us},
            {"share", o.share_of_limit},
            {"nshare", o.native_share_of_limit}};
}

// Counts per quarter of a doubling, for runs too large to draw each candidate.
nlohmann::json histogram(const std::vector<const Record*>& timed) {
    std::map<double, std::size_t> bins;
    for (const Record* record : timed) {
        const double speedup = std::get<Correct>(record->outcome).speedup;
        ++bins[std::floor(std::log2(speedup) * 4) / 4];
    }
    nlohmann::json list = nlohmann::json::array();
    for (const auto& [exponent, count] : bins) {
        list.push_back({{"lo", std::exp2(exponent)}, {"hi", std::exp2(exponent + 0.25)}, {"n", count}});
    }
    return list;
}

nlohmann::json outcome_counts(const RunView& run, const Method& method) {
    nlohmann::json list = nlohmann::json::array();
    for (const Score& score : run.scores) {
        if (score.category.empty() || Method(score.method, score.model) != method) {
            continue;
        }
        int rest = score.tasks - score.not_evaluated;
        for (const auto& [kind, count] : score.outcomes) {
            list.push_back({{"category", score.category}, {"kind", kind}, {"n", count}});
            rest -= count;
        }
        if (score.not_evaluated > 0) {
            list.push_back({{"category", score.category}, {"kind", "not_evaluated"}, {"n", score.not_evaluated}});
        }
        if (rest > 0) {
            list.push_back({{"category", score.category}, {"kind", "not_tried"}, {"n", rest}});
        }
    }
    return list;
}

} // namespace

nlohmann::json plot_data(const RunView& run) {
    std::map<Method, std::vector<const Record*>> methods;
    for (const Score& score : run.scores) {
        methods[{score.method, score.model}];
    }
    for (const Record& record : run.slim) {
        methods[{record.method, record.model}].push_back(&record);
    }
    nlohmann::json list = nlohmann::json::array();
    for (const auto& [method, records] : methods) {
        auto timed = timed_records(records, false);
        const bool each = timed.size() <= kLabelledRows;
        if (!each) {
            timed = timed_records(records, true);
        }
        nlohmann::json entry = {{"name", method_name(method.first, method.second)},
                                {"outcomes", outcome_counts(run, method)},
                                {"each", each},
                                {"timed", timed.size()}};
        if (timed.size() <= kPlotPoints) {
            entry["points"] = nlohmann::json::array();
            for (const Record* record : timed) {
                entry["points"].push_back(point(*record));
            }
        } else {
            entry["histogram"] = histogram(timed);
        }
        list.push_back(std::move(entry));
    }
    return {{"methods", list}, {"emulated", run.emulated}, {"labelled_rows", kLabelledRows}};
}

} // namespace mkb
