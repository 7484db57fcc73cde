#include "cli/agent_judging.h"

#include <algorithm>

namespace mkb::cli {

Result<Record> AgentJudging::judge(const Task& task, const LoadedCandidate& loaded, const JudgeNote& note) {
    EvaluateOptions options = defaults_;
    options.label = note.label;
    options.sample = note.sample;
    MKB_TRY(keys, executor_.keys(task, loaded, options));
    for (const std::string& key : keys) {
        MKB_TRY(stored, store_.find_by_key(key));
        if (stored) {
            return std::move(*stored);
        }
    }
    if (stop_.load()) {
        return fail(ErrorKind::transient, "stopped before '{}' was judged", task.id);
    }
    auto judgement = executor_.judge(task, loaded, options, [this] { return !stop_.load(); });
    if (!judgement && stop_.load()) {
        return std::unexpected(judgement.error());
    }
    if (!judgement) {
        MKB_DO(store_.note_not_evaluated({.key = keys.front(),
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

RunProgress::RunProgress(const std::string& what, std::size_t steps, const Budget& budget, std::string currency)
    : progress_(what, steps), budget_(budget), currency_(std::move(currency)), last_("waiting for the model") {
    clock_ = std::jthread([this](const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        while (!woken_.wait_for(lock, stop, std::chrono::seconds(1), [&stop] { return stop.stop_requested(); })) {
            draw();
        }
    });
}

void RunProgress::add(const RoundReport& report) {
    const std::lock_guard lock(mutex_);
    ++done_;
    ++outcomes_[std::string(kind_of(report.record->outcome))];
    last_ = fmt::format("{} ({})", report.task->id, report.round);
    draw();
}

void RunProgress::draw() {
    std::string counts; // first, because a note is cut where the line ends
    for (const auto& [kind, count] : outcomes_) {
        counts += fmt::format("{} {}, ", count, kind);
    }
    const Spent spent = budget_.of_run();
    progress_.advance_to(done_,
                         fmt::format("{}{} calls, {:.2f} {}, {}", counts, spent.calls, spent.money, currency_, last_));
}

} // namespace mkb::cli
