#include "framework/mnn/compiler_jail.h"

#include "base/files.h"
#include "framework/mnn/toolchain.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

namespace mkb::mnn {
namespace {

class CompilerJail : public testing::Test {
protected:
    void SetUp() override {
        if (!bubblewrap_works()) {
            GTEST_SKIP() << "no bubblewrap here";
        }
    }
    std::filesystem::path path(const std::string& name) const { return folder.path() / name; }
    ProcessExit run(const std::vector<std::string>& command) {
        const CompileFolders folders{.headers = {}, .kit = {}, .sources = {}, .objects = {}, .out = folder.path()};
        return run_process({.argv = in_compiler_jail(folders, command), .folder = folder.path()}).value();
    }
    TempDir folder = TempDir::make("mkb-compiler-jail-test").value();
};

TEST_F(CompilerJail, ProcessorTimeOfWhatRanInsideIsKnown) {
    ASSERT_TRUE(write_file_atomic(path("source.cc"), "#include <regex>\nstd::regex pattern(\"a|b\");\n"));
    const ProcessExit done = run({std::string("/usr/bin/") + kCxx, "-c", "/out/source.cc", "-o", "/out/source.o"});
    ASSERT_TRUE(done.ok()) << done.err;
    EXPECT_GT(jailed_cpu_ms(folder.path()), 0);
}

TEST_F(CompilerJail, ExitCodeAndSignalComeThrough) {
    EXPECT_EQ(run({"/usr/bin/sh", "-c", "exit 7"}).code, 7);
    EXPECT_EQ(run({"/usr/bin/sh", "-c", "kill -KILL $$"}).code, 128 + 9);
    EXPECT_EQ(run({"/usr/bin/sh", "-c", "echo \"$1\"", "sh", "$(two  words)"}).out, "$(two  words)\n");
}

TEST_F(CompilerJail, TheSecondCommandRunsAfterAFirstThatEndedWell) {
    const CompileFolders folders{.headers = {}, .kit = {}, .sources = {}, .objects = {}, .out = folder.path()};
    const auto both = [&](const char* first) {
        return run_process({.argv = in_compiler_jail(folders, {"/usr/bin/sh", "-c", first}, {"echo", "it's", "$2"})})
            .value();
    };
    EXPECT_EQ(both("echo 1").out, "1\nit's $2\n");
    EXPECT_EQ(both("exit 3").code, 3);
    EXPECT_EQ(both("exit 3").out, "");
}

TEST_F(CompilerJail, OnlyAWholeAnswerCounts) {
    EXPECT_EQ(jailed_cpu_ms(folder.path()), 0);
    ASSERT_TRUE(write_file_atomic(path("times"), "0m9.00s 0m9.00s\n1m2.50s 0m0.25s\n"));
    EXPECT_EQ(jailed_cpu_ms(folder.path()), 62'750);
    for (const char* text : {"", "0m9.00s 0m9.00s\n", "0m9.00s 0m9.00s\n1m2.50s\n", "\n\xff\n"}) {
        ASSERT_TRUE(write_file_atomic(path("times"), text));
        EXPECT_EQ(jailed_cpu_ms(folder.path()), 0) << text;
    }
}

TEST_F(CompilerJail, WhatIsNoFileIsNotReadAndNotWaitedFor) {
    ASSERT_EQ(mkfifo(path("times").c_str(), 0600), 0);
    EXPECT_EQ(jailed_cpu_ms(folder.path()), 0);
    std::filesystem::remove(path("times"));
    ASSERT_TRUE(write_file_atomic(path("elsewhere"), "0m9.00s 0m9.00s\n1m2.50s 0m0.25s\n"));
    std::filesystem::create_symlink("elsewhere", path("times"));
    EXPECT_EQ(jailed_cpu_ms(folder.path()), 0);
}

} // namespace
} // namespace mkb::mnn
