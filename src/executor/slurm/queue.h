#pragma once
// Slurm's own programs: one array submitted, the queue looked at, jobs cancelled.
#include "base/result.h"
#include "executor/slurm/spool.h"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace mkb::slurm {

class Queue {
public:
    /// `options`: of sbatch, after mkb's own, so that they win. `program`: what an element runs; the spool's folder and
    /// the array's name are added.
    Queue(const Spool& spool, std::vector<std::string> options, std::vector<std::string> program);
    /// Whether sbatch takes such jobs: bad_input with its own words when it does not, transient when nobody answers,
    /// environment when there is no sbatch. The largest array that Slurm takes.
    Result<int> check() const;
    /// Elements 0 to count - 1 of an array; its number in Slurm. `transient`: try again later (whether it was
    /// submitted may be unknown).
    Result<std::string> submit(const std::string& array, int count) const;

    enum class State {
        there, ///< waits, runs, or is about to end
        stuck, ///< Slurm keeps it and will not start it by itself
    };
    struct Seen {
        State state = State::there;
        std::string job; ///< "12_3"
    };
    /// All elements of this spool's arrays that have not ended.
    Result<std::map<Slot, Seen>> look() const;
    /// How a job ended, for people: "CANCELLED on n1"; empty where Slurm does not say.
    std::string ending_of(const std::string& job) const;
    void cancel(const std::vector<std::string>& jobs) const;

private:
    std::vector<std::string> sbatch() const;
    std::string prefix_, folder_;
    std::filesystem::path logs_;
    std::vector<std::string> options_, program_;
};

/// Words of --slurm-options, each an option of sbatch in one word ("--time=10"). bad_input for one that is none, or
/// that mkb needs for itself.
Result<std::vector<std::string>> parse_sbatch_options(std::string_view text);
/// One line of `squeue --array --format=%j|%F|%K|%T|%r`; nothing for another's job.
std::optional<std::pair<Slot, Queue::Seen>> parse_queue_line(std::string_view line, std::string_view prefix);

} // namespace mkb::slurm
