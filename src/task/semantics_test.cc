#include "task/semantics.h"

#include "base/files.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

class SemanticsTest : public testing::Test {
protected:
    Result<Semantics> read(std::string_view content, std::string_view operator_name) {
        auto folder = TempDir::make("semantics-");
        const auto file = folder->path() / "semantics.json";
        EXPECT_TRUE(write_file_atomic(file, content));
        return read_semantics(file, operator_name);
    }
};

TEST_F(SemanticsTest, AnOperatorHasItsFormulaAndItsSource) {
    const auto abs = read(R"({"operators": {"Abs": {"formula": "y = |x|", "source": "ONNX, Abs"}}})", "Abs");
    ASSERT_TRUE(abs) << abs.error().message;
    EXPECT_EQ(abs->formula, "y = |x|");
    EXPECT_EQ(abs->source, "ONNX, Abs");
}

TEST_F(SemanticsTest, AnOperatorOfOnesOwnHasASourceOnly) {
    const auto own = read(R"({"operators": {}})", "HardSwish");
    ASSERT_TRUE(own) << own.error().message;
    EXPECT_EQ(own->formula, "");
    EXPECT_EQ(own->source, "ONNX operator specification, HardSwish");
}

TEST_F(SemanticsTest, WhatCurationDoesNotWriteIsRefused) {
    for (const char* content :
         {"", "[]", R"({"operators": []})", R"({"operators": {"Abs": {"formula": "y"}}})",
          R"({"operators": {"Abs": "y"}})", R"({"operators": {"Abs": {"formula": 1, "source": 2}}})"}) {
        const auto refused = read(content, "Abs");
        ASSERT_FALSE(refused) << content;
        EXPECT_NE(refused.error().message.find("run script/curate"), std::string::npos) << refused.error().message;
    }
    EXPECT_FALSE(read_semantics("/nonexistent/semantics.json", "Abs"));
}

} // namespace
} // namespace mkb
