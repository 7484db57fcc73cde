#pragma once
// The supervisor's side of one child: start, hand over the turn, see how it ended.
#include "channel.h"
#include "device/job.h"
#include "layout.h"

#include <cstdint>
#include <sched.h>
#include <string>
#include <sys/resource.h>
#include <sys/types.h>
#include <vector>

namespace mkb::runner {

struct Turn {
    bool fine = false;
    std::uint64_t claimed_ns = 0;   ///< the child's clock around runSession
    std::uint64_t witness_ns = 0;   ///< ours around the whole hand-over
    std::uint64_t contents_ns = 0;  ///< drawing the inputs, before the hand-over
    std::uint64_t instructions = 0; ///< in mode "count"
    std::uint32_t calls = 0;
};

class ChildProcess {
public:
    /// `candidate`: loads the plug-in (if the job has one) and is written about as the candidate.
    ChildProcess(const job::Job& job, bool candidate);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// Forks and executes this program anew, on `cores` instead of this process's own. False: see `end()`.
    bool launch(const cpu_set_t* cores = nullptr);
    /// Waits until all of our own is there, and lets the candidate's code in. False: see `end()`.
    bool await_loading();
    /// Waits until its sessions are there. False: see `end()`.
    bool await_ready();
    bool start() { return launch() && await_loading() && await_ready(); }
    /// From now on every thread of it runs there.
    void keep_to(const cpu_set_t& cores) const;
    /// One runSession on fresh contents, which are written into slot `slot` before the clock starts.
    Turn run(std::uint32_t model, std::uint32_t slot, bool timed, const std::vector<std::vector<Draw>>& regimes,
             std::uint32_t regime, Phase phase, std::uint64_t iteration);
    /// Outputs of the last run, bytes one after the other, as they stand in the shared memory at this moment: to be
    /// asked for as soon as the run has come back. The child has no part in it, so nothing can be computed for it.
    void collect(std::vector<job::Tensor>& outputs, std::string& bytes) const;
    /// Operators of one run in order, and what each took.
    bool sequence(std::vector<std::string>& names, std::vector<std::uint64_t>& ns);
    /// The last whole answer that the child left, however it ended; "" for none.
    std::string answer() const;
    /// Tells it to end, on these cores, which get its memory back; the destructor waits for that.
    void dismiss(const cpu_set_t* cores);

    const job::ChildEnd& end() const { return end_; }
    double create_us() const;
    std::string jail_layers() const;
    /// What it printed since the start, at most the job's limit.
    std::string printed();
    /// Processor time of the whole process so far.
    std::uint64_t cpu_ns() const;

private:
    void prepare_start();
    bool make_memory();
    void forget_tensors();
    bool await_turn(double limit_s);
    bool hand_over(Command command, double limit_s);
    void note_end();
    bool has_died();
    void note_death(int status, const rusage& used);
    void note_crash();
    void note_kill(const rusage& used);
    std::string place_of(std::uint64_t pc) const;
    void kill_group() const;
    void end_group();
    [[noreturn]] void become_child(const cpu_set_t* cores);

    const job::Job& job_;
    bool candidate_;
    Layout layout_;
    Channel* channel_ = nullptr;
    std::byte* inputs_ = nullptr;
    const std::byte* outputs_ = nullptr;
    int channel_fd_ = -1, inputs_fd_ = -1, outputs_fd_ = -1, job_fd_ = -1;
    int print_read_ = -1, print_write_ = -1;
    pid_t pid_ = -1;
    std::string program_;
    std::string preload_;      ///< of the child's environment; empty: it has none
    std::vector<char*> start_; ///< arguments of the child, ended by null
    std::uint32_t last_slot_ = 0;
    bool loaded_ = false; ///< candidate code has been let in: from then on the child's word is the candidate's
    bool killed_for_time_ = false;
    double limit_s_ = 0;
    job::ChildEnd end_;
};

} // namespace mkb::runner
