#include "record/compiler_log.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

TEST(CompilerLog, NotesBelongToTheErrorBeforeThem) {
    const auto found = parse_compiler_log("a.cpp:3:4: warning: unused variable 'x' [-Wunused-variable]\n"
                                          "a.cpp:5:6: error: no matching function for call to 'f'\n"
                                          "    5 |     f(1); // b.cpp:1:1: error: this is source\n"
                                          "      |     ^\n"
                                          "b.hpp:7:8: note: candidate function not viable: requires 2 arguments\n");
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].severity, Severity::warning);
    EXPECT_EQ(found[1].severity, Severity::error);
    ASSERT_EQ(found[1].notes.size(), 1U);
    EXPECT_EQ(found[1].notes[0].file, "b.hpp");
    EXPECT_EQ(found[1].notes[0].line, 7);
    EXPECT_EQ(found[1].notes[0].column, 8);
}

TEST(CompilerLog, TheFilesThatIncludedItStandInnermostFirst) {
    const auto clang = parse_compiler_log("In file included from a.cpp:1:\nIn file included from b.hpp:2:\n"
                                          "c.hpp:3:4: error: x\nd.cpp:1:1: error: y\n");
    const auto gcc = parse_compiler_log("In file included from b.hpp:2,\n                 from a.cpp:1:\n"
                                        "c.hpp:3:4: error: x\nd.cpp:1:1: error: y\n");
    for (const auto& found : {clang, gcc}) {
        ASSERT_EQ(found.size(), 2U);
        ASSERT_EQ(found[0].included_by.size(), 2U);
        EXPECT_EQ(found[0].included_by[0].file, "b.hpp");
        EXPECT_EQ(found[0].included_by[1].file, "a.cpp");
        EXPECT_EQ(found[0].included_by[1].line, 1);
        EXPECT_TRUE(found[1].included_by.empty());
    }
}

TEST(CompilerLog, BackTracesOfTemplatesStandInnermostFirst) {
    const auto clang = parse_compiler_log(
        "a.hpp:3:4: error: x\n"
        "a.hpp:9:1: note: in instantiation of function template specialization 'inner<int>' requested here\n"
        "a.cpp:5:1: note: (skipping 12 contexts in backtrace; use -ftemplate-backtrace-limit=0 to see all)\n"
        "a.cpp:9:1: note: in instantiation of function template specialization 'outer<int>' requested here\n");
    const auto gcc =
        parse_compiler_log("a.hpp: In instantiation of \xE2\x80\x98void inner() [with T = int]\xE2\x80\x99:\n"
                           "a.hpp:9:1:   required from \xE2\x80\x98void outer() [with T = int]\xE2\x80\x99\n"
                           "a.cpp:9:1:   required from here\n"
                           "a.hpp:3:4: error: x\n"
                           "a.hpp:4:4: error: y\n");
    ASSERT_EQ(clang.size(), 1U);
    ASSERT_EQ(clang[0].instantiated.size(), 2U);
    EXPECT_EQ(clang[0].instantiated[1].file, "a.cpp");
    EXPECT_EQ(clang[0].left_out, 12);
    ASSERT_EQ(gcc.size(), 2U);
    ASSERT_EQ(gcc[0].instantiated.size(), 3U);
    EXPECT_EQ(gcc[0].instantiated[0].message, "In instantiation of 'void inner() [with T = int]'");
    EXPECT_EQ(gcc[0].instantiated[2].file, "a.cpp");
    EXPECT_TRUE(gcc[1].instantiated.empty());
}

TEST(CompilerLog, MacrosStandInnermostFirst) {
    const auto clang = parse_compiler_log("a.cpp:9:1: error: x\na.hpp:2:1: note: expanded from macro 'OUTER'\n"
                                          "a.hpp:1:1: note: expanded from macro 'INNER'\n");
    const auto gcc = parse_compiler_log("a.hpp:1:1: error: x\na.hpp:2:1: note: in expansion of macro 'INNER'\n"
                                        "a.cpp:9:1: note: in expansion of macro 'OUTER'\n");
    for (const auto& found : {clang, gcc}) {
        ASSERT_EQ(found.size(), 1U);
        ASSERT_EQ(found[0].macros.size(), 2U);
        EXPECT_NE(found[0].macros[0].message.find("INNER"), std::string::npos);
        EXPECT_NE(found[0].macros[1].message.find("OUTER"), std::string::npos);
    }
}

TEST(CompilerLog, FunctionsThatGccNamesHoldUntilTheNext) {
    const auto found =
        parse_compiler_log("a.cpp: In member function 'int A::f()':\na.cpp:1:2: error: x\na.cpp:2:2: error: y\n"
                           "a.cpp: At global scope:\na.cpp:9:1: error: z\n");
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].function, "int A::f()");
    EXPECT_EQ(found[1].function, "int A::f()");
    EXPECT_EQ(found[2].function, "");
}

TEST(CompilerLog, ListsAndDiagnosticsHaveALimit) {
    std::string log = "a.cpp:1:1: error: first\n";
    for (std::size_t i = 0; i < 2 * kMaxLogPlaces; ++i) {
        log += "b.hpp:1:1: note: declared here\n";
    }
    const auto found = parse_compiler_log(log + "a.cpp:2:1: error: second\nb.hpp:1:1: note: of the second\n", 1);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].notes.size(), kMaxLogPlaces);
    EXPECT_EQ(found[0].left_out, static_cast<int>(kMaxLogPlaces));
}

} // namespace
} // namespace mkb
