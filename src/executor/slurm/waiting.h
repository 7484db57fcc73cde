#pragma once
// Who waits for which judgement, and where its request lies. Shared by those who wait and the clerk (slurm.cc); the
// mutex is held only inside of these functions, never while Slurm or the spool is asked something. Private to this
// folder.
#include "executor/slurm/queue.h"
#include "executor/slurm/request.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>

namespace mkb::slurm {

using Clock = std::chrono::steady_clock;

/// A job that ended without a reply is submitted anew: the node went away, somebody cancelled it. This many times in
/// all.
constexpr int kMostLosses = 5;
/// Slurm has lost an element when it does not list it this often in a row.
constexpr int kMissedLooks = 2;

/// A request on its way into an array.
struct Outgoing {
    std::string key, bytes;
    std::optional<Slot> from; ///< where it lies already
};

/// A request whose jobs were lost too often.
struct GivenUp {
    std::string job; ///< the last one: "12_3"
    Slot slot;
};

class Waiting {
public:
    /// `left_over`: requests of earlier processes that lie in the spool. `most`: that wait at a time.
    Waiting(std::map<std::string, Slot> left_over, std::size_t most) : most_(most), slots_(std::move(left_over)) {}

    // ---- for those who wait

    /// Waits until there is room, and then for the result. `stopped`: asked now and then; an error ends it.
    Result<Judgement> wait(const std::string& key, const std::function<std::string()>& bytes,
                           const std::function<Result<void>()>& stopped);
    /// Its slot, which is nobody's from now on.
    std::optional<Slot> take_slot(const std::string& key);

    // ---- for the clerk

    /// Until somebody waits, and then a moment longer: who asks at the same time goes into the same array.
    void wait_for_work(const std::stop_token& stop);
    bool is_open(const std::string& key);
    void finish(const std::string& key, Result<Judgement> result);
    void finish_all(const Error& error);
    /// What is not with Slurm, `most` at most.
    std::vector<Outgoing> to_submit(std::size_t most);
    void lies_in(const std::string& key, const Slot& slot);
    void was_submitted(const std::string& key, const std::string& job);
    /// Whether it is to be judged elsewhere, after trouble that may be the device's.
    bool elsewhere_after_trouble(const std::string& key);
    /// Keys whose element Slurm no longer has, or will not start. `start`: when it began to list.
    std::vector<std::string> gone(const std::map<Slot, Queue::Seen>& seen, Clock::time_point start);
    /// It is to be submitted anew, unless that was so too often.
    std::optional<GivenUp> lose(const std::string& key);

private:
    struct One {
        std::function<std::string()> bytes; ///< of its request
        bool submitted = false;
        bool inherited = false;                 ///< from an earlier process, which may have died before it submitted
        Clock::time_point since = Clock::now(); ///< of the submission
        std::string job;
        int missed = 0, losses = 0, troubles = 0;
        std::optional<Result<Judgement>> result;
        std::condition_variable arrived;
    };
    One* open_one(const std::string& key);

    const std::size_t most_;
    std::mutex mutex_;
    std::map<std::string, One> ones_;   ///< by key
    std::map<std::string, Slot> slots_; ///< of all requests in the spool, waited for or not
    std::condition_variable_any asked_, freed_;
};

} // namespace mkb::slurm
