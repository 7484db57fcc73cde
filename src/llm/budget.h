#pragma once
// Limits on what a run and each of its tasks may spend.
#include "llm/llm.h"

#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace mkb {

/// Unset: no limit.
struct SpendLimits {
    std::optional<std::int64_t> calls, tokens;
    std::optional<double> money;
    std::optional<std::chrono::seconds> time; ///< waiting for answers, added up
};

struct Spent {
    std::int64_t calls = 0, tokens = 0;
    double money = 0;
    std::int64_t calls_without_price = 0; ///< money is too low by these
    double seconds = 0;
    Spent& operator+=(const Spent& other);
};
Spent spent_by(const LlmAnswer& answer, std::optional<double> money);

/// Asked before each call, told after it. Calls in flight are not known beforehand: a limit may be passed by what they
/// take, at most one call for each task in flight. From several threads at once.
class Budget {
public:
    Budget(SpendLimits run, SpendLimits task) : run_limits_(run), task_limits_(task) {}
    /// Which limit forbids another call for this task, on one line; empty: none.
    std::string refusal(const std::string& task) const;
    /// Whether it is the run's limit that forbids it.
    bool run_is_over() const;
    void add(const std::string& task, const Spent& spent);
    Spent of_run() const;
    Spent of_task(const std::string& task) const;

private:
    SpendLimits run_limits_, task_limits_;
    mutable std::mutex mutex_;
    Spent run_;
    std::map<std::string, Spent> tasks_;
};

} // namespace mkb
