#include "verify/verify.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>

namespace mkb {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInf = std::numeric_limits<float>::infinity();

using Shape = std::vector<std::int64_t>;

Task task_with(const Shape& shape, OnnxType type = OnnxType::float32) {
    Task task;
    task.id = "unary/Abs/test";
    task.outputs = {{"y", type, shape}};
    return task;
}

TensorValue floats(const Shape& shape, const std::vector<float>& values) {
    TensorValue value{ElementType::float32, shape, std::vector<std::byte>(values.size() * 4)};
    std::ranges::copy(values, value.floats().begin());
    return value;
}

TensorValue ints(const Shape& shape, const std::vector<std::int32_t>& values) {
    TensorValue value{ElementType::int32, shape, std::vector<std::byte>(values.size() * 4)};
    std::ranges::copy(values, value.ints().begin());
    return value;
}

std::optional<Wrong> compare(const std::vector<float>& got, const std::vector<float>& reference,
                             std::optional<double> elementwise = {}) {
    const Shape shape = {static_cast<std::int64_t>(reference.size())};
    Task task = task_with(shape);
    task.tolerance.elementwise = elementwise;
    return compare_outputs(task, "r", {floats(shape, got)}, {floats(shape, reference)});
}

TEST(Verify, EqualOutputsAreRight) {
    EXPECT_FALSE(compare({1, -2, 0, kNan, kInf, -kInf}, {1, -2, -0.0F, kNan, kInf, -kInf}));
}

TEST(Verify, ErrorIsMeasuredAgainstTheMaximumOfTheOutput) {
    EXPECT_FALSE(compare({100, 1.009F}, {100, 1})); // 0.009 of 100: within 1e-4 of the maximum
    const auto wrong = compare({100, 1.011F}, {100, 1});
    ASSERT_TRUE(wrong);
    EXPECT_EQ(wrong->output, "y");
    EXPECT_EQ(wrong->regime, "r");
    EXPECT_NEAR(wrong->error, 1.1e-4, 1e-7);
    EXPECT_EQ(wrong->limit, 1e-4);
    EXPECT_EQ(wrong->worst->index, (Shape{1}));
    EXPECT_FLOAT_EQ(static_cast<float>(wrong->worst->got), 1.011F);
    EXPECT_EQ(wrong->worst->reference, 1);
    EXPECT_EQ(wrong->mismatched_share, 0.5);
}

TEST(Verify, InfinityInTheReferenceDoesNotWidenTheLimit) {
    EXPECT_TRUE(compare({kInf, 1.1F}, {kInf, 1}));
    EXPECT_FALSE(compare({kInf, 1}, {kInf, 1}));
}

TEST(Verify, NanAndInfinityMustStandWhereTheReferenceHasThem) {
    for (const auto& [got, reference] : std::vector<std::pair<float, float>>{
             {kNan, 1}, {1, kNan}, {kInf, 1}, {1, kInf}, {-kInf, kInf}, {kNan, kInf}, {kInf, kNan}}) {
        const auto wrong = compare({2, got, 3}, {2, reference, 3});
        ASSERT_TRUE(wrong) << got << " for " << reference;
        EXPECT_EQ(wrong->error, std::numeric_limits<double>::infinity());
        EXPECT_EQ(wrong->worst->index, (Shape{1}));
        EXPECT_NEAR(wrong->mismatched_share, 1.0 / 3, 1e-15);
    }
}

TEST(Verify, AnOverflowingDifferenceIsWrong) {
    const float most = std::numeric_limits<float>::max();
    EXPECT_TRUE(compare({most, 0}, {-most, 0}));
}

TEST(Verify, ZeroReferencesHaveAFloor) {
    EXPECT_FALSE(compare({0, 0}, {0, 0}));
    EXPECT_FALSE(compare({1e-36F, 0}, {0, 0}));
    EXPECT_TRUE(compare({1e-33F, 0}, {0, 0}));
}

TEST(Verify, ElementwiseRuleSeesWhatTheMaximumHides) {
    EXPECT_FALSE(compare({1e6F, 1.5F}, {1e6F, 1}));
    const auto wrong = compare({1e6F, 1.5F}, {1e6F, 1}, 1e-3);
    ASSERT_TRUE(wrong);
    EXPECT_EQ(wrong->limit, 1e-3);
    EXPECT_EQ(wrong->worst->index, (Shape{1}));
    EXPECT_NE(wrong->report.find("may differ by 0.001 of its own reference"), std::string::npos) << wrong->report;
    EXPECT_FALSE(compare({1e6F, 1.0005F, kNan, kInf}, {1e6F, 1, kNan, kInf}, 1e-3));
}

TEST(Verify, IntegersMustBeEqual) {
    const Task task = task_with({3}, OnnxType::int64);
    EXPECT_FALSE(compare_outputs(task, "r", {ints({3}, {1, 2, 3})}, {ints({3}, {1, 2, 3})}));
    const auto wrong = compare_outputs(task, "r", {ints({3}, {1, 2, 4})}, {ints({3}, {1, 2, 3})});
    ASSERT_TRUE(wrong);
    EXPECT_EQ(wrong->error, std::numeric_limits<double>::infinity());
    EXPECT_EQ(wrong->worst->got, 4);
    EXPECT_NE(wrong->report.find("y[2] is 4, must be 3"), std::string::npos) << wrong->report;
}

TEST(Verify, LargeIntegersAreReportedInFull) {
    const Task task = task_with({2}, OnnxType::int32);
    const auto wrong = compare_outputs(task, "r", {ints({2}, {7, 2147483647})}, {ints({2}, {7, 2147483646})});
    ASSERT_TRUE(wrong);
    EXPECT_NE(wrong->report.find("y[1] is 2147483647, must be 2147483646"), std::string::npos) << wrong->report;
}

TEST(Verify, CountTypeShapeAndSizeComeFirst) {
    const Task task = task_with({2, 2});
    const std::vector<TensorValue> reference = {floats({2, 2}, {1, 2, 3, 4})};
    const auto report = [&](const std::vector<TensorValue>& got) {
        const auto wrong = compare_outputs(task, "r", got, reference);
        EXPECT_TRUE(wrong);
        EXPECT_FALSE(wrong->worst);
        return wrong->report;
    };
    EXPECT_EQ(report({}), "in regime 'r' there are 0 outputs, must be 1");
    EXPECT_EQ(report({ints({2, 2}, {1, 2, 3, 4})}),
              "output 'y' in regime 'r' has elements of type int32, must be float32");
    EXPECT_EQ(report({floats({4}, {1, 2, 3, 4})}), "output 'y' in regime 'r' has shape [4], must be [2, 2]");
    EXPECT_EQ(report({floats({2, 2}, {1, 2, 3})}), "output 'y' in regime 'r' has 12 bytes, must be 16");
}

TEST(Verify, EveryOutputWithValuesGetsAnError) {
    Task task = task_with({2});
    task.outputs.push_back({"indices", OnnxType::int64, {2}});
    task.outputs.push_back({"z", OnnxType::float32, {2}});
    const std::vector<TensorValue> reference = {floats({2}, {1, 2}), ints({2}, {0, 1}), floats({2}, {4, 4})};
    std::vector<RegimeError> errors;
    EXPECT_FALSE(compare_outputs(task, "r", reference, reference, &errors));
    ASSERT_EQ(errors.size(), 3U);
    errors.clear();
    const auto wrong =
        compare_outputs(task, "r", {floats({2}, {1, 3}), ints({1}, {0}), floats({2}, {4, 5})}, reference, &errors);
    ASSERT_TRUE(wrong);
    EXPECT_EQ(wrong->output, "indices"); // a wrong shape comes before wrong values
    ASSERT_EQ(errors.size(), 2U);
    EXPECT_EQ(errors[0].error, 0.5);
    EXPECT_EQ(errors[1].output, "z");
    EXPECT_EQ(errors[1].error, 0.25);
}

TEST(Verify, ReportSaysWhereTheMismatchesLie) {
    const Shape shape = {1, 8, 3, 5};
    std::vector<float> reference(120, 2);
    std::vector<float> got = reference;
    for (std::size_t c : {3U, 7U}) {
        for (std::size_t i = 0; i < 15; ++i) {
            got[c * 15 + i] = 0;
        }
    }
    const auto wrong = compare_outputs(task_with(shape), "ties", {floats(shape, got)}, {floats(shape, reference)});
    ASSERT_TRUE(wrong);
    EXPECT_EQ(wrong->report, "output 'y' [1, 8, 3, 5] in regime 'ties': off by 1 of the reference's maximum, 0.0001 is "
                             "allowed\n"
                             "30 of 120 elements (25 %) are wrong\n"
                             "all of them lie in [0, 3…7, 0…2, 0…4]\n"
                             "all of them have index[1] % 4 == 3\n"
                             "the output is 0 at every one of them\n"
                             "worst: y[0, 3, 0, 0] is 0, must be 2\n"
                             "  y[0, 3, 0, 1] is 0, must be 2\n"
                             "  y[0, 3, 0, 2] is 0, must be 2");
}

TEST(Verify, ScalarOutputsHaveAnEmptyIndex) {
    const auto wrong = compare_outputs(task_with({}), "r", {floats({}, {2})}, {floats({}, {1})});
    ASSERT_TRUE(wrong);
    EXPECT_EQ(wrong->worst->index, Shape{});
}

TEST(Verify, TheFastPassAgreesWithAPlainOne) {
    std::mt19937_64 random(5);
    const auto pick = [&](float like) {
        switch (random() % 12) {
        case 0:
            return kNan;
        case 1:
            return kInf;
        case 2:
            return -kInf;
        case 3:
            return 0.0F;
        default:
            return like * (1 + static_cast<float>(random() % 100) * 2e-6F);
        }
    };
    for (int trial = 0; trial < 3000; ++trial) {
        std::vector<float> reference;
        std::vector<float> got;
        for (std::size_t i = 0; i < 1 + random() % 40; ++i) {
            reference.push_back(pick(static_cast<float>(random() % 100)));
            got.push_back(random() % 8 == 0 ? pick(reference.back()) : reference.back());
        }
        double scale = 1e-30;
        for (const float r : reference) {
            scale = std::isfinite(r) ? std::max(scale, static_cast<double>(std::abs(r))) : scale;
        }
        std::size_t expected = 0;
        for (std::size_t i = 0; i < got.size(); ++i) {
            const bool special = !std::isfinite(got[i]) || !std::isfinite(reference[i]);
            const bool same = got[i] == reference[i] || (std::isnan(got[i]) && std::isnan(reference[i]));
            const double difference = std::abs(static_cast<double>(got[i]) - static_cast<double>(reference[i]));
            expected += !same && (special || difference > 1e-4 * scale) ? 1U : 0U;
        }
        const auto wrong = compare(got, reference);
        const double share = static_cast<double>(expected) / static_cast<double>(got.size());
        ASSERT_EQ(wrong ? wrong->mismatched_share : 0, share) << trial;
    }
}

} // namespace
} // namespace mkb
