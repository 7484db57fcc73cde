#include "score/strata.h"

#include <gmock/gmock.h>

namespace mkb {
namespace {

using testing::ElementsAre;

TEST(Strata, TheMiddleOfEachHalfOfEachCategory) {
    std::vector<Member> members;
    for (int i = 7; i >= 0; --i) {
        members.push_back({.name = "u" + std::to_string(i), .category = "unary", .size = 10.0 * i});
        members.push_back({.name = "a" + std::to_string(i), .category = "activation", .size = 100.0 - i});
    }
    EXPECT_THAT(stratified(members, 2), ElementsAre("a5", "a1", "u2", "u6"));
    EXPECT_THAT(stratified(members, 1), ElementsAre("a3", "u4"));
}

TEST(Strata, ASmallCategoryIsTakenWhole) {
    const std::vector<Member> members = {{.name = "b", .category = "x", .size = 1},
                                         {.name = "a", .category = "x", .size = 1},
                                         {.name = "c", .category = "y"}};
    EXPECT_THAT(stratified(members, 3), ElementsAre("a", "b", "c"));
    EXPECT_TRUE(stratified(members, 0).empty());
    EXPECT_TRUE(stratified({}, 2).empty());
}

TEST(Strata, TheOrderInWhichTheyComeIsOfNoMatter) {
    std::vector<Member> members;
    for (int i = 0; i < 30; ++i) {
        members.push_back(
            {.name = std::to_string(i), .category = i % 3 == 0 ? "p" : "q", .size = static_cast<double>(i * 7 % 11)});
    }
    const auto chosen = stratified(members, 2);
    std::ranges::reverse(members);
    EXPECT_EQ(stratified(members, 2), chosen);
    EXPECT_EQ(chosen.size(), 4U);
}

} // namespace
} // namespace mkb
