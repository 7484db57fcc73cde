#include "executor/slurm/waiting.h"

#include "executor/executor.h"

#include <algorithm>

namespace mkb::slurm {

namespace {

constexpr std::chrono::milliseconds kTick{100};         ///< of the clerk's work
constexpr std::chrono::milliseconds kStoppedAgain{500}; ///< between two questions to `stopped`

} // namespace

Result<Judgement> Waiting::wait(const std::string& key, const std::function<std::string()>& bytes,
                                const std::function<Result<void>()>& stopped) {
    std::unique_lock lock(mutex_);
    freed_.wait(lock, [&] { return ones_.size() < most_ && !ones_.contains(key); });
    MKB_DO(stopped());
    One& mine = ones_[key];
    mine.bytes = bytes;
    mine.submitted = mine.inherited = slots_.contains(key);
    asked_.notify_one();
    while (!mine.arrived.wait_for(lock, kStoppedAgain, [&] { return mine.result.has_value(); })) {
        if (auto go_on = stopped(); !go_on) {
            mine.result = std::unexpected(go_on.error());
        }
    }
    Result<Judgement> result = std::move(*mine.result);
    ones_.erase(key);
    freed_.notify_all();
    return result;
}

std::optional<Slot> Waiting::take_slot(const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto node = slots_.extract(key);
    return node ? std::optional(node.mapped()) : std::nullopt;
}

void Waiting::wait_for_work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    asked_.wait(lock, stop, [&] { return !ones_.empty(); });
    asked_.wait_for(lock, stop, kTick, [] { return false; });
}

Waiting::One* Waiting::open_one(const std::string& key) {
    const auto found = ones_.find(key);
    return found == ones_.end() || found->second.result ? nullptr : &found->second;
}

bool Waiting::is_open(const std::string& key) {
    const std::lock_guard lock(mutex_);
    return open_one(key) != nullptr;
}

void Waiting::finish(const std::string& key, Result<Judgement> result) {
    const std::lock_guard lock(mutex_);
    if (One* one = open_one(key)) {
        one->result = std::move(result);
        one->arrived.notify_one();
    }
}

void Waiting::finish_all(const Error& error) {
    const std::lock_guard lock(mutex_);
    for (auto& [key, one] : ones_) {
        if (!one.result) {
            one.result = std::unexpected(error);
            one.arrived.notify_one();
        }
    }
}

std::vector<Outgoing> Waiting::to_submit(std::size_t most) {
    std::vector<Outgoing> array;
    const std::lock_guard lock(mutex_);
    for (auto& [key, one] : ones_) {
        if (!one.submitted && !one.result && array.size() < most) {
            const auto slot = slots_.find(key);
            array.push_back({.key = key,
                             .bytes = one.bytes(),
                             .from = slot == slots_.end() ? std::nullopt : std::optional(slot->second)});
        }
    }
    return array;
}

void Waiting::lies_in(const std::string& key, const Slot& slot) {
    const std::lock_guard lock(mutex_);
    slots_[key] = slot;
}

void Waiting::was_submitted(const std::string& key, const std::string& job) {
    const std::lock_guard lock(mutex_);
    if (One* one = open_one(key)) {
        one->submitted = true;
        one->since = Clock::now();
        one->missed = 0;
        one->job = job;
    }
}

bool Waiting::elsewhere_after_trouble(const std::string& key) {
    const std::lock_guard lock(mutex_);
    One* one = open_one(key);
    if (one == nullptr || ++one->troubles >= kMostPlacesForOne) {
        return false;
    }
    one->submitted = false;
    return true;
}

std::vector<std::string> Waiting::gone(const std::map<Slot, Queue::Seen>& seen, Clock::time_point start) {
    std::vector<std::string> keys;
    const std::lock_guard lock(mutex_);
    for (auto& [key, one] : ones_) {
        if (!one.submitted || one.result || one.since >= start) {
            continue;
        }
        const auto entry = seen.find(slots_.at(key));
        if (entry == seen.end()) {
            ++one.missed;
        } else {
            one.job = entry->second.job;
            one.inherited = false;
            one.missed = entry->second.state == Queue::State::stuck ? kMissedLooks : 0;
        }
        if (one.missed >= kMissedLooks) {
            keys.push_back(key);
        }
    }
    return keys;
}

std::optional<GivenUp> Waiting::lose(const std::string& key) {
    const std::lock_guard lock(mutex_);
    One* one = open_one(key);
    if (one == nullptr) {
        return std::nullopt;
    }
    one->losses += one->inherited ? 0 : 1;
    one->inherited = false;
    one->submitted = false;
    if (one->losses < kMostLosses) {
        return std::nullopt;
    }
    return GivenUp{.job = one->job, .slot = slots_.at(key)};
}

} // namespace mkb::slurm
