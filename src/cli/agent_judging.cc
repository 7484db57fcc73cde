#include "cli/agent_judging.h"

#include "cli/judging.h"

#include <algorithm>

namespace mkb::cli {

Result<Record> AgentJudging::judge(const Task& task, const LoadedCandidate& loaded, const JudgeNote& note) {
    Work work{.task = &task, .loaded = loaded, .options = defaults_};
    work.options.label = note.label;
    work.options.sample = note.sample;
    const auto complete = [&](Record& record) {
        record.settings["agent"] = note.agent;
        record.settings["usage"] = note.usage;
        std::ranges::copy(flags_, std::back_inserter(record.flags));
    };
    MKB_TRY(result, judge_one(executor_, store_, work, [this] { return !stop_.load(); }, complete));
    if (!result.not_evaluated.empty()) {
        return std::unexpected(Error{result.trouble, result.not_evaluated});
    }
    return std::move(result.record);
}

RunProgress::RunProgress(const std::string& what, std::size_t tasks, std::size_t steps, const Budget& budget,
                         std::string currency)
    : progress_(what, tasks * steps), budget_(budget), currency_(std::move(currency)), last_("waiting for the model"),
      tasks_(tasks), steps_(steps) {
    clock_ = std::jthread([this](const std::stop_token& stop) {
        std::unique_lock lock(mutex_);
        while (!woken_.wait_for(lock, stop, std::chrono::seconds(1), [&stop] { return stop.stop_requested(); })) {
            draw();
        }
    });
}

void RunProgress::add(const RoundReport& report) {
    const std::lock_guard lock(mutex_);
    ++under_way_[report.task->id];
    ++outcomes_[std::string(kind_of(report.record->outcome))];
    last_ = fmt::format("{} ({})", report.task->id, report.round);
    draw();
}

void RunProgress::end(const Task& task) {
    const std::lock_guard lock(mutex_);
    ++ended_;
    under_way_.erase(task.id);
    draw();
}

void RunProgress::draw() {
    std::uint64_t done = ended_ * steps_;
    for (const auto& [task, steps] : under_way_) {
        done += steps;
    }
    // What matters most first, because a note is cut where the line ends.
    const Spent spent = budget_.of_run();
    const auto correct = outcomes_.find("correct");
    std::string note = fmt::format("{}/{} tasks, {:.2f} {}, {} correct", ended_, tasks_, spent.money, currency_,
                                   correct == outcomes_.end() ? 0 : correct->second);
    for (const auto& [kind, count] : outcomes_) {
        note += kind == "correct" ? "" : fmt::format(", {} {}", count, kind);
    }
    progress_.advance_to(done, fmt::format("{}, {} calls, {}", note, spent.calls, last_));
}

} // namespace mkb::cli
