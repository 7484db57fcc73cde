#pragma once
// When to ask again, and how long to wait before.
#include "llm/llm.h"

#include <chrono>
#include <expected>
#include <functional>
#include <optional>
#include <string_view>

namespace mkb {

/// The defaults stand an absence of over a minute: the waits are at least half of 1, 2, 4, … 60 s.
struct RetryPolicy {
    int retries = 8;
    std::chrono::milliseconds first_delay{1'000};
    std::chrono::milliseconds longest_delay{60'000};
    std::chrono::milliseconds longest_asked{600'000}; ///< a service that wants a longer wait is not waited for
};

/// Before retry `number` (from 0): doubled each time up to the longest, of which `chance` (0…1) takes away up to half,
/// so that many callers do not come back at once. A service's own wish (`asked`) is never undercut; nothing when it is
/// longer than the policy allows.
std::optional<std::chrono::milliseconds> retry_delay(const RetryPolicy& policy, int number,
                                                     std::optional<std::chrono::milliseconds> asked, double chance);

/// Retry-After: seconds, or a date (RFC 9110, 10.2.3), from `now` on; never negative. Nothing when it is neither.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                           std::chrono::system_clock::time_point now);

/// Waits, but not once `stop` is set. False when stopped.
bool wait_unless(std::chrono::milliseconds time, const StopFlag& stop);

/// What a try came to, when it did not succeed.
struct TryFailure {
    bool may_retry = false;
    std::optional<std::chrono::milliseconds> asked;
    Error error;
};

/// Tries until it succeeds, a retry cannot help, or the policy is exhausted. The answer's `tries` and `troubles` are
/// filled in here.
Result<LlmAnswer> with_retries(const RetryPolicy& policy, const StopFlag& stop,
                               const std::function<std::expected<LlmAnswer, TryFailure>()>& try_once);

} // namespace mkb
