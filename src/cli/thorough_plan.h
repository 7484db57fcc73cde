#pragma once
// What the thorough self-test compares, and the working off within a budget. One comparison is one record in the run's
// store, so that a later call goes on where this one ended, however it ended.
#include "cli/judging.h"

#include <chrono>
#include <optional>

namespace mkb::cli {

/// A process that computes all the time, started by the self-test.
enum class Neighbour : std::uint8_t { none, other_core, same_core };

/// One kind of comparison; kinds with one label are repetitions.
struct Kind {
    const char* label;
    double extra_work;
    int repetition;
    Neighbour neighbour;
};
/// In the order in which they are begun: every task has had the first before the second begins, so that what a short
/// budget leaves out comes last and the hours of a task's comparisons are spread.
constexpr Kind kKinds[] = {
    {"A/A", 0, 1, Neighbour::none},
    {"A/B 5 %", 0.05, 1, Neighbour::none},
    {"A/B 2 %", 0.02, 1, Neighbour::none},
    {"A/A", 0, 2, Neighbour::none},
    {"A/B 10 %", 0.10, 1, Neighbour::none},
    {"A/A, a neighbour on another core", 0, 1, Neighbour::other_core},
    {"A/A, a neighbour on the same core", 0, 1, Neighbour::same_core},
    {"A/A", 0, 3, Neighbour::none},
    {"A/B 5 %", 0.05, 2, Neighbour::none},
    {"A/B 2 %", 0.02, 2, Neighbour::none},
    {"A/A", 0, 4, Neighbour::none},
};

struct Comparison {
    Kind kind;
    Work work;
    std::optional<Record> record; ///< once it is made
    bool tried = false;           ///< without a record: trouble of our world ended it
};

/// Every kind for every task. Kinds with a neighbour only where `neighbours` says that there can be one.
std::vector<Comparison> plan_comparisons(const std::vector<const Task*>& tasks, const Profile& profile,
                                         const std::function<bool(Neighbour)>& neighbours);
/// One quick look at each task's native kernel: what strata of time are made from.
std::vector<Comparison> plan_native_times(const std::vector<const Task*>& tasks);

/// Minutes, over all calls that worked on this run: what its records took, and what this call takes.
class Budget {
public:
    explicit Budget(double limit_min) : limit_min_(limit_min) {}
    void add_stored(double minutes) { stored_min_ += minutes; }
    double limit_min() const { return limit_min_; }
    double spent_min() const;
    bool has_room_for(double minutes) const { return spent_min() + minutes <= limit_min_; }

private:
    double limit_min_;
    double stored_min_ = 0;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

struct Spent {
    std::size_t known = 0, made = 0, not_evaluated = 0, not_begun = 0;
    Spent& operator+=(const Spent& other) {
        known += other.known;
        made += other.made;
        not_evaluated += other.not_evaluated;
        not_begun += other.not_begun;
        return *this;
    }
};

/// Takes from the store what it holds, then makes the others as far as the budget goes: one is begun only if the
/// longest of its task so far would fit. Errors are the store's, or a neighbour's that cannot be started.
Result<Spent> work_off(std::vector<Comparison>& comparisons, Executor& executor, Store& store, Budget& budget,
                       const std::string& what);

/// What a neighbour would run on; nothing where there is no such core. The runner takes the highest one.
std::optional<int> core_of(Neighbour neighbour);

} // namespace mkb::cli
