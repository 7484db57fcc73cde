#include "base/result.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

Result<int> parse_digit(char c) {
    if (c < '0' || c > '9') {
        return fail(ErrorKind::bad_input, "'{}' is no digit", c);
    }
    return c - '0';
}

Result<int> sum_digits(std::string_view text) {
    int sum = 0;
    for (const char c : text) {
        MKB_TRY(digit, parse_digit(c));
        sum += digit;
    }
    return sum;
}

Result<void> check_digits(std::string_view text) {
    MKB_DO(sum_digits(text));
    return {};
}

TEST(Result, TryHandsTheValueOnOrReturnsTheError) {
    EXPECT_EQ(sum_digits("123").value(), 6);
    const auto failed = sum_digits("1x3");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, ErrorKind::bad_input);
    EXPECT_EQ(failed.error().message, "'x' is no digit");
    EXPECT_TRUE(check_digits("9"));
    EXPECT_FALSE(check_digits("-"));
}

TEST(Result, AnErrorPassedOnKeepsItsKindAndSaysWhatWasBeingDone) {
    const std::unexpected<Error> passed = fail_in("while reading x", Error{ErrorKind::transient, "gone"});
    EXPECT_EQ(passed.error().kind, ErrorKind::transient);
    EXPECT_EQ(passed.error().message, "while reading x: gone");
}

TEST(ResultDeathTest, ABrokenInvariantAbortsInEveryBuildAndNamesItself) {
    testing::FLAGS_gtest_death_test_style = "threadsafe";
    EXPECT_EXIT(MKB_CHECK(1 + 1 == 3), testing::KilledBySignal(SIGABRT), "result_test.cc:[0-9]+: 1 \\+ 1 == 3");
}

} // namespace
} // namespace mkb
