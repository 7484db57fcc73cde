#include "executor/executor.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace mkb {

namespace {

class ThreadsExecutor final : public Executor {
public:
    using OnLeft = std::function<void(const std::string&, const std::string&)>;
    ThreadsExecutor(std::vector<Place> places, OnLeft on_left) : on_left_(std::move(on_left)) {
        MKB_CHECK(!places.empty());
        for (Place& place : places) {
            seats_.push_back({.place = std::move(place)});
        }
    }

    std::size_t width() const override { return seats_.size(); }
    std::size_t askers() const override { return seats_.size() > 1 ? 2 * seats_.size() : 1; }

    Result<std::vector<std::string>> keys(const Task& task, const LoadedCandidate& loaded,
                                          const EvaluateOptions& options) override {
        std::vector<std::string> all;
        for (Seat& seat : seats_) {
            const std::lock_guard asking(key_mutex_);
            MKB_TRY(key, seat.place.key(task, loaded, options));
            all.push_back(std::move(key));
        }
        return all;
    }

    Result<Judgement> judge(const Task& task, const LoadedCandidate& loaded, const EvaluateOptions& options,
                            const std::function<bool()>& wanted) override {
        std::vector<Seat*> tried;
        while (true) {
            Seat& seat = take(tried);
            Result<Judgement> judgement = fail(ErrorKind::transient, "stopped before '{}' was judged", task.id);
            if (!wanted || wanted()) {
                judgement = seat.place.judge(task, loaded, options);
            }
            give_back(seat, judgement);
            if (judgement || !of_the_device(seat, judgement.error())) {
                return judgement;
            }
            tried.push_back(&seat);
            if (tried.size() >= kMostPlacesForOne || !another(tried)) {
                return judgement;
            }
        }
    }

private:
    struct Seat {
        Place place;
        bool busy = false, left = false;
        int trouble = 0; ///< in a row
    };

    /// Errors say first whose they are.
    static bool of_the_device(const Seat& seat, const Error& error) {
        return error.kind != ErrorKind::bad_input && error.message.starts_with("device " + seat.place.name + ":");
    }

    bool another(const std::vector<Seat*>& tried) {
        const std::lock_guard lock(mutex_);
        return std::ranges::any_of(
            seats_, [&](Seat& seat) { return !seat.left && std::ranges::find(tried, &seat) == tried.end(); });
    }

    /// A free one that was not tried; where all of those have left, any free one.
    Seat& take(const std::vector<Seat*>& tried) {
        std::unique_lock lock(mutex_);
        Seat* found = nullptr;
        freed_.wait(lock, [&] {
            const bool choice = std::ranges::any_of(
                seats_, [&](Seat& seat) { return !seat.left && std::ranges::find(tried, &seat) == tried.end(); });
            for (Seat& seat : seats_) {
                const bool fresh = !choice || std::ranges::find(tried, &seat) == tried.end();
                if (found == nullptr && !seat.busy && !seat.left && fresh) {
                    found = &seat;
                }
            }
            return found != nullptr;
        });
        found->busy = true;
        return *found;
    }

    void give_back(Seat& seat, const Result<Judgement>& judgement) {
        std::string why;
        if (judgement) {
            seat.trouble = 0;
        } else if (of_the_device(seat, judgement.error())) {
            ++seat.trouble;
            const auto answers = seat.place.check();
            if (!answers) {
                why = answers.error().message;
            } else if (seat.trouble >= kMostTroubleInARow) {
                why = judgement.error().message;
            }
        }
        {
            const std::lock_guard lock(mutex_);
            seat.busy = false;
            const auto here = std::ranges::count_if(seats_, [](const Seat& each) { return !each.left; });
            seat.left = !why.empty() && here > 1;
            why = seat.left ? why : "";
        }
        freed_.notify_all();
        if (!why.empty()) {
            on_left_(seat.place.name, why);
        }
    }

    std::vector<Seat> seats_;
    OnLeft on_left_;
    std::mutex mutex_, key_mutex_;
    std::condition_variable freed_;
};

} // namespace

Place place_of(Judge& judge) {
    return {.name = judge.device().name(),
            .key = [&judge](const Task& task, const LoadedCandidate& loaded,
                            const EvaluateOptions& options) { return evaluation_key(judge, task, loaded, options); },
            .judge = [&judge](const Task& task, const LoadedCandidate& loaded,
                              const EvaluateOptions& options) { return evaluate(judge, task, loaded, options); },
            .check = [&judge]() -> Result<void> {
                MKB_DO(judge.device().quiet());
                return {};
            }};
}

std::unique_ptr<Executor>
make_threads_executor(std::vector<Place> places,
                      std::function<void(const std::string& name, const std::string& why)> on_left) {
    return std::make_unique<ThreadsExecutor>(std::move(places), std::move(on_left));
}

} // namespace mkb
