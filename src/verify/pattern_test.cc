#include "verify/pattern.h"

#include "verify/verify.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

namespace mkb {
namespace {

using Shape = std::vector<std::int64_t>;

TensorValue floats(const Shape& shape, const std::vector<float>& values) {
    TensorValue value{ElementType::float32, shape, std::vector<std::byte>(values.size() * 4)};
    std::ranges::copy(values, value.floats().begin());
    return value;
}

/// Different values everywhere, from a fixed seed.
std::vector<float> reference_of(const Shape& shape) {
    std::size_t elements = 1;
    for (const std::int64_t extent : shape) {
        elements *= static_cast<std::size_t>(extent);
    }
    std::mt19937 random(7);
    std::uniform_real_distribution<float> draw(1, 2);
    std::vector<float> values(elements);
    std::ranges::generate(values, [&] { return draw(random); });
    return values;
}

std::string pattern_of(const Shape& shape, const std::vector<float>& got, const std::vector<Shape>& inputs = {}) {
    Task task;
    task.id = "unary/Abs/test";
    task.outputs = {{"y", OnnxType::float32, shape}};
    for (const Shape& input : inputs) {
        task.inputs.push_back({"x", OnnxType::float32, input});
    }
    const auto wrong = compare_outputs(task, "r", {floats(shape, got)}, {floats(shape, reference_of(shape))});
    EXPECT_TRUE(wrong.has_value());
    return wrong ? wrong->pattern : "right";
}

TEST(Pattern, ValuesThatOverflowAreOutOfRange) {
    auto got = reference_of({4, 64});
    got[3] = std::numeric_limits<float>::infinity();
    got[77] = std::nanf("");
    EXPECT_EQ(pattern_of({4, 64}, got), "range");
    got[78] = 0;
    EXPECT_NE(pattern_of({4, 64}, got), "range");
}

TEST(Pattern, ALaneOfAPackedLayoutIsSeen) {
    const Shape shape = {1, 16, 20, 20};
    auto got = reference_of(shape);
    for (std::size_t i = 0; i < got.size(); ++i) {
        got[i] += (i / 400) % 4 == 3 ? 1 : 0;
    }
    EXPECT_EQ(pattern_of(shape, got), "lanes");
}

TEST(Pattern, WrongEdgesAreABorder) {
    const Shape shape = {1, 2, 20, 20};
    auto got = reference_of(shape);
    for (std::size_t i = 0; i < got.size(); ++i) {
        const std::size_t row = i / 20 % 20;
        const std::size_t column = i % 20;
        got[i] += row == 0 || row == 19 || column == 0 || column == 19 ? 1 : 0;
    }
    EXPECT_EQ(pattern_of(shape, got), "border");
    got[10 * 20 + 10] = 0;
    EXPECT_EQ(pattern_of(shape, got), "");
}

TEST(Pattern, TheLastFewElementsAreABorder) {
    auto got = reference_of({1003});
    for (std::size_t i = 1000; i < 1003; ++i) {
        got[i] = 0;
    }
    EXPECT_EQ(pattern_of({1003}, got), "border");
}

TEST(Pattern, TheSameValuesElsewhereArePermuted) {
    const auto reference = reference_of({16, 16});
    std::vector<float> got(256);
    for (std::size_t i = 0; i < 256; ++i) {
        got[i] = reference[i % 16 * 16 + i / 16];
    }
    EXPECT_EQ(pattern_of({16, 16}, got), "permuted");
    got[5] = 9;
    EXPECT_EQ(pattern_of({16, 16}, got), "");
}

TEST(Pattern, WhereOnlyTheFirstPlaceIsRightAnOperandWasNotRepeated) {
    const Shape shape = {10, 10};
    auto got = reference_of(shape);
    for (std::size_t i = 10; i < 100; ++i) {
        got[i] += 1;
    }
    EXPECT_EQ(pattern_of(shape, got, {{10, 10}, {10}}), "broadcast");
    EXPECT_EQ(pattern_of(shape, got, {{10, 10}, {10, 10}}), "");
    got[0] = 0;
    EXPECT_EQ(pattern_of(shape, got, {{10, 10}, {10}}), "");
}

TEST(Pattern, WrongTypesAndShapesAreNamed) {
    Task task;
    task.outputs = {{"y", OnnxType::float32, {2}}};
    const auto reference = floats({2}, {1, 2});
    auto wrong = compare_outputs(task, "r", {floats({1, 2}, {1, 2})}, {reference});
    EXPECT_EQ(wrong->pattern, "shape");
    TensorValue whole{ElementType::int32, {2}, std::vector<std::byte>(8)};
    wrong = compare_outputs(task, "r", {whole}, {reference});
    EXPECT_EQ(wrong->pattern, "type");
}

} // namespace
} // namespace mkb
