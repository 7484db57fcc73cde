#include "cli/agent_judging.h"

#include <algorithm>

namespace mkb::cli {

Result<Record> AgentJudging::judge(const Task& task, const LoadedCandidate& loaded, const JudgeNote& note) {
    const std::lock_guard lock(mutex_);
    EvaluateOptions options = defaults_;
    options.label = note.label;
    options.sample = note.sample;
    MKB_TRY(key, evaluation_key(*bench_.judge, task, loaded, options));
    MKB_TRY(stored, store_.find_by_key(key));
    if (stored) {
        return std::move(*stored);
    }
    if (stop_.load()) {
        return fail(ErrorKind::transient, "stopped before '{}' was judged", task.id);
    }
    auto judgement = evaluate(*bench_.judge, task, loaded, options);
    if (!judgement) {
        MKB_DO(store_.note_not_evaluated({.key = key,
                                          .task_id = task.id,
                                          .label = note.label,
                                          .method = options.method,
                                          .model = options.model,
                                          .message = judgement.error().message,
                                          .when = utc_now_rfc3339(),
                                          .attempts = 1}));
        return std::unexpected(judgement.error());
    }
    judgement->record.settings["agent"] = note.agent;
    judgement->record.settings["usage"] = note.usage;
    std::ranges::copy(flags_, std::back_inserter(judgement->record.flags));
    MKB_DO(store_.append(judgement->record, judgement->artifacts));
    return std::move(judgement->record);
}

void RunProgress::add(const RoundReport& report) {
    const std::lock_guard lock(mutex_);
    ++done_;
    ++outcomes_[std::string(kind_of(report.record->outcome))];
    std::vector<std::string> counts;
    for (const auto& [kind, count] : outcomes_) {
        counts.push_back(fmt::format("{} {}", count, kind));
    }
    const Spent spent = budget_.of_run();
    progress_.advance_to(done_, fmt::format("{} ({}): {}; {} calls, {:.2f} {}", report.task->id, report.round,
                                            fmt::join(counts, ", "), spent.calls, spent.money, currency_));
}

} // namespace mkb::cli
