#include "cli/thorough_plan.h"

#include "base/busy_process.h"
#include "base/progress.h"

#include <algorithm>
#include <fmt/format.h>

namespace mkb::cli {

namespace {

constexpr const char* kMethod = "selftest"; ///< of the records

using Minutes = std::chrono::duration<double, std::ratio<60>>;

double minutes_of(const Record& record) {
    double ms = 0;
    for (const StageTime& stage : record.stages) {
        ms += stage.wall_ms;
    }
    return ms / 60'000;
}

Comparison comparison_of(const Kind& kind, const Task& task, const Profile& profile) {
    Comparison comparison{
        .kind = kind, .work = {.task = &task, .loaded = {}, .options = {.profile = profile}}, .record = {}};
    EvaluateOptions& options = comparison.work.options;
    options.extra_work = kind.extra_work;
    options.native_twice = true;
    options.label = kind.label;
    options.method = kMethod;
    options.sample = kind.repetition;
    return comparison;
}

/// What the store holds of them.
Result<void> take_known(std::vector<Comparison>& comparisons, Executor& executor, Store& store, Budget& budget) {
    for (Comparison& comparison : comparisons) {
        const Work& work = comparison.work;
        MKB_TRY(keys, executor.keys(*work.task, work.loaded, work.options));
        for (const std::string& key : keys) {
            MKB_TRY(stored, store.find_by_key(key));
            if (stored && !comparison.record) {
                budget.add_stored(minutes_of(*stored));
                comparison.record = std::move(*stored);
            }
        }
    }
    return {};
}

Result<void> make(Comparison& comparison, Executor& executor, Store& store) {
    std::optional<BusyProcess> neighbour;
    if (const auto core = core_of(comparison.kind.neighbour)) {
        MKB_TRY(busy, BusyProcess::start(*core));
        neighbour = std::move(busy);
    }
    MKB_TRY(result, judge_one(executor, store, comparison.work));
    comparison.tried = true;
    if (result.not_evaluated.empty()) {
        comparison.record = std::move(result.record);
    }
    return {};
}

} // namespace

std::vector<Comparison> plan_comparisons(const std::vector<const Task*>& tasks, const Profile& profile,
                                         const std::function<bool(Neighbour)>& neighbours) {
    std::vector<Comparison> plan;
    for (const Kind& kind : kKinds) {
        if (kind.neighbour == Neighbour::none || neighbours(kind.neighbour)) {
            for (const Task* task : tasks) {
                plan.push_back(comparison_of(kind, *task, profile));
            }
        }
    }
    return plan;
}

std::vector<Comparison> plan_native_times(const std::vector<const Task*>& tasks) {
    const Profile quick{.name = "look",
                        .pairs = 1,
                        .most_pairs = 1,
                        .blocks = {.least_quads = 1, .most_quads = 2, .most_runs = 2, .budget_ms = 5},
                        .warm_up_runs = 2};
    std::vector<Comparison> plan;
    for (const Task* task : tasks) {
        plan.push_back(comparison_of({"native time", 0, 0, Neighbour::none}, *task, quick));
    }
    return plan;
}

double Budget::spent_min() const {
    return stored_min_ + Minutes(std::chrono::steady_clock::now() - start_).count();
}

Result<Spent> work_off(std::vector<Comparison>& comparisons, Executor& executor, Store& store, Budget& budget,
                       const std::string& what) {
    MKB_DO(take_known(comparisons, executor, store, budget));
    Spent spent;
    std::map<std::string, double> longest_min;
    for (const Comparison& comparison : comparisons) {
        if (comparison.record) {
            ++spent.known;
            double& longest = longest_min[comparison.work.task->id];
            longest = std::max(longest, minutes_of(*comparison.record));
        }
    }
    Progress progress(what, comparisons.size());
    for (std::size_t i = 0; i < comparisons.size(); ++i) {
        Comparison& comparison = comparisons[i];
        if (comparison.record) {
            continue;
        }
        const std::string& id = comparison.work.task->id;
        progress.advance_to(i, fmt::format("{} {}", comparison.kind.label, id));
        if (!budget.has_room_for(longest_min[id])) {
            ++spent.not_begun;
            continue;
        }
        const double before = budget.spent_min();
        MKB_DO(make(comparison, executor, store));
        ++(comparison.record ? spent.made : spent.not_evaluated);
        longest_min[id] = std::max(longest_min[id], budget.spent_min() - before);
    }
    progress.advance_to(comparisons.size());
    return spent;
}

std::optional<int> core_of(Neighbour neighbour) {
    const std::vector<int> cores = allowed_cores();
    switch (neighbour) {
    case Neighbour::none:
        break;
    case Neighbour::other_core:
        return cores.size() > 1 ? std::optional(cores.front()) : std::nullopt;
    case Neighbour::same_core:
        return cores.empty() ? std::nullopt : std::optional(cores.back());
    }
    return std::nullopt;
}

} // namespace mkb::cli
