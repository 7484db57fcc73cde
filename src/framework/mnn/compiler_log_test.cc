#include "framework/mnn/compiler_log.h"

#include <gtest/gtest.h>

namespace mkb::mnn {
namespace {

const CompileLayout kJail;

std::vector<BuildError> parse(const std::string& log) {
    return parse_errors(log, kJail);
}

TEST(BuildErrors, AnErrorOfTheCandidateHasItsPlainName) {
    const auto errors = parse("/src/backend/cpu/CPUBinary.cpp:15:30: error: use of undeclared identifier 'c'\n"
                              "   15 |     y[i] = a[i] | c[i];\n"
                              "      |                   ^\n"
                              "1 error generated.\n");
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].file, "CPUBinary.cpp");
    EXPECT_EQ(errors[0].line, 15);
    EXPECT_EQ(errors[0].column, 30);
    EXPECT_EQ(errors[0].message, "use of undeclared identifier 'c'");
}

TEST(BuildErrors, AFileInAnyOfTheFrameworksFoldersHasItsPlainName) {
    const auto errors = parse("/src/tools/converter/source/optimizer/onnxextra/OnnxHardSigmoid.cpp:3:4: error: one\n"
                              "/kit/OnnxExtraManager.hpp:5:6: error: two\n");
    ASSERT_EQ(errors.size(), 2U);
    EXPECT_EQ(errors[0].file, "OnnxHardSigmoid.cpp");
    EXPECT_EQ(errors[1].file, "/kit/OnnxExtraManager.hpp");
}

TEST(BuildErrors, AFatalErrorCountsAndWarningsAndNotesDoNot) {
    const auto errors = parse("/src/backend/cpu/CPUPool.hpp:1:10: fatal error: 'a: error: b.hpp' file not found\n"
                              "/src/backend/cpu/CPUPool.hpp:2:1: warning: unused\n"
                              "/src/backend/cpu/CPUPool.hpp:3:1: note: declared here\n");
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].file, "CPUPool.hpp");
    EXPECT_EQ(errors[0].line, 1);
    EXPECT_EQ(errors[0].message, "'a: error: b.hpp' file not found");
}

TEST(BuildErrors, AHeaderOfTheFrameworkIsShownAsOne) {
    const auto errors = parse("/mnn/source/core/Execution.hpp:20:7: error: expected class name\n");
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].file, "mnn/source/core/Execution.hpp");
}

TEST(BuildErrors, TheLinkerSpeaksOnce) {
    const auto errors = parse("ld.lld-19: error: undefined symbol: missing()\n"
                              ">>> referenced by CPUPool.cpp\n"
                              "ld.lld: error: duplicate symbol: twice()\n"
                              "clang++-19: error: linker command failed with exit code 1 (use -v to see invocation)\n");
    ASSERT_EQ(errors.size(), 2U);
    EXPECT_EQ(errors[0].message, "undefined symbol: missing()");
    EXPECT_EQ(errors[0].file, "");
    EXPECT_EQ(errors[0].line, 0);
    EXPECT_EQ(errors[1].message, "duplicate symbol: twice()");
}

TEST(BuildErrors, OutsideOfTheJailTheRealFoldersAreCut) {
    const CompileLayout layout{
        .jailed = false, .headers = "/cache/mnn/headers", .kit = "/kit", .sources = "/tmp/job/src", .out = "/tmp/out"};
    const auto errors = parse_errors("/tmp/job/src/backend/cpu/CPUPool.cpp:3:4: error: one\n"
                                     "/cache/mnn/headers/include/MNN/Tensor.hpp:5:6: error: two\n"
                                     "/usr/include/math.h:7:8: error: three\n",
                                     layout);
    ASSERT_EQ(errors.size(), 3U);
    EXPECT_EQ(errors[0].file, "CPUPool.cpp");
    EXPECT_EQ(errors[1].file, "mnn/include/MNN/Tensor.hpp");
    EXPECT_EQ(errors[2].file, "/usr/include/math.h");
}

TEST(BuildErrors, ThereAreNeverMoreThanTheMost) {
    std::string log;
    for (int i = 0; i < 1000; ++i) {
        log += "/src/backend/cpu/CPUPool.cpp:" + std::to_string(i + 1) + ":1: error: again\n";
    }
    EXPECT_EQ(parse(log).size(), kMaxErrors);
    EXPECT_EQ(parse(log).back().line, static_cast<int>(kMaxErrors));
}

TEST(BuildErrors, TextThatOnlyLooksLikeAnErrorIsNone) {
    EXPECT_TRUE(parse("").empty());
    EXPECT_TRUE(parse(": error: \n:::: error: x\nerror: no place\n").empty());
    EXPECT_TRUE(parse(std::string("\0: error: \0\n", 12)).empty());
    EXPECT_TRUE(parse("a.cpp:x:y: error: no numbers\n").empty());
    const auto huge = parse("a.cpp:99999999999999999999:1: error: a number too large\n");
    EXPECT_LE(huge.size(), 1U);
}

TEST(BuildErrors, AnExcerptOfTheCandidateIsNoError) {
    // A record with a negative column could never be read again, and with it the whole run.
    const auto errors = parse("/src/backend/cpu/CPUPool.cpp:7:5: error: expected ';'\n"
                              "    7 | \"CPUPool.cpp:3:-7: error: written by the candidate\"\n"
                              "CPUPool.cpp:3:-7: error: so is this\n"
                              "CPUPool.cpp:-3:7: error: and this\n"
                              "CPUPool.cpp:+3:7: error: and this\n"
                              ":3:7: error: of no file\n");
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].message, "expected ';'");
}

} // namespace
} // namespace mkb::mnn
