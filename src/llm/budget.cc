#include "llm/budget.h"

namespace mkb {

namespace {

std::string passed(const SpendLimits& limits, const Spent& spent) {
    if (limits.calls && spent.calls >= *limits.calls) {
        return fmt::format("{} calls", *limits.calls);
    }
    if (limits.tokens && spent.tokens >= *limits.tokens) {
        return fmt::format("{} tokens", *limits.tokens);
    }
    if (limits.money && spent.money >= *limits.money) {
        return fmt::format("{:.2f} of money", *limits.money);
    }
    if (limits.time && spent.seconds >= static_cast<double>(limits.time->count())) {
        return fmt::format("{} s of answering", limits.time->count());
    }
    return "";
}

} // namespace

Spent& Spent::operator+=(const Spent& other) {
    calls += other.calls;
    tokens += other.tokens;
    money += other.money;
    calls_without_price += other.calls_without_price;
    seconds += other.seconds;
    return *this;
}

Spent spent_by(const LlmAnswer& answer, std::optional<double> money) {
    return {.calls = 1,
            .tokens = answer.usage.total(),
            .money = money.value_or(0),
            .calls_without_price = money ? 0 : 1,
            .seconds = answer.latency_ms / 1000};
}

std::string Budget::refusal(const std::string& task) const {
    const std::lock_guard lock(mutex_);
    if (const std::string what = passed(run_limits_, run_); !what.empty()) {
        return "the run's limit is reached: " + what;
    }
    const auto place = tasks_.find(task);
    const std::string what = place == tasks_.end() ? "" : passed(task_limits_, place->second);
    return what.empty() ? "" : "the task's limit is reached: " + what;
}

bool Budget::run_is_over() const {
    const std::lock_guard lock(mutex_);
    return !passed(run_limits_, run_).empty();
}

void Budget::add(const std::string& task, const Spent& spent) {
    const std::lock_guard lock(mutex_);
    run_ += spent;
    tasks_[task] += spent;
}

Spent Budget::of_run() const {
    const std::lock_guard lock(mutex_);
    return run_;
}

Spent Budget::of_task(const std::string& task) const {
    const std::lock_guard lock(mutex_);
    const auto place = tasks_.find(task);
    return place == tasks_.end() ? Spent{} : place->second;
}

} // namespace mkb
