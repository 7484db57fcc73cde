#include "device/keeper/cores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mkb::keeper {
namespace {

using testing::ElementsAre;

const std::vector<double> kPhone = {250, 250, 250, 250, 800, 800, 0, 1024}; // one of the eight is switched off

TEST(Cores, AreChosenByKind) {
    EXPECT_THAT(choose_cores("little", kPhone).value(), ElementsAre(0, 1, 2, 3));
    EXPECT_THAT(choose_cores("big", kPhone).value(), ElementsAre(4, 5, 7));
    EXPECT_THAT(choose_cores("big", {1, 1}).value(), ElementsAre(0, 1));
    EXPECT_THAT(choose_cores("little", {1, 1}).value(), ElementsAre(0, 1));
}

TEST(Cores, AreChosenByNumber) {
    EXPECT_THAT(choose_cores("0-2,7", kPhone).value(), ElementsAre(0, 1, 2, 7));
    EXPECT_THAT(choose_cores("5", kPhone).value(), ElementsAre(5));
}

TEST(Cores, ThatAreNotThereOrNotUnderstoodAreRefused) {
    for (const char* text : {"", ",", "6", "8", "0-8", "3-1", "1-", "-1", "a", "0x1", "1,", "1;2", "big,0", " 1",
                             "99999999999999999999"}) {
        EXPECT_FALSE(choose_cores(text, kPhone)) << text;
    }
    EXPECT_FALSE(choose_cores("big", {}));
}

TEST(Cores, OfThisMachineHaveAStrength) {
    const auto strengths = core_strengths();
    ASSERT_FALSE(strengths.empty());
    EXPECT_GT(*std::ranges::max_element(strengths), 0);
}

} // namespace
} // namespace mkb::keeper
