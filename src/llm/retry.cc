#include "llm/retry.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <curl/curl.h>
#include <random>
#include <thread>

namespace mkb {

using std::chrono::milliseconds;

std::optional<milliseconds> retry_delay(const RetryPolicy& policy, int number, std::optional<milliseconds> asked,
                                        double chance) {
    if (asked && *asked > policy.longest_asked) {
        return std::nullopt;
    }
    const double first = static_cast<double>(policy.first_delay.count());
    const double longest = static_cast<double>(policy.longest_delay.count());
    const double whole = std::min(longest, std::ldexp(first, std::min(number, 40)));
    const milliseconds ours(static_cast<std::int64_t>(whole * (1 - chance / 2)));
    return asked ? std::max(ours, *asked) : ours;
}

std::optional<milliseconds> parse_retry_after(std::string_view value, std::chrono::system_clock::time_point now) {
    constexpr double kLongestSeconds = 1e9;
    double seconds = 0;
    const auto [end, trouble] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (trouble == std::errc() && end == value.data() + value.size()) {
        return seconds >= 0
                   ? std::optional(milliseconds(static_cast<std::int64_t>(std::min(seconds, kLongestSeconds) * 1000)))
                   : std::nullopt;
    }
    const std::time_t date = curl_getdate(std::string(value).c_str(), nullptr);
    if (value.empty() || date == -1) {
        return std::nullopt;
    }
    const auto wait = std::chrono::system_clock::from_time_t(date) - now;
    return std::max(milliseconds(0), std::chrono::duration_cast<milliseconds>(wait));
}

bool wait_unless(milliseconds time, const StopFlag& stop) {
    constexpr milliseconds kSlice{50};
    const auto end = std::chrono::steady_clock::now() + time;
    while (!stop.load()) {
        const auto left = std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
        if (left <= milliseconds(0)) {
            return true;
        }
        std::this_thread::sleep_for(std::min(left, kSlice));
    }
    return false;
}

Result<LlmAnswer> with_retries(const RetryPolicy& policy, const StopFlag& stop,
                               const std::function<std::expected<LlmAnswer, TryFailure>()>& try_once) {
    thread_local std::minstd_rand random(std::random_device{}());
    std::vector<std::string> troubles;
    for (int number = 0;; ++number) {
        auto answer = try_once();
        if (answer) {
            answer->tries = number + 1;
            answer->troubles = std::move(troubles);
            return std::move(*answer);
        }
        const TryFailure& failure = answer.error();
        troubles.push_back(failure.error.message);
        const auto delay =
            retry_delay(policy, number, failure.asked, std::uniform_real_distribution<double>(0, 1)(random));
        if (!failure.may_retry) {
            return std::unexpected(failure.error);
        }
        if (!delay) {
            return fail(failure.error.kind, "{}; it asks to wait {} s, longer than a run waits: go on later",
                        failure.error.message, failure.asked->count() / 1000);
        }
        if (number == policy.retries) {
            return fail(failure.error.kind, "{} (tried {} times)", failure.error.message, number + 1);
        }
        if (!wait_unless(*delay, stop)) {
            return fail(ErrorKind::transient, "stopped while waiting to ask again: {}", failure.error.message);
        }
    }
}

} // namespace mkb
