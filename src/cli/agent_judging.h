#pragma once
// Judging for many threads, and the progress that they share.
#include "agent/agent.h"
#include "base/progress.h"
#include "cli/cli.h"

#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

namespace mkb::cli {

/// One candidate at a time on each device: nothing is timed well beside another. Model calls of other tasks go on.
class AgentJudging {
public:
    /// `flags`: for every record; `stop`: nothing is judged any more, except what is stored.
    AgentJudging(Executor& executor, Store& store, const EvaluateOptions& defaults, std::vector<std::string> flags,
                 const StopFlag& stop)
        : executor_(executor), store_(store), defaults_(defaults), flags_(std::move(flags)), stop_(stop) {}
    Result<Record> judge(const Task& task, const LoadedCandidate& loaded, const JudgeNote& note);

private:
    Executor& executor_;
    Store& store_;
    EvaluateOptions defaults_;
    std::vector<std::string> flags_;
    const StopFlag& stop_;
};

/// One line: rounds done of all, tasks, money, outcomes, calls; drawn again every second, because a model may think for
/// minutes.
class RunProgress {
public:
    /// `what`: the steps counted, "rounds"; `steps`: of a task, at most.
    RunProgress(const std::string& what, std::size_t tasks, std::size_t steps, const Budget& budget,
                std::string currency);
    void add(const RoundReport& report);
    /// What the task has not made of its steps it never will.
    void end(const Task& task);

private:
    void draw();
    std::mutex mutex_;
    std::condition_variable_any woken_;
    Progress progress_;
    const Budget& budget_;
    std::string currency_, last_;
    std::size_t tasks_, steps_, ended_ = 0;
    std::map<std::string, std::uint64_t> under_way_; ///< task → steps done
    std::map<std::string, int> outcomes_;
    std::jthread clock_; ///< last, so that it ends before what it draws from
};

} // namespace mkb::cli
