#include "llm/retry.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

using std::chrono::milliseconds;

std::unexpected<TryFailure> away(bool may_retry, std::optional<milliseconds> asked = {}) {
    return std::unexpected(
        TryFailure{.may_retry = may_retry, .asked = asked, .error = {ErrorKind::transient, "service away"}});
}

const RetryPolicy kQuick{.retries = 3, .first_delay = milliseconds(0), .longest_delay = milliseconds(0)};

TEST(Retry, TheDelayDoublesUpToTheLongestAndChanceTakesAtMostHalf) {
    const RetryPolicy policy;
    std::int64_t least = 0;
    for (int number = 0; number < policy.retries; ++number) {
        const auto longest = retry_delay(policy, number, {}, 0);
        const auto shortest = retry_delay(policy, number, {}, 1);
        EXPECT_EQ(longest->count(), std::min<std::int64_t>(1000LL << number, 60'000));
        EXPECT_EQ(shortest->count(), longest->count() / 2);
        least += shortest->count();
    }
    EXPECT_GT(least, 60'000) << "a network that is gone for a minute must not end a call";
    EXPECT_EQ(*retry_delay(policy, 1'000'000, {}, 0), policy.longest_delay);
}

TEST(Retry, WhatTheServiceAsksForIsNeverUndercut) {
    const RetryPolicy policy;
    EXPECT_EQ(*retry_delay(policy, 0, milliseconds(7'000), 1), milliseconds(7'000));
    EXPECT_EQ(*retry_delay(policy, 5, milliseconds(10), 0), milliseconds(32'000));
    EXPECT_FALSE(retry_delay(policy, 0, milliseconds(3'600'000), 0));
}

TEST(Retry, RetryAfterIsSecondsOrADate) {
    const auto now = std::chrono::system_clock::from_time_t(784'111'777); // 06 Nov 1994 08:49:37 GMT
    EXPECT_EQ(*parse_retry_after("120", now), milliseconds(120'000));
    EXPECT_EQ(*parse_retry_after("0.5", now), milliseconds(500));
    EXPECT_EQ(*parse_retry_after("Sun, 06 Nov 1994 08:50:07 GMT", now), milliseconds(30'000));
    EXPECT_EQ(*parse_retry_after("Sun, 06 Nov 1994 08:00:00 GMT", now), milliseconds(0));
    for (const char* none : {"", "soon", "-3"}) {
        EXPECT_FALSE(parse_retry_after(none, now)) << none;
    }
    EXPECT_TRUE(parse_retry_after("1e300", now));
}

TEST(Retry, SuccessTellsHowManyTriesAndWhatFailed) {
    const StopFlag stop{false};
    int calls = 0;
    const auto answer = with_retries(kQuick, stop, [&]() -> std::expected<LlmAnswer, TryFailure> {
        if (++calls < 3) {
            return away(true);
        }
        return LlmAnswer{.text = "here"};
    });
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->tries, 3);
    EXPECT_EQ(answer->troubles, (std::vector<std::string>{"service away", "service away"}));
}

TEST(Retry, GivesUpWhereARetryCannotHelpAndAfterTheLast) {
    const StopFlag stop{false};
    int calls = 0;
    const auto ask = [&](std::unexpected<TryFailure> failure) {
        calls = 0;
        return with_retries(kQuick, stop, [&]() -> std::expected<LlmAnswer, TryFailure> {
            ++calls;
            return failure;
        });
    };
    EXPECT_FALSE(ask(away(false)));
    EXPECT_EQ(calls, 1);
    EXPECT_FALSE(ask(away(true)));
    EXPECT_EQ(calls, 1 + kQuick.retries);
    const auto later = ask(away(true, milliseconds(3'600'000)));
    EXPECT_EQ(calls, 1);
    EXPECT_NE(later.error().message.find("3600 s"), std::string::npos) << later.error().message;
}

TEST(Retry, StopEndsTheWaitingForARetry) {
    const StopFlag stop{true};
    const RetryPolicy patient{.first_delay = milliseconds(3'600'000), .longest_delay = milliseconds(3'600'000)};
    const auto answer =
        with_retries(patient, stop, []() -> std::expected<LlmAnswer, TryFailure> { return away(true); });
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().kind, ErrorKind::transient);
}

} // namespace
} // namespace mkb
