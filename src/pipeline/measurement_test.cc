#include "pipeline/measurement.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

TEST(QuietFlag, IsOfADeviceThatOthersKeptBusyBeforeOrMeanwhile) {
    EXPECT_FALSE(quiet_flag(0.09, 0.09));
    EXPECT_FALSE(quiet_flag(0, -1));
    EXPECT_EQ(quiet_flag(0.1, 0), "the device was not quiet: 10 % busy when timing began");
    EXPECT_EQ(quiet_flag(0.5, 0.3), "the device was not quiet: 50 % busy when timing began");
    EXPECT_EQ(quiet_flag(0.02, 0.3), "the device was not quiet: other programs kept it 30 % busy while it was timed");
}

TEST(RooflineFlag, IsOfATimeThatNoMemoryAllows) {
    EXPECT_FALSE(roofline_flag(10, 15));
    EXPECT_EQ(roofline_flag(10, 15.1).value_or("").find(kBelowRoofline), 0U);
}

} // namespace
} // namespace mkb
