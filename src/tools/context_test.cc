#include "tools/context.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

using Cut = ReadingPart::Cut;

/// A framework of four files.
Reading small_reading() {
    Reading reading;
    reading.lifecycle = {{.root = {}, .file = "core/Base.hpp", .cut = Cut::outline, .names = {"Base"}, .why = "base"}};
    reading.examples = {
        {.of = "Big", .files = {{.root = {}, .file = "cpu/Big.cpp", .cut = Cut::whole, .names = {}, .why = "big"}}},
        {.of = "Small",
         .files = {{.root = {}, .file = "cpu/Small.cpp", .cut = Cut::whole, .names = {}, .why = "small"}}}};
    reading.headers = {{.root = {}, .file = "core/Tensor.hpp", .cut = Cut::outline, .names = {"Tensor"}, .why = "data"},
                       {.root = {}, .file = "core/Gone.hpp", .cut = Cut::outline, .names = {}, .why = "not there"}};
    return reading;
}

ReadingTexts small_texts() {
    return {{"core/Base.hpp", "class Base {\npublic:\n    virtual int onExecute() = 0;\n};\n"},
            {"core/Tensor.hpp", "class Tensor {\npublic:\n    float* host() { return data; }\n};\n"},
            {"cpu/Big.cpp", "int big() {\n    return " + std::string(600, '1') + ";\n}\n"},
            {"cpu/Small.cpp", "int small() { return 1; }\n"}};
}

std::vector<std::string> files_of(const ShownContext& context) {
    std::vector<std::string> files;
    for (const Excerpt& excerpt : context.excerpts) {
        files.push_back(excerpt.file);
    }
    return files;
}

TEST(Context, EverythingIsShownWhereItFits) {
    const auto context = cut_context(small_reading(), small_texts(), 1000);
    ASSERT_TRUE(context.has_value());
    EXPECT_EQ(files_of(*context), (std::vector<std::string>{"core/Base.hpp", "cpu/Big.cpp", "core/Tensor.hpp"}));
    EXPECT_TRUE(context->left_out.empty());
    EXPECT_NE(to_text(*context).find("// Worked example, cpu/Big.cpp: big\nint big() {"), std::string::npos);
    EXPECT_EQ(to_json(*context)["tokens"], context->tokens);
}

TEST(Context, TheExampleTakesAtMostHalfOfWhatIsLeft) {
    const auto context = cut_context(small_reading(), small_texts(), 100);
    ASSERT_TRUE(context.has_value());
    EXPECT_EQ(files_of(*context), (std::vector<std::string>{"core/Base.hpp", "cpu/Small.cpp", "core/Tensor.hpp"}));
    EXPECT_LE(context->tokens, 100U);
}

TEST(Context, WhatDoesNotFitIsNamed) {
    const auto context = cut_context(small_reading(), small_texts(), 26);
    ASSERT_TRUE(context.has_value()) << context.error().message;
    EXPECT_EQ(files_of(*context), std::vector<std::string>{"core/Base.hpp"});
    EXPECT_EQ(context->left_out, (std::vector<std::string>{"cpu/Small.cpp", "core/Tensor.hpp"}));
}

TEST(Context, ABudgetBelowTheLifecycleIsRefusedWithWhatItTakes) {
    const auto context = cut_context(small_reading(), small_texts(), 5);
    ASSERT_FALSE(context.has_value());
    EXPECT_EQ(context.error().kind, ErrorKind::bad_input);
    EXPECT_NE(context.error().message.find("19 tokens"), std::string::npos) << context.error().message;
}

TEST(Context, TheNativeKernelIsNeverShownWhateverNamesIt) {
    Reading reading = small_reading();
    reading.hidden = {"cpu/Big."};
    reading.headers.push_back({.root = {}, .file = "cpu/Big.cpp", .cut = Cut::whole, .names = {}, .why = "slipped in"});
    const auto context = cut_context(reading, small_texts(), 100000);
    ASSERT_TRUE(context.has_value());
    EXPECT_EQ(files_of(*context), (std::vector<std::string>{"core/Base.hpp", "cpu/Small.cpp", "core/Tensor.hpp"}));
}

} // namespace
} // namespace mkb
