#include "executor/slurm/slurm.h"

#include "executor/slurm/queue.h"
#include "executor/slurm/spool.h"
#include "executor/slurm/waiting.h"

#include <algorithm>
#include <thread>

namespace mkb::slurm {

namespace {

constexpr std::chrono::milliseconds kLeastBetweenLooks{1000};
constexpr int kLookShare = 20; ///< a look takes at most one part in so many of the time
constexpr std::chrono::seconds kFirstBackoff{1}, kLongestBackoff{30};
constexpr std::chrono::minutes kMostSilence{15}; ///< of the controller, while no reply comes either

/// One thread that submits, collects and looks after what was lost, for all who wait.
class Clerk {
public:
    Clerk(const Setup& setup, Spool& spool, const Queue& queue, Waiting& waiting, std::size_t largest_array)
        : setup_(setup), spool_(spool), queue_(queue), waiting_(waiting), largest_array_(largest_array) {}

    void work(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            waiting_.wait_for_work(stop);
            collect();
            submit();
            look();
        }
        queue_.cancel(holding_);
        spool_.tidy();
    }

private:
    // ---- what has come back

    void collect() {
        const auto replied = spool_.replied_keys();
        if (!replied) {
            return; // the file system's trouble; it is asked again
        }
        for (const std::string& key : *replied) {
            if (!waiting_.is_open(key)) {
                continue;
            }
            const auto bytes = spool_.reply(key);
            auto reply = bytes ? reply_from(*bytes) : Result<Reply>(std::unexpected(bytes.error()));
            last_word_ = Clock::now();
            if (!reply || reply->key != key) {
                spool_.drop_reply(key);
                lose(key, reply ? "its reply is another's" : reply.error().message);
            } else if (auto* judgement = std::get_if<Judgement>(&reply->what)) {
                waiting_.finish(key, std::move(*judgement));
            } else {
                note_trouble(key, std::get<Trouble>(reply->what));
            }
        }
    }

    void note_trouble(const std::string& key, const Trouble& trouble) {
        spool_.drop_reply(key);
        if (trouble.holds) {
            setup_.say(fmt::format("{} leaves the pool: {}; its job {} keeps it from others until it answers",
                                   trouble.place, trouble.error.message, trouble.job));
            holding_.push_back(trouble.job);
        }
        if (trouble.error.kind == ErrorKind::bad_input || !waiting_.elsewhere_after_trouble(key)) {
            give_up(key, trouble.error);
        }
    }

    // ---- what is to be submitted

    void submit() {
        while (Clock::now() >= next_submission_) {
            const auto array = waiting_.to_submit(largest_array_);
            if (array.empty() || !submit_array(array)) {
                return;
            }
        }
    }

    bool submit_array(const std::vector<Outgoing>& array) {
        const std::string name = new_nonce();
        const auto job = put_and_submit(name, array);
        if (!job && job.error().kind == ErrorKind::transient) {
            backoff_ = std::min<Clock::duration>(2 * backoff_, kLongestBackoff);
            next_submission_ = Clock::now() + backoff_;
            note_silence(job.error());
            return false;
        }
        backoff_ = kFirstBackoff;
        for (std::size_t i = 0; i < array.size(); ++i) {
            if (job) {
                waiting_.was_submitted(array[i].key, fmt::format("{}_{}", *job, i));
            } else {
                give_up(array[i].key, job.error());
            }
        }
        return job.has_value();
    }

    /// The array's number in Slurm.
    Result<std::string> put_and_submit(const std::string& name, const std::vector<Outgoing>& array) {
        for (std::size_t i = 0; i < array.size(); ++i) {
            const Slot slot{.array = name, .index = static_cast<int>(i)};
            if (!array[i].from || !spool_.move_request(array[i].key, *array[i].from, slot)) {
                MKB_DO(spool_.put_request(slot, array[i].key, array[i].bytes));
            }
            waiting_.lies_in(array[i].key, slot);
        }
        return queue_.submit(name, static_cast<int>(array.size()));
    }

    // ---- what has gone

    void look() {
        const auto start = Clock::now();
        if (start < next_look_) {
            return;
        }
        const auto seen = queue_.look();
        const auto took = Clock::now() - start;
        next_look_ = Clock::now() + std::max<Clock::duration>(kLeastBetweenLooks, kLookShare * took);
        if (!seen) {
            note_silence(seen.error());
            return;
        }
        silent_ = false;
        last_word_ = Clock::now();
        queue_.cancel(stuck_in(*seen));
        for (const std::string& key : waiting_.gone(*seen, start)) {
            // Its reply may have come since.
            if (!spool_.has_reply(key)) {
                lose(key, "");
            }
        }
    }

    static std::vector<std::string> stuck_in(const std::map<Slot, Queue::Seen>& seen) {
        std::vector<std::string> jobs;
        for (const auto& [slot, entry] : seen) {
            if (entry.state == Queue::State::stuck) {
                jobs.push_back(entry.job);
            }
        }
        return jobs;
    }

    void lose(const std::string& key, const std::string& why) {
        if (const auto given_up = waiting_.lose(key)) {
            const std::string ending = why.empty() ? queue_.ending_of(given_up->job) : why;
            give_up(key, {ErrorKind::transient,
                          fmt::format("slurm: {} jobs ended without a reply, the last one {} ({}); see {}, and whether "
                                      "the nodes see this folder",
                                      kMostLosses, given_up->job, ending, spool_.log(given_up->slot).string())});
        }
    }

    /// Nothing more is done for it; asked for again it begins anew.
    void give_up(const std::string& key, const Error& error) {
        if (const auto slot = waiting_.take_slot(key)) {
            spool_.drop(key, *slot);
        }
        waiting_.finish(key, std::unexpected(error));
    }

    /// The controller does not answer. Jobs run on without it, so that is no matter while replies come.
    void note_silence(const Error& error) {
        if (!silent_) {
            setup_.say(fmt::format("{}; jobs that run go on, and Slurm is asked again", error.message));
            silent_ = true;
        }
        if (Clock::now() - last_word_ > kMostSilence) {
            waiting_.finish_all(error);
        }
    }

    const Setup& setup_;
    Spool& spool_;
    const Queue& queue_;
    Waiting& waiting_;
    const std::size_t largest_array_;
    std::vector<std::string> holding_; ///< jobs that keep a device from others
    Clock::duration backoff_ = kFirstBackoff;
    Clock::time_point next_submission_ = Clock::now(), next_look_ = Clock::now(), last_word_ = Clock::now();
    bool silent_ = false;
};

class SlurmExecutor final : public Executor {
public:
    SlurmExecutor(Setup setup, Spool spool, Queue queue, int largest_array, std::map<std::string, Slot> left_over)
        : setup_(std::move(setup)), spool_(std::move(spool)), queue_(std::move(queue)),
          waiting_(std::move(left_over), setup_.width),
          clerk_(setup_, spool_, queue_, waiting_, static_cast<std::size_t>(largest_array)),
          thread_([this](const std::stop_token& stop) { clerk_.work(stop); }) {}

    std::size_t width() const override { return setup_.width; }

    Result<std::vector<std::string>> keys(const Task& task, const LoadedCandidate& loaded,
                                          const EvaluateOptions& options) override {
        std::vector<std::string> all = {request_key(task, loaded, options)};
        for (const std::string& device : setup_.devices) {
            all.push_back(evaluation_key(on_device(setup_.key, device), task, loaded, options));
        }
        return all;
    }

    Result<Judgement> judge(const Task& task, const LoadedCandidate& loaded, const EvaluateOptions& options,
                            const std::function<bool()>& wanted) override {
        const std::string key = request_key(task, loaded, options);
        const auto bytes = [&] {
            Request request{.key = key,
                            .place = setup_.key,
                            .task_hash = task.hash,
                            .where = setup_.where,
                            .loaded = loaded,
                            .options = options};
            request.where.task_folder = std::filesystem::absolute(task.folder);
            return to_bytes(request);
        };
        return waiting_.wait(key, bytes, [&]() -> Result<void> {
            if (wanted && !wanted()) {
                return fail(ErrorKind::transient, "stopped before '{}' was judged", task.id);
            }
            return {};
        });
    }

    void stored(const std::vector<std::string>& keys) override {
        if (const auto slot = waiting_.take_slot(keys.front())) {
            spool_.drop(keys.front(), *slot);
            std::error_code ignored;
            std::filesystem::remove(spool_.log(*slot), ignored);
        }
    }

private:
    /// Of a request to the one device, or to those that a file names: whichever they are when its job begins.
    std::string request_key(const Task& task, const LoadedCandidate& loaded, const EvaluateOptions& options) const {
        const std::string which = setup_.where.map.empty() ? setup_.where.device : setup_.where.map.string();
        return evaluation_key(on_device(setup_.key, which), task, loaded, options);
    }

    const Setup setup_;
    Spool spool_;
    const Queue queue_;
    Waiting waiting_;
    Clerk clerk_;
    std::jthread thread_; ///< last: it begins when all is there, and ends first
};

} // namespace

Result<std::unique_ptr<Executor>> make_executor(Setup setup) {
    MKB_CHECK(setup.width > 0 && !setup.program.empty() && !setup.devices.empty());
    MKB_TRY(spool, Spool::open(setup.spool));
    Queue queue(spool, setup.options, setup.program);
    MKB_TRY(largest, queue.check());
    MKB_TRY(left_over, spool.requests());
    return std::make_unique<SlurmExecutor>(std::move(setup), std::move(spool), std::move(queue), largest,
                                           std::move(left_over));
}

} // namespace mkb::slurm
