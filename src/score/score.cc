#include "score/score.h"

#include "score/failure.h"

#include <cmath>
#include <set>
#include <tuple>

namespace mkb {
namespace {

struct SpeedOf {
    const Correct* operator()(const NoSource&) const { return nullptr; }
    const Correct* operator()(const BuildFailed&) const { return nullptr; }
    const Correct* operator()(const LoadFailed&) const { return nullptr; }
    const Correct* operator()(const Crashed&) const { return nullptr; }
    const Correct* operator()(const TimedOut&) const { return nullptr; }
    const Correct* operator()(const NeverCalled&) const { return nullptr; }
    const Correct* operator()(const Wrong&) const { return nullptr; }
    const Correct* operator()(const Cheated&) const { return nullptr; }
    const Correct* operator()(const Correct& o) const { return o.measured ? &o : nullptr; }
};

// How far a candidate came. One overload per alternative, so that a new one must be placed.
struct Progressed {
    int operator()(const NoSource&) const { return 0; }
    int operator()(const BuildFailed&) const { return 1; }
    int operator()(const Cheated&) const { return 2; }
    int operator()(const LoadFailed&) const { return 3; }
    int operator()(const Crashed&) const { return 4; }
    int operator()(const TimedOut&) const { return 5; }
    int operator()(const NeverCalled&) const { return 6; }
    int operator()(const Wrong&) const { return 7; }
    int operator()(const Correct&) const { return 8; }
};

// The speed-up that counts, or nullptr.
const Correct* speed_of(const Record& record) {
    const Correct* speed = std::visit(SpeedOf{}, record.outcome);
    const bool counts = speed != nullptr && !record.device.emulated && !below_roofline(record) &&
                        std::isfinite(speed->speedup) && speed->speedup > 0;
    return counts ? speed : nullptr;
}

std::tuple<int, bool, double> rank(const Record& record) {
    const Correct* speed = speed_of(record);
    return {std::visit(Progressed{}, record.outcome), speed != nullptr, speed == nullptr ? 0 : speed->speedup};
}

std::string category_of(const std::string& task_id) {
    return task_id.substr(0, task_id.find('/'));
}

std::map<std::string, std::string> named_tasks(const std::vector<Record>& records,
                                               const std::vector<NotEvaluated>& trouble) {
    std::map<std::string, std::string> tasks;
    for (const Record& record : records) {
        tasks[record.task_id] = record.category;
    }
    for (const NotEvaluated& entry : trouble) {
        tasks.try_emplace(entry.task_id, category_of(entry.task_id));
    }
    return tasks;
}

using Method = std::pair<std::string, std::string>;

struct Attempts {
    std::vector<Record> records;
    std::vector<NotEvaluated> trouble;
};

std::map<Method, Attempts> by_method(const std::vector<Record>& records, const std::vector<NotEvaluated>& trouble,
                                     const std::map<std::string, std::string>& tasks) {
    std::map<Method, Attempts> methods;
    for (const Record& record : records) {
        if (tasks.contains(record.task_id)) {
            methods[{record.method, record.model}].records.push_back(record);
        }
    }
    for (const NotEvaluated& entry : trouble) {
        if (tasks.contains(entry.task_id)) {
            methods[{entry.method, entry.model}].trouble.push_back(entry);
        }
    }
    return methods;
}

Share make_share(int count, int of) {
    return {.count = count, .of = of, .interval = wilson_interval(count, of)};
}

double usage_of(const Record& record, const char* name) {
    if (!record.settings.is_object()) {
        return 0;
    }
    const auto usage = record.settings.find("usage");
    if (usage == record.settings.end() || !usage->is_object()) {
        return 0;
    }
    const auto value = usage->find(name);
    return value != usage->end() && value->is_number() ? value->get<double>() : 0;
}

constexpr double kMostCalls = 1e9;

void count_attempts(const Attempts& attempts, const std::map<std::string, Record>& best,
                    const std::map<std::string, std::string>& tasks, Score& score) {
    for (const Record& record : attempts.records) {
        if (tasks.contains(record.task_id)) {
            ++score.evaluations;
            if (const std::string_view why = failure_class(record); !why.empty()) {
                ++score.failures[std::string(why)];
            }
            // Foreign numbers: a sum that no int holds stays at its end.
            score.calls = static_cast<int>(std::clamp(score.calls + usage_of(record, "calls"), 0.0, kMostCalls));
            score.tokens += usage_of(record, "tokens");
            score.money += usage_of(record, "money");
        }
    }
    std::set<std::string> troubled;
    for (const NotEvaluated& entry : attempts.trouble) {
        if (tasks.contains(entry.task_id) && !best.contains(entry.task_id)) {
            troubled.insert(entry.task_id);
        }
    }
    score.not_evaluated = static_cast<int>(troubled.size());
}

void count_speeds(const std::vector<const Correct*>& speeds, Score& score) {
    for (const double threshold : kFastThresholds) {
        int fast = 0;
        int sure = 0;
        for (const Correct* speed : speeds) {
            fast += speed->speedup > threshold;
            sure += speed->speedup > threshold && speed->speedup_low > threshold;
        }
        score.fast[threshold] = make_share(fast, score.tasks);
        score.fast_sure[threshold] = make_share(sure, score.tasks);
    }
    if (speeds.empty()) {
        return;
    }
    std::vector<double> values;
    for (const Correct* speed : speeds) {
        values.push_back(speed->speedup);
        score.arithmetic_speedup += speed->speedup / static_cast<double>(speeds.size());
    }
    score.geometric_speedup = geometric_mean_interval(values);
}

Score score_method(const Method& method, const Attempts& attempts, const std::map<std::string, Record>& best,
                   const std::map<std::string, std::string>& tasks, const std::string& category) {
    Score score;
    score.method = method.first;
    score.model = method.second;
    score.category = category;
    score.tasks = static_cast<int>(tasks.size());
    count_attempts(attempts, best, tasks, score);
    int built = 0;
    int right = 0;
    std::vector<const Correct*> speeds;
    for (const auto& [task_id, record] : best) {
        if (!tasks.contains(task_id)) {
            continue;
        }
        ++score.outcomes[std::string(kind_of(record.outcome))];
        built += compiled(record.outcome);
        right += correct(record.outcome);
        if (const Correct* speed = speed_of(record)) {
            speeds.push_back(speed);
        }
    }
    score.csr = make_share(built, score.tasks);
    score.fcr = make_share(right, score.tasks);
    count_speeds(speeds, score);
    score.pass_at = pass_at(attempts.records, tasks);
    return score;
}

nlohmann::json to_json(const MeanInterval& interval) {
    return {{"mean", interval.mean}, {"low", interval.low}, {"high", interval.high}};
}

nlohmann::json to_json(const Share& share) {
    return {{"count", share.count},
            {"of", share.of},
            {"share", share.of == 0 ? 0.0 : static_cast<double>(share.count) / share.of},
            {"low", share.interval.low},
            {"high", share.interval.high}};
}

nlohmann::json to_json(const std::map<double, Share>& shares) {
    nlohmann::json json = nlohmann::json::object();
    for (const auto& [threshold, share] : shares) {
        json[fmt::format("{:.1f}", threshold)] = to_json(share);
    }
    return json;
}

} // namespace

bool counts_for_speed(const Record& record) {
    return speed_of(record) != nullptr;
}

double speedup_of(const Record& record) {
    const Correct* speed = speed_of(record);
    return speed == nullptr ? 0 : speed->speedup;
}

std::map<std::string, Record> best_by_task(const std::vector<Record>& records) {
    std::map<std::string, Record> best;
    for (const Record& record : records) {
        const auto [place, is_first] = best.try_emplace(record.task_id, record);
        if (!is_first && rank(record) > rank(place->second)) {
            place->second = record;
        }
    }
    return best;
}

std::vector<Score> score_run(const std::vector<Record>& records, const std::vector<NotEvaluated>& trouble,
                             const std::map<std::string, std::string>& task_ids, bool by_category) {
    const auto tasks = task_ids.empty() ? named_tasks(records, trouble) : task_ids;
    std::map<std::string, std::map<std::string, std::string>> categories;
    for (const auto& [task_id, category] : tasks) {
        categories[category][task_id] = category;
    }
    std::vector<Score> scores;
    for (const auto& [method, attempts] : by_method(records, trouble, tasks)) {
        const auto best = best_by_task(attempts.records);
        scores.push_back(score_method(method, attempts, best, tasks, ""));
        if (!by_category) {
            continue;
        }
        for (const auto& [category, members] : categories) {
            scores.push_back(score_method(method, attempts, best, members, category));
        }
    }
    return scores;
}

nlohmann::json to_json(const Score& score) {
    nlohmann::json pass_at = nlohmann::json::object();
    for (const auto& [k, shares] : score.pass_at) {
        pass_at[std::to_string(k)] = {{"csr", shares.compiled}, {"fcr", shares.correct}};
    }
    return {{"method", score.method},
            {"model", score.model},
            {"category", score.category},
            {"tasks", score.tasks},
            {"evaluations", score.evaluations},
            {"not_evaluated", score.not_evaluated},
            {"outcomes", score.outcomes},
            {"failures", score.failures},
            {"csr", to_json(score.csr)},
            {"fcr", to_json(score.fcr)},
            {"fast", to_json(score.fast)},
            {"fast_sure", to_json(score.fast_sure)},
            {"fast_rule", "strictly more than p"},
            {"geometric_speedup", to_json(score.geometric_speedup)},
            {"arithmetic_speedup", score.arithmetic_speedup},
            {"calls", score.calls},
            {"tokens", score.tokens},
            {"money", score.money},
            {"pass_at", pass_at}};
}

} // namespace mkb
