#include "base/progress.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

using std::chrono::milliseconds;

TEST(Progress, ALineSaysHowFarAndHowLongStill) {
    EXPECT_EQ(progress_line("build MNN", 30, 120, "CPUPool.cpp", milliseconds(10'000)),
              "build MNN  30/120  CPUPool.cpp  about 30 s left");
    EXPECT_EQ(progress_line("build MNN", 1, 100, "", milliseconds(10'000)), "build MNN  1/100  about 17 min left");
}

TEST(Progress, WithoutTotalOrAtItsEndALineSaysHowLongItHasTaken) {
    EXPECT_EQ(progress_line("fetch", 0, 0, "", milliseconds(2'500)), "fetch  3 s");
    EXPECT_EQ(progress_line("fetch", 7, 0, "", milliseconds(2'500)), "fetch  7  3 s");
    EXPECT_EQ(progress_line("judge", 0, 9, "", milliseconds(3'000)), "judge  0/9  3 s");
    EXPECT_EQ(progress_line("judge", 9, 9, "", milliseconds(3'000)), "judge  9/9  3 s");
}

TEST(Progress, ALongNoteIsCut) {
    const std::string note(1000, 'n');
    EXPECT_EQ(progress_line("x", 0, 0, note, milliseconds(0)).size(), 80U);
    EXPECT_EQ(progress_line("x", 1, 2, note, milliseconds(1'000), 40), "x  1/2  nnnnnnnnnnnnnnnn  about 1 s left");
    EXPECT_EQ(progress_line("x", 1, 2, note, milliseconds(1'000), 10), "x  1/2  about 1 s left");
}

TEST(Progress, WhatIsQuickShowsNothing) {
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    {
        Progress progress("quick", 10);
        for (std::uint64_t i = 0; i <= 10; ++i) {
            progress.advance_to(i, "note");
        }
    }
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

TEST(Progress, ColourIsNotWantedWhereTheUserSaidSo) {
    setenv("NO_COLOR", "1", 1);
    EXPECT_FALSE(colour_wanted());
    unsetenv("NO_COLOR");
}

} // namespace
} // namespace mkb
