#include "loops.h"

#include <gtest/gtest.h>
#include <limits>

namespace mkb::runner {
namespace {

using Kind = LoopCommand::Kind;

/// 0: a, 4 matrices of 3x5; 1: b, 4 of 5x2; 2: the products, 4 of 3x2; 3: an index of 4 numbers.
const std::vector<Place> kPlaces = {{.name = "input 0", .elements = 60},
                                    {.name = "input 1", .elements = 40},
                                    {.name = "output 0", .elements = 24},
                                    {.name = "extra 0", .elements = 4}};

LoopView view(int tensor, std::int64_t step, Walk walk = {}) {
    return {.tensor = tensor, .index = -1, .step = step, .walk = walk};
}

Loop products(std::int64_t iterations = 4) {
    return {.iterations = iterations,
            .each = {{.kind = Kind::product,
                      .operation = "MatMul",
                      .size = {3, 5, 2},
                      .views = {view(2, 6), view(0, 15), view(1, 10)}}}};
}

Loop elementwise(Kind kind, std::vector<LoopView> views, std::int64_t length = 6) {
    return {.iterations = 4, .each = {{.kind = kind, .size = {1, 1, length}, .views = std::move(views)}}};
}

std::string fault_of(const Loop& loop) {
    return check_loop(loop, kPlaces).value_or("");
}

TEST(Loops, ProductsThatFitAreRight) {
    EXPECT_EQ(fault_of(products()), "");
}

TEST(Loops, OneIterationTooManyIsNamed) {
    EXPECT_EQ(fault_of(products(5)), "command 0 (MatMul) writes elements 0 to 29 of output 0, which has 24");
}

TEST(Loops, ProductsWalkTheirOperandsDenselyWhateverTheStridesSay) {
    Loop loop = products();
    loop.each[0].views[1].walk.stride[0] = 1000;
    EXPECT_EQ(fault_of(loop), "");
    loop.each[0].size[1] = 6;
    EXPECT_EQ(fault_of(loop), "command 0 (MatMul) reads elements 0 to 62 of input 0, which has 60");
}

TEST(Loops, ABiasIsAsLongAsThereAreColumns) {
    Loop loop = products();
    loop.each[0].views.push_back(view(3, 0));
    EXPECT_EQ(fault_of(loop), "");
    loop.each[0].views[3].walk.offset = 3;
    EXPECT_EQ(fault_of(loop), "command 0 (MatMul) reads elements 3 to 4 of extra 0, which has 4");
}

TEST(Loops, StepsBackwardsAreFollowed) {
    Loop loop = products();
    loop.each[0].views[1] = view(0, -15, {45, {1, 1, 1}});
    EXPECT_EQ(fault_of(loop), "");
    loop.each[0].views[1].walk.offset = 44;
    EXPECT_EQ(fault_of(loop), "command 0 (MatMul) reads elements -1 to 58 of input 0, which has 60");
}

TEST(Loops, ALoopThatNeverRunsTouchesNothing) {
    EXPECT_EQ(fault_of(products(0)), "");
    EXPECT_NE(fault_of(elementwise(Kind::copy, {view(2, 6), view(0, 2000)})), "");
}

TEST(Loops, ElementwiseOperatorsWriteTheirLastDimensionDensely) {
    const Walk gaps{0, {1, 1, 2}};
    EXPECT_EQ(fault_of(elementwise(Kind::unary, {view(2, 6), view(0, 6)})), "");
    EXPECT_NE(fault_of(elementwise(Kind::unary, {view(2, 0, gaps), view(0, 6)})).find("stride other than 1"),
              std::string::npos);
    EXPECT_EQ(fault_of(elementwise(Kind::copy, {view(2, 0, gaps), view(0, 6)})), "");
}

TEST(Loops, ResultsThatAreAddedUpMayHaveGaps) {
    Loop loop = elementwise(Kind::unary, {view(2, 0, {0, {1, 1, 4}}), view(0, 6)});
    loop.each[0].accumulates = true;
    EXPECT_EQ(fault_of(loop), "");
}

TEST(Loops, OperandsOfABinaryOperatorMayBeBroadcastOneAtATime) {
    const Walk one{0, {1, 1, 0}};
    EXPECT_EQ(fault_of(elementwise(Kind::binary, {view(2, 6), view(0, 6), view(3, 1, one)})), "");
    // Both at once: the framework then reads the first one densely.
    EXPECT_NE(fault_of(elementwise(Kind::binary, {view(2, 6), view(3, 1, one), view(3, 1, one)})), "");
    EXPECT_NE(fault_of(elementwise(Kind::binary, {view(2, 6), view(0, 6, {5, {1, 1, -1}}), view(0, 6)}))
                  .find("reads backwards"),
              std::string::npos);
}

TEST(Loops, TwoViewsOfOnePlaceOnTheStackStartTogether) {
    Loop loop = elementwise(Kind::binary, {view(2, 6), view(0, 6), view(0, 6)});
    loop.each[0].views[1].place = loop.each[0].views[2].place = 0;
    EXPECT_EQ(fault_of(loop), "");
    loop.each[0].views[1].walk.offset = 6;
    EXPECT_NE(fault_of(loop).find("has views 1 and 2 of one tensor with different starts"), std::string::npos);
    loop.each[0].views[2].place = 1;
    EXPECT_EQ(fault_of(loop), "");
}

TEST(Loops, ViewsOnNoTensorAreRefused) {
    EXPECT_NE(fault_of(elementwise(Kind::copy, {view(2, 6), view(4, 6)})).find("none of the loop's"),
              std::string::npos);
    EXPECT_NE(fault_of(elementwise(Kind::copy, {view(2, 6), view(-1, 6)})).find("none of the loop's"),
              std::string::npos);
    EXPECT_NE(fault_of(elementwise(Kind::copy, {view(2, 6)})).find("too few"), std::string::npos);
}

TEST(Loops, ATensorOfAnImpossibleSizeIsRefused) {
    std::vector<Place> places = kPlaces;
    for (const std::int64_t elements : {std::numeric_limits<std::int64_t>::min(), kMostElements + 1}) {
        places[2].elements = elements;
        const Loop zeros{.iterations = 1, .each = {{.kind = Kind::fill_zeros, .views = {view(2, 0)}}}};
        EXPECT_EQ(check_loop(zeros, places).value_or(""), "command 0 works on output 0, which has " +
                                                              std::to_string(elements) +
                                                              " elements, more than the framework can address");
        places[2].elements = 24;
        places[3].elements = elements;
        Loop gathers = products();
        gathers.each[0].views[1].index = 3;
        EXPECT_NE(check_loop(gathers, places).value_or("").find("works on extra 0"), std::string::npos);
        places[3].elements = 4;
    }
}

TEST(Loops, FirstCommandsStartAtTheBeginningOfTheirTensors) {
    Loop loop = products();
    loop.first = {{.kind = Kind::copy, .size = {1, 1, 24}, .views = {view(2, 0), view(0, 0, {900, {1, 1, 1}})}},
                  {.kind = Kind::fill_zeros, .views = {view(2, 0)}}};
    EXPECT_EQ(fault_of(loop), "");
    loop.first[0].size[2] = 25;
    EXPECT_EQ(fault_of(loop), "first command 0 writes elements 0 to 24 of output 0, which has 24");
}

/// Rows of 6 of input 0, chosen by extra 0, one after the other into output 0: what Gather is made of.
Loop gather(bool skips_outside) {
    Loop loop = elementwise(Kind::copy, {view(2, 6), view(0, 6)});
    loop.each[0].views[1].index = 3;
    loop.skips_outside = skips_outside;
    return loop;
}

std::string fault_of_indices(const Loop& loop, const std::vector<std::int32_t>& index) {
    return check_indices(loop, kPlaces, [&](int) { return std::span<const std::int32_t>(index); }).value_or("");
}

TEST(Loops, AnIndexIsCheckedWhenItHasContents) {
    EXPECT_TRUE(has_indices(gather(false)));
    EXPECT_FALSE(has_indices(products()));
    EXPECT_EQ(fault_of(gather(false)), "");
    EXPECT_EQ(fault_of_indices(gather(false), {9, 0, 3, 9}), "");
    EXPECT_EQ(fault_of_indices(gather(false), {9, 0, 10, 9}),
              "command 0 in iteration 2 reads elements 60 to 65 of input 0, which has 60");
    EXPECT_EQ(fault_of_indices(gather(false), {0, 0, 0, -1}),
              "command 0 in iteration 3 reads elements -6 to -1 of input 0, which has 60");
}

TEST(Loops, APlainCopySkipsStartsOutsideButNotEnds) {
    Loop loop = gather(true);
    EXPECT_EQ(fault_of_indices(loop, {9, 10, -1, 0}), "");
    loop.each[0].views[1].step = 1;
    EXPECT_EQ(fault_of_indices(loop, {0, 54, 60, 0}), "");
    EXPECT_EQ(fault_of_indices(loop, {0, 55, 60, 0}),
              "command 0 in iteration 1 reads elements 55 to 60 of input 0, which has 60");
}

TEST(Loops, AnIndexThatIsTooShortOrAViewThatFitsNowhereIsFoundBeforeAnythingRuns) {
    Loop loop = gather(false);
    loop.iterations = 5;
    loop.each[0].views[0].step = 0;
    EXPECT_EQ(fault_of(loop), "command 0 asks extra 0 for 5 numbers, which has 4");
    loop = gather(false);
    loop.each[0].views[1].walk.stride[2] = 100;
    EXPECT_EQ(fault_of(loop), "command 0 spans 501 elements of input 0, which has 60");
}

} // namespace
} // namespace mkb::runner
