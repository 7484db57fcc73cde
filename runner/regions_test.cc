#include "regions.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace mkb::runner {
namespace {

/// Tensor 0 is the source, tensor 1 the destination.
std::vector<Place> two_places(std::int64_t source, std::int64_t destination) {
    return {{.name = "input 0", .elements = source}, {.name = "output 0", .elements = destination}};
}

Region region(Walk source, Walk destination, std::int64_t a, std::int64_t b, std::int64_t c) {
    return {.origin = 0, .source = source, .destination = destination, .size = {a, b, c}};
}

std::string fault_of(const std::vector<Region>& regions, std::int64_t source, std::int64_t destination,
                     bool zero_fill = false) {
    return check_regions(regions, 1, two_places(source, destination), zero_fill).value_or("");
}

/// Rows x columns, transposed.
Region transposed(std::int64_t rows, std::int64_t columns) {
    return region({0, {0, 1, columns}}, {0, {0, rows, 1}}, 1, columns, rows);
}

TEST(Regions, OneThatCopiesEverythingIsRight) {
    EXPECT_EQ(fault_of({region({0, {1, 1, 1}}, {0, {1, 1, 1}}, 1, 1, 24)}, 24, 24), "");
}

TEST(Regions, ATransposedMatrixIsRight) {
    EXPECT_EQ(fault_of({transposed(7, 5)}, 35, 35), "");
}

TEST(Regions, SourcesMayBeWalkedBackwards) {
    EXPECT_EQ(fault_of({region({9, {0, 0, -1}}, {0, {0, 0, 1}}, 1, 1, 10)}, 10, 10), "");
    EXPECT_EQ(fault_of({region({8, {0, 0, -1}}, {0, {0, 0, 1}}, 1, 1, 10)}, 10, 10),
              "output 0: region 0 reads elements -1 to 8 of input 0, which has 10");
}

TEST(Regions, SourcesMayBeReadMoreThanOnce) {
    EXPECT_EQ(fault_of({region({0, {0, 0, 1}}, {0, {0, 4, 1}}, 1, 3, 4)}, 4, 12), "");
}

TEST(Regions, DestinationsWalkedBackwardsAreRefused) {
    EXPECT_NE(fault_of({region({0, {0, 0, 1}}, {9, {0, 0, -1}}, 1, 1, 10)}, 10, 10).find("backwards"),
              std::string::npos);
}

TEST(Regions, OneElementTooFarIsNamed) {
    EXPECT_EQ(fault_of({region({0, {0, 0, 1}}, {0, {0, 0, 1}}, 1, 1, 25)}, 25, 24),
              "output 0: region 0 writes elements 0 to 24 of output 0, which has 24");
    EXPECT_EQ(fault_of({region({1, {0, 0, 1}}, {0, {0, 0, 1}}, 1, 1, 24)}, 24, 24),
              "output 0: region 0 reads elements 1 to 24 of input 0, which has 24");
}

TEST(Regions, SpansAreNotThirtyTwoBitsWide) {
    // 65536 * 65536 elements apart: zero in 32 bits.
    EXPECT_NE(fault_of({region({0, {0, 0, 65536}}, {0, {0, 0, 1}}, 1, 1, 65537)}, 65537, 65537).find("reads"),
              std::string::npos);
    constexpr std::int64_t kMost = 0x7fffffff;
    EXPECT_NE(fault_of({region({0, {kMost, kMost, kMost}}, {0, {1, 1, 1}}, kMost, kMost, kMost)}, 8, 8), "");
    EXPECT_NE(fault_of({region({0, {1, 1, 1}}, {0, {-kMost, -kMost, -kMost}}, kMost, kMost, kMost)}, 8, 8), "");
}

TEST(Regions, TwoThatOverlapAreBothNamed) {
    const auto half = [](std::int64_t at) { return region({0, {0, 0, 1}}, {at, {0, 0, 1}}, 1, 1, 12); };
    EXPECT_EQ(fault_of({half(0), half(12)}, 12, 24), "");
    EXPECT_EQ(fault_of({half(0), half(11)}, 12, 24), "output 0: regions 0 and 1 overlap: both write element 11");
}

TEST(Regions, OneThatOverlapsItselfIsNamed) {
    // Rows of 4, 3 apart.
    EXPECT_EQ(fault_of({region({0, {0, 4, 1}}, {0, {0, 3, 1}}, 1, 3, 4)}, 12, 12),
              "output 0: region 0 overlaps itself: it writes element 3 more than once");
    EXPECT_NE(fault_of({region({0, {0, 0, 1}}, {0, {0, 0, 0}}, 1, 1, 4)}, 4, 1).find("overlaps itself"),
              std::string::npos);
}

TEST(Regions, StridedOnesThatInterleaveAreRight) {
    const auto every_third = [](std::int64_t at) { return region({0, {0, 0, 1}}, {at, {0, 0, 3}}, 1, 1, 5); };
    EXPECT_EQ(fault_of({every_third(0), every_third(1), every_third(2)}, 5, 15), "");
    EXPECT_EQ(fault_of({every_third(0), every_third(1), every_third(1)}, 5, 15),
              "output 0: regions 1 and 2 overlap: both write element 1");
}

TEST(Regions, AHoleIsNamedUnlessZerosMayStandThere) {
    const std::vector<Region> inner = {region({0, {0, 4, 1}}, {6, {0, 5, 1}}, 1, 2, 4)};
    EXPECT_NE(fault_of(inner, 8, 20).find("no region writes element 0 of its 20"), std::string::npos);
    EXPECT_EQ(fault_of(inner, 8, 20, true), "");
    EXPECT_TRUE(leaves_zeros(inner, 20));
    EXPECT_FALSE(leaves_zeros(std::vector{transposed(7, 5)}, 35));
}

TEST(Regions, AHoleAndAnOverlapOfTheSameSizeDoNotCancel) {
    // The framework only counts: 8 written elements of 8, so it would fill nothing with zeros.
    const auto four = [](std::int64_t at) { return region({0, {0, 0, 1}}, {at, {0, 0, 1}}, 1, 1, 4); };
    EXPECT_EQ(fault_of({four(0), four(3)}, 4, 8, true), "output 0: regions 0 and 1 overlap: both write element 3");
}

TEST(Regions, EmptyOnesSayNothing) {
    EXPECT_EQ(fault_of({region({900, {0, 0, 1}}, {900, {0, 0, 1}}, 0, 1, 4), transposed(2, 2)}, 4, 4), "");
    EXPECT_NE(fault_of({region({0, {0, 0, 1}}, {0, {0, 0, 1}}, 1, -1, 4)}, 4, 4).find("has the size -1"),
              std::string::npos);
}

TEST(Regions, AForeignOriginIsRefused) {
    Region foreign = transposed(2, 2);
    foreign.origin = 2;
    EXPECT_NE(fault_of({foreign}, 4, 4).find("none of the operator's"), std::string::npos);
    foreign.origin = -1;
    EXPECT_NE(fault_of({foreign}, 4, 4).find("none of the operator's"), std::string::npos);
}

TEST(Regions, ADestinationThatNoMemoryHoldsIsRefusedWithoutLookingAtIt) {
    EXPECT_NE(fault_of({transposed(2, 2)}, 4, std::int64_t{1} << 40).find("more than the framework can address"),
              std::string::npos);
}

/// Every region list over a small destination, against a plain count of writes.
TEST(Regions, AgreeWithCountingEveryWrite) {
    constexpr std::int64_t kElements = 6;
    std::uint32_t state = 1;
    const auto draw = [&](std::int64_t below) {
        state = state * 1664525U + 1013904223U;
        return static_cast<std::int64_t>(state >> 8) % below;
    };
    int right = 0;
    for (int round = 0; round < 200000; ++round) {
        std::vector<Region> regions;
        std::vector<int> writes(kElements);
        bool inside = true;
        for (std::int64_t count = 1 + draw(3); count > 0; --count) {
            Region one =
                region({0, {0, 0, 0}}, {draw(4), {draw(5), draw(4), draw(4)}}, 1 + draw(2), 1 + draw(3), 1 + draw(4));
            regions.push_back(one);
            for (std::int64_t z = 0; z < one.size[0]; ++z) {
                for (std::int64_t y = 0; y < one.size[1]; ++y) {
                    for (std::int64_t x = 0; x < one.size[2]; ++x) {
                        const std::int64_t at = one.destination.offset + z * one.destination.stride[0] +
                                                y * one.destination.stride[1] + x * one.destination.stride[2];
                        inside = inside && at < kElements;
                        if (at < kElements) {
                            ++writes[static_cast<std::size_t>(at)];
                        }
                    }
                }
            }
        }
        const bool once = std::ranges::all_of(writes, [](int count) { return count == 1; });
        const bool never_twice = std::ranges::all_of(writes, [](int count) { return count <= 1; });
        EXPECT_EQ(fault_of(regions, 1, kElements).empty(), inside && once) << "round " << round;
        EXPECT_EQ(fault_of(regions, 1, kElements, true).empty(), inside && never_twice) << "round " << round;
        right += inside && once ? 1 : 0;
    }
    EXPECT_GT(right, 200);
}

} // namespace
} // namespace mkb::runner
