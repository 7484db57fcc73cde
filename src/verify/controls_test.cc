#include "verify/controls.h"

#include "verify/verify.h"

#include <bit>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <set>

namespace mkb {
namespace {

using nlohmann::json;
using Shape = std::vector<std::int64_t>;

TensorValue floats(const Shape& shape, const std::vector<float>& values) {
    TensorValue value{ElementType::float32, shape, std::vector<std::byte>(values.size() * 4)};
    std::ranges::copy(values, value.floats().begin());
    return value;
}

std::vector<float> after(const Change& change, const Shape& shape, const std::vector<float>& values) {
    TensorValue value = floats(shape, values);
    if (!change(value)) {
        return {};
    }
    return {value.floats().begin(), value.floats().end()};
}

using Floats = std::vector<float>;

TEST(Controls, ChangesDoWhatTheirNamesSay) {
    const Floats six = {0, 1, 2, 3, 4, 5};
    EXPECT_EQ(after(fill_with(1), {2}, {4, 5}), (Floats{1, 1}));
    EXPECT_EQ(after(scale_by(-2), {2}, {4, 5}), (Floats{-8, -10}));
    EXPECT_EQ(after(last_from_before(), {2, 3}, six), (Floats{0, 1, 2, 3, 4, 4}));
    EXPECT_EQ(after(last_from_before(), {6}, {0, 1, 2, 3, 3, 3}), (Floats{0, 1, 2, 2, 3, 3}));
    EXPECT_EQ(after(last_from_before(), {1}, {3}), Floats{});
    EXPECT_EQ(after(rolled(1, 1), {2, 3}, six), (Floats{2, 0, 1, 5, 3, 4}));
    EXPECT_EQ(after(rolled(-1, -1), {2, 3}, six), (Floats{1, 2, 0, 4, 5, 3}));
    EXPECT_EQ(after(rolled(0, 7), {2, 3}, six), (Floats{3, 4, 5, 0, 1, 2}));
    EXPECT_EQ(after(rolled(2, 1), {2, 3}, six), Floats{});
    EXPECT_EQ(after(reversed(1), {2, 3}, six), (Floats{2, 1, 0, 5, 4, 3}));
    EXPECT_EQ(after(reversed(0), {1, 6}, six), Floats{});
    EXPECT_EQ(after(transposed_hw(), {2, 2, 2}, {0, 1, 2, 3, 4, 5, 6, 7}), (Floats{0, 2, 1, 3, 4, 6, 5, 7}));
    EXPECT_EQ(after(transposed_hw(), {2, 3}, six), Floats{});
    EXPECT_EQ(after(last_slice_from_before(1), {2, 3}, six), (Floats{0, 1, 1, 3, 4, 4}));
    EXPECT_EQ(after(last_slice_from_before(0), {2, 3}, six), (Floats{0, 1, 2, 0, 1, 2}));
    EXPECT_EQ(after(shuffled(0, 2), {6, 1}, six), (Floats{0, 3, 1, 4, 2, 5}));
    EXPECT_EQ(after(shuffled(0, 3), {6, 1}, six), (Floats{0, 2, 4, 1, 3, 5}));
    EXPECT_EQ(after(shuffled(0, 4), {6, 1}, six), Floats{});
    EXPECT_EQ(after(shuffled(0, 6), {6, 1}, six), Floats{});
    EXPECT_EQ(after(laid_out({1, 0}), {2, 3}, six), (Floats{0, 3, 1, 4, 2, 5}));
    EXPECT_EQ(after(laid_out({0, 2, 1}), {1, 2, 3}, six), (Floats{0, 3, 1, 4, 2, 5}));
    EXPECT_EQ(after(laid_out({2, 0, 1}), {1, 2, 3}, six), (Floats{0, 3, 1, 4, 2, 5}));
    EXPECT_EQ(after(laid_out({0, 0}), {2, 3}, six), Floats{});
    EXPECT_EQ(after(laid_out({0, 1, 2}), {2, 3}, six), Floats{});
    EXPECT_EQ(after(absolute(), {2}, {-4, 5}), (Floats{4, 5}));
    EXPECT_EQ(after(tail_zeroed(1, 2), {2, 3}, six), (Floats{0, 0, 0, 3, 0, 0}));
    EXPECT_EQ(after(tail_zeroed(0, 1), {2, 3}, six), (Floats{0, 1, 2, 0, 0, 0}));
    EXPECT_EQ(after(tail_zeroed(1, 4), {2, 3}, six), Floats{});
    EXPECT_TRUE(std::isnan(after(fill_with_nan(), {1}, {3})[0]));
}

TEST(Controls, IntegersGetSensibleValues) {
    TensorValue ints{ElementType::int32, {2}, std::vector<std::byte>(8)};
    ints.ints()[0] = 2'000'000'000;
    EXPECT_TRUE(scale_by(2)(ints));
    EXPECT_EQ(ints.ints()[0], std::numeric_limits<std::int32_t>::max());
    EXPECT_TRUE(fill_with_nan()(ints));
    EXPECT_EQ(ints.ints()[1], -1);
    EXPECT_FALSE(rounded_to_half()(ints));
}

TEST(Controls, PouringRepeatsCropsAndConverts) {
    const TensorValue source = floats({3}, {1.5F, -2, std::numeric_limits<float>::quiet_NaN()});
    const TensorValue longer = poured_into(floats({2, 2}, {0, 0, 0, 0}), source);
    EXPECT_EQ(longer.shape, (Shape{2, 2}));
    EXPECT_EQ(longer.floats()[3], 1.5F);
    const TensorValue ints = poured_into({ElementType::int32, {3}, std::vector<std::byte>(12)}, source);
    EXPECT_EQ(std::vector<std::int32_t>(ints.ints().begin(), ints.ints().end()), (std::vector<std::int32_t>{1, -2, 0}));
}

TEST(Controls, HalfRoundsToNearestEvenAsTheCompilersDoes) {
    for (std::uint64_t i = 0; i < (1U << 16); ++i) {
        const auto bits = static_cast<std::uint32_t>(i * 65537U + i % 3U);
        const float x = std::bit_cast<float>(bits);
        if (!std::isnan(x)) {
            ASSERT_EQ(round_to_half(x), static_cast<float>(static_cast<_Float16>(x))) << x;
        }
    }
    EXPECT_EQ(round_to_half(65519.9F), 65504.0F);
    EXPECT_EQ(round_to_half(-65520.0F), -std::numeric_limits<float>::infinity());
    EXPECT_EQ(round_to_half(1.00048828125F), 1.0F);
    EXPECT_TRUE(std::signbit(round_to_half(-1e-10F)));
}

class ControlsOfTasks : public testing::Test {
protected:
    static std::vector<Task> tasks() {
        auto tasks = load_tasks(std::filesystem::path(MKB_SOURCE_DIR) / "tasks");
        EXPECT_TRUE(tasks) << tasks.error().message;
        return tasks ? std::move(*tasks) : std::vector<Task>{};
    }
    /// The outputs of one control, or why there are none.
    static Result<std::vector<TensorValue>> apply(const Task& task, const char* kind, json arguments) {
        MKB_TRY(models, load_models(task, std::nullopt));
        MKB_TRY(oracle, Oracle::load(task, models.onnx));
        const auto inputs = make_inputs(task, 0, {1, 2}, Phase::verification, 0);
        MKB_TRY(reference, oracle.run(inputs));
        return apply_control({kind, std::move(arguments)}, {task, models.onnx, oracle, inputs, reference, reference});
    }
};

/// All tasks, in minutes: selftest_deterministic.
TEST_F(ControlsOfTasks, ControlsOfEveryKindAreRejectedInEveryCategory) {
    std::set<std::string> seen;
    for (const Task& task : tasks()) {
        bool brings_something = seen.insert("category " + task.category).second;
        for (const NegativeControl& control : task.negative_controls) {
            brings_something = seen.insert(control.kind).second || brings_something;
        }
        if (!brings_something) {
            continue;
        }
        const auto results = check_controls(task, {1, 2});
        ASSERT_TRUE(results) << results.error().message;
        EXPECT_EQ(results->size(), task.negative_controls.size());
        for (const ControlResult& result : *results) {
            EXPECT_TRUE(result.rejected) << task.id << ": " << result.control.kind << result.control.arguments;
            EXPECT_FALSE(result.by_regime.empty());
        }
    }
}

TEST_F(ControlsOfTasks, AControlThatChangesNothingIsNotRejected) {
    Task task = tasks().at(0);
    task.negative_controls = {{"scale", {{"factor", 1}}}, {"zeros", json::object()}};
    const auto results = check_controls(task, {1, 2});
    ASSERT_TRUE(results) << results.error().message;
    EXPECT_FALSE((*results)[0].rejected);
    EXPECT_EQ((*results)[0].by_regime, "");
    EXPECT_TRUE((*results)[1].rejected);
}

TEST_F(ControlsOfTasks, UnknownKindsAndArgumentsAreNamed) {
    const auto all = tasks();
    const auto found = std::ranges::find(all, "Softmax", &Task::operator_name);
    ASSERT_NE(found, all.end());
    const Task& task = *found;
    const auto why = [&](const char* kind, const json& arguments) {
        const auto result = apply(task, kind, arguments);
        return result ? "" : result.error().message;
    };
    const std::string front = "task " + task.id + ": negative control ";
    const std::string back = "; correct it in task.json";
    EXPECT_EQ(why("zero", json::object()), front + R"({"kind":"zero"}: unknown kind)" + back);
    EXPECT_EQ(why("scale", json::object()), front + R"({"kind":"scale"}: factor must be a number)" + back);
    EXPECT_EQ(why("zeros", {{"x", 1}}),
              front + R"({"kind":"zeros","x":1}: it has arguments that its kind does not take)" + back);
    EXPECT_NE(why("copy_input", {{"input", 7}}).find("input must be a whole number from 0 to 0"), std::string::npos);
    EXPECT_NE(why("shift", {{"axis", 9}, {"by", 1}}).find("it fits none of the task's outputs"), std::string::npos);
    EXPECT_NE(why("swap_inputs", json::object()).find("does not fit the task's inputs"), std::string::npos);
    EXPECT_NE(why("parameter_trivial", {{"parameter", "w"}, {"value", 0}}).find("no such parameter"),
              std::string::npos);
    EXPECT_NE(why("attribute", {{"model", "../x.onnx"}, {"name", "axis"}, {"value", 0}}).find("in the task's folder"),
              std::string::npos);
    EXPECT_NE(why("attribute", {{"model", "missing.onnx"}, {"name", "axis"}, {"value", 0}}), "");
    EXPECT_EQ(why("zero_input", {{"input", 0}}), "");
    EXPECT_EQ(why("zero_tail", {{"input", 0}, {"axis", 2}, {"count", 3}}), "");
    EXPECT_EQ(why("roll_input", {{"input", 0}, {"axis", 2}, {"by", 1}}), "");
    EXPECT_NE(why("zero_tail", {{"input", 0}, {"axis", 3}, {"count", 1}}).find("does not fit the task's inputs"),
              std::string::npos);
    EXPECT_NE(why("roll_input", {{"input", 0}, {"axis", 2}}).find("by must be a whole number"), std::string::npos);
    EXPECT_NE(why("layout", {{"order", "hw"}}).find("order must be an array of whole numbers"), std::string::npos);
    EXPECT_NE(why("operator", {{"model", "missing.onnx"}, {"name", "Relu"}}), "");
    EXPECT_NE(why("operator", {{"model", "x.onnx"}}).find("name must be a text"), std::string::npos);
    EXPECT_EQ(why("half_precision", json::object()), "");
}

} // namespace
} // namespace mkb
