#include "candidate/candidate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mkb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<std::string> kPair = {"CPUSoftmax.hpp", "CPUSoftmax.cpp"};
const std::vector<std::string> kOne = {"CPUSoftmax.cpp"};
const std::string kHeader = "#pragma once\nclass CPUSoftmax;\n";
const std::string kSource = "#include \"CPUSoftmax.hpp\"\nint run() {\n    return 0;\n}\n";

std::string fenced(const std::string& info, const std::string& text, const std::string& fence = "```") {
    return fence + info + "\n" + text + fence + "\n";
}

/// The text found for the source alone, or why there is none.
std::string source_in(const std::string& answer) {
    const Extraction found = extract_sources(answer, kOne);
    return found.complete() ? found.sources.at(0).text : "none: " + found.why_not;
}

void expect_pair(const std::string& answer) {
    const Extraction found = extract_sources(answer, kPair);
    ASSERT_EQ(found.why_not, "") << answer;
    ASSERT_EQ(found.sources.size(), 2U);
    EXPECT_EQ(found.sources[0].name, "CPUSoftmax.hpp");
    EXPECT_THAT(found.sources[0].text, HasSubstr(kHeader));
    EXPECT_THAT(found.sources[0].text, testing::Not(HasSubstr("#include")));
    EXPECT_EQ(found.sources[1].name, "CPUSoftmax.cpp");
    EXPECT_THAT(found.sources[1].text, HasSubstr(kSource));
}

TEST(Extract, NamesOnTheFirstLineAsAnyKindOfComment) {
    expect_pair(fenced("cpp", "// CPUSoftmax.hpp\n" + kHeader) + "prose\n" +
                fenced("cpp", "// CPUSoftmax.cpp\n" + kSource));
    expect_pair(fenced("cpp", "/* CPUSoftmax.hpp */\n" + kHeader) +
                fenced("", "/*\n * CPUSoftmax.cpp\n */\n" + kSource));
    expect_pair(fenced("c++", "// File: source/backend/cpu/CPUSoftmax.hpp\n" + kHeader) +
                fenced("C++", "//// filename = \"CPUSoftmax.cpp\" (the kernel)\n" + kSource));
}

TEST(Extract, NamesInTheFrameworksOwnFileHeader) {
    const auto licence = [](const std::string& name) {
        return "//\n//  " + name + "\n//  MNN\n//\n//  Created by MNN on 2018/07/16.\n//\n\n";
    };
    expect_pair(fenced("cpp", licence("CPUSoftmax.hpp") + kHeader) +
                fenced("cpp", licence("CPUSoftmax.cpp") + kSource));
}

TEST(Extract, AFirstLineThatIsNoCodeIsTakenOut) {
    for (const std::string line : {"CPUSoftmax.cpp", "# CPUSoftmax.cpp", "**CPUSoftmax.cpp**",
                                   "`CPUSoftmax.cpp`:", "<!-- CPUSoftmax.cpp -->", "### File: cpu/CPUSoftmax.cpp"}) {
        EXPECT_EQ(source_in(fenced("cpp", line + "\n" + kSource)), kSource) << line;
    }
    EXPECT_EQ(source_in(fenced("cpp", "// CPUSoftmax.cpp\n" + kSource)), "// CPUSoftmax.cpp\n" + kSource);
}

TEST(Extract, NamesOnTheFenceLine) {
    for (const std::string info : {"cpp CPUSoftmax.cpp", "cpp:source/backend/cpu/CPUSoftmax.cpp", "CPUSoftmax.cpp",
                                   "cpp title=\"CPUSoftmax.cpp\"", "{.cpp filename=CPUSoftmax.cpp}",
                                   "cpp path=a\\b\\CPUSoftmax.cpp", " cpp // CPUSoftmax.cpp"}) {
        EXPECT_EQ(source_in(fenced("cpp", "#include <x>\nint other;\n") + fenced(info, kSource)), kSource) << info;
    }
}

TEST(Extract, NamesInTheLineBeforeTheBlock) {
    for (const std::string line :
         {"**CPUSoftmax.cpp**", "### `source/backend/cpu/CPUSoftmax.cpp`", "File: CPUSoftmax.cpp",
          "1. CPUSoftmax.cpp:", "And here is the whole of CPUSoftmax.cpp."}) {
        for (const std::string gap : {"\n", "\n\n", "\n\n\n"}) {
            expect_pair("**CPUSoftmax.hpp**\n" + fenced("cpp", kHeader) + line + gap + fenced("cpp", kSource));
        }
    }
}

TEST(Extract, BlocksWithoutNameAreToldApartByWhatTheyMustBe) {
    expect_pair(fenced("cpp", kHeader) + fenced("cpp", kSource));
    expect_pair(fenced("cpp", kSource) + "and\n" +
                fenced("hpp", "#ifndef X_HPP\n#define X_HPP\n" + kHeader + "#endif\n"));
    expect_pair("Include this in CPUSoftmax.cpp:\n" + fenced("cpp", kHeader) + fenced("cpp", kSource));
    EXPECT_EQ(source_in("Here:\n" + fenced("", kSource)), kSource);
}

TEST(Extract, ASnippetWithoutNameDoesNotReplaceAWholeFile) {
    EXPECT_EQ(source_in(fenced("cpp", kSource) + "The change is\n" + fenced("cpp", "int i = 0;\n")), kSource);
    EXPECT_EQ(source_in(fenced("cpp", "// CPUSoftmax.cpp\n" + kSource) + fenced("cpp", "#include <x>\n")),
              "// CPUSoftmax.cpp\n" + kSource);
    EXPECT_EQ(source_in(fenced("cpp", kSource) + "Build CPUSoftmax.cpp:\n" + fenced("bash", "ninja\n") +
                        fenced("diff", "// CPUSoftmax.cpp\n")),
              kSource);
}

TEST(Extract, OtherLanguagesAreNoSource) {
    EXPECT_THAT(source_in(fenced("python", "# CPUSoftmax.cpp\nprint()\n")),
                HasSubstr("none: the answer holds no block"));
}

TEST(Extract, PathsAreCutAndNeverTaken) {
    const Extraction found = extract_sources(fenced("cpp", "// ../../../etc/CPUSoftmax.cpp\n" + kSource), kOne);
    ASSERT_TRUE(found.complete());
    EXPECT_EQ(found.sources[0].name, "CPUSoftmax.cpp");
    const Extraction foreign = extract_sources(fenced("cpp", "// ../../evil.cpp\n" + kSource), kOne);
    EXPECT_EQ(foreign.why_not, "the answer holds no block for CPUSoftmax.cpp");
    EXPECT_THAT(foreign.sources, IsEmpty());
    EXPECT_THAT(foreign.notes, ElementsAre("a block for 'evil.cpp' was passed over: the task does not ask for it"));
}

TEST(Extract, AnIncludeOrAMentionIsNoName) {
    EXPECT_EQ(source_in(fenced("cpp", "#include \"CPUPool.hpp\"\n// see CPUPool.cpp\n" + kSource)),
              "#include \"CPUPool.hpp\"\n// see CPUPool.cpp\n" + kSource);
    EXPECT_EQ(source_in("As in CPUPool.cpp:\n" + fenced("cpp", "// uses CPUPool.hpp of the framework\n" + kSource)),
              "// uses CPUPool.hpp of the framework\n" + kSource);
}

TEST(Extract, OfSeveralBlocksForOneFileTheLastCompleteOneCounts) {
    const std::string first = "// CPUSoftmax.cpp\nint first;\n", second = "// CPUSoftmax.cpp\nint second;\n";
    const Extraction found = extract_sources(fenced("cpp", first) + fenced("cpp", second), kOne);
    EXPECT_EQ(found.sources.at(0).text, second);
    EXPECT_THAT(found.notes, ElementsAre("'CPUSoftmax.cpp' is there more than once; the last complete one counts"));
    EXPECT_EQ(source_in(fenced("cpp", first) + "```cpp\n" + second), first);
}

TEST(Extract, AnUnclosedLastFenceIsAccepted) {
    expect_pair(fenced("cpp", "// CPUSoftmax.hpp\n" + kHeader) + "```cpp\n// CPUSoftmax.cpp\n" + kSource);
    EXPECT_EQ(source_in("```cpp\nint x;"), "int x;\n");
}

TEST(Extract, AForgottenClosingFenceEndsAtTheNextOpeningOne) {
    expect_pair("```cpp\n// CPUSoftmax.hpp\n" + kHeader + "```cpp\n// CPUSoftmax.cpp\n" + kSource + "```\n");
}

TEST(Extract, TildesAndLongerFencesHoldShorterOnes) {
    EXPECT_EQ(source_in(fenced("cpp", kSource, "~~~")), kSource);
    const std::string with_fence = kSource + "/*\n```cpp\nexample\n```\n~~~~~\n*/\n";
    EXPECT_EQ(source_in(fenced("cpp", with_fence, "````")), with_fence);
    EXPECT_EQ(source_in("```cpp\n" + kSource + "``````\nprose"), kSource);
}

TEST(Extract, BlocksInsideAMarkdownBlockCount) {
    const std::string answer =
        fenced("cpp", "// CPUSoftmax.hpp\n" + kHeader) + fenced("cpp", "// CPUSoftmax.cpp\n" + kSource);
    expect_pair(fenced("markdown", answer, "````"));
    expect_pair(fenced("md", answer));
}

TEST(Extract, AnIndentedBlockLosesItsIndentation) {
    EXPECT_EQ(source_in("- CPUSoftmax.cpp\n  ```cpp\n  int a() {\n      return 1;\n  }\n ```\n"),
              "int a() {\n    return 1;\n}\n");
}

TEST(Extract, ByteOrderMarkAndCarriageReturnsGo) {
    std::string answer = "\xEF\xBB\xBF" + fenced("cpp", "// CPUSoftmax.cpp\n" + kSource);
    for (std::size_t at = 0; (at = answer.find('\n', at)) != std::string::npos; at += 2) {
        answer.replace(at, 1, "\r\n");
    }
    EXPECT_EQ(source_in(answer), "// CPUSoftmax.cpp\n" + kSource);
}

TEST(Extract, ThinkingDoesNotCount) {
    const std::string draft = fenced("cpp", "// CPUSoftmax.cpp\nint draft;\n");
    const std::string last = fenced("cpp", "int last;\n");
    EXPECT_EQ(source_in("<think>\n" + draft + "```cpp\nunclosed\n</think>\n" + last), "int last;\n");
    EXPECT_EQ(source_in("hm\n" + draft + "</think>\n" + last), "int last;\n");
    EXPECT_EQ(source_in("<think>a</think><think>b</think>\n" + last + "<reasoning>" + draft + "</reasoning>"),
              "int last;\n");
    EXPECT_EQ(source_in(last + "<thinking>\n" + draft), "int last;\n");
    EXPECT_EQ(source_in("<think>\n" + draft), "none: the answer holds nothing but thinking");
    EXPECT_EQ(source_in("The tag <think> is fine.\n" + last), "int last;\n");
}

TEST(Extract, BareCodeIsAccepted) {
    EXPECT_EQ(source_in(kSource), kSource);
    EXPECT_EQ(source_in("Sure, here it is:\n\n" + kSource + "\nHope this helps!\n"), kSource);
    EXPECT_EQ(source_in("CPUSoftmax.cpp\nint a;\n"), "int a;\n");
    expect_pair("// CPUSoftmax.hpp\n" + kHeader + "\n// CPUSoftmax.cpp\n" + kSource);
    expect_pair(fenced("cpp", kHeader) + "and the source:\n" + kSource);
    EXPECT_THAT(source_in("I cannot write { such } a kernel;\n"), HasSubstr("none: the answer holds no code block"));
}

TEST(Extract, AHeaderThatNobodyIncludesMayBeMissing) {
    const Extraction found = extract_sources(fenced("cpp", "#include <cmath>\nint a;\n"), kPair);
    ASSERT_TRUE(found.complete());
    EXPECT_EQ(found.sources[0].name, "CPUSoftmax.hpp");
    EXPECT_EQ(found.sources[0].text, "");
    EXPECT_THAT(found.notes, ElementsAre(HasSubstr("taken as empty")));
    EXPECT_EQ(extract_sources(fenced("cpp", kSource), kPair).why_not, "the answer holds no block for CPUSoftmax.hpp");
    EXPECT_EQ(extract_sources(fenced("cpp", "# include <cpu/CPUSoftmax.hpp>\n"), kPair).complete(), false);
}

TEST(Extract, WhatIsMissingIsNamed) {
    EXPECT_EQ(extract_sources(fenced("cpp", kHeader), kPair).why_not, "the answer holds no block for CPUSoftmax.cpp");
    EXPECT_EQ(extract_sources("Sorry.", kPair).why_not,
              "the answer holds no code block; asked for CPUSoftmax.hpp, CPUSoftmax.cpp");
    EXPECT_EQ(source_in(""), "none: the answer is empty");
    EXPECT_EQ(source_in(" \r\n\n"), "none: the answer is empty");
    EXPECT_EQ(source_in(fenced("cpp", " \n\n")), "none: the answer holds no block for CPUSoftmax.cpp");
}

TEST(Extract, BytesThatAreNoTextAreNamedWithTheirPlace) {
    using std::string_literals::operator""s;
    const std::vector<std::pair<std::string, std::string>> cases = {{"ab\xff", "byte 2 (0xFF)"},
                                                                    {"a\xc3", "byte 1 (0xC3)"},
                                                                    {"\xc0\xaf", "byte 0 (0xC0)"},
                                                                    {"\xed\xa0\x80", "byte 0 (0xED)"},
                                                                    {"\xf4\x90\x80\x80", "byte 0"},
                                                                    {"\xe0\x80\x80", "byte 0 (0xE0)"},
                                                                    {"xx\0y"s, "there is a NUL at byte 2"},
                                                                    {"\xf0\x9f\x98", "byte 0 (0xF0)"}};
    for (const auto& [bytes, reason] : cases) {
        EXPECT_THAT(source_in(bytes), HasSubstr("the answer is no text: " + reason));
    }
    EXPECT_EQ(source_in(fenced("cpp", "// \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\n")),
              "// \xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\n");
}

TEST(Extract, AnAnswerOverTheLimitIsRefusedAndNotCut) {
    std::string answer = fenced("cpp", kSource);
    answer.resize(kAnswerLimitBytes, ' ');
    EXPECT_EQ(source_in(answer), kSource);
    answer += ' ';
    EXPECT_EQ(source_in(answer), "none: the answer is too long: 4194305 bytes, 4194304 are the limit");
    EXPECT_THAT(source_in(std::string(50U << 20U, 'x')), HasSubstr("too long: 52428800 bytes"));
}

TEST(Extract, LongAnswersOfOddShapesStayLinear) {
    for (const std::string part : {"<think>", "x <think></think>", "```\n", "```cpp\n", "````md\n", "`", "~~~~~\n",
                                   "// a.cpp\n", "/*", " ", "#include\n", "CPUSoftmax.cpp\n", "CPUSoftmax.cpp "}) {
        std::string answer;
        while (answer.size() + part.size() <= kAnswerLimitBytes) {
            answer += part;
        }
        const Extraction found = extract_sources(answer, kPair);
        EXPECT_LE(found.notes.size(), 22U);
    }
}

} // namespace
} // namespace mkb
