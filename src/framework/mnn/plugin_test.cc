#include "framework/mnn/plugin.h"

#include "base/files.h"

#include <csignal>
#include <gtest/gtest.h>

namespace mkb::mnn {
namespace {

/// What a compiler that ended so says about the candidate.
class CompilersEnd : public testing::Test {
protected:
    Result<Outcome> fault(ProcessExit done) const { return fault_of(done, CompileLayout{}, folder.path()); }
    std::string limit(const ProcessExit& done) const {
        const auto outcome = fault(done);
        return outcome ? std::get<BuildFailed>(*outcome).limit : "error";
    }
    TempDir folder = TempDir::make("mkb-plugin-test").value();
};

ProcessExit exited(int code, const std::string& text = "") {
    return {.how = ProcessExit::How::exited, .code = code, .out = "", .err = text};
}

ProcessExit signalled(int signal) {
    return {.how = ProcessExit::How::signalled, .code = signal, .out = "", .err = ""};
}

TEST_F(CompilersEnd, ALimitThatItBrokeIsTheCandidatesFault) {
    EXPECT_EQ(limit({.how = ProcessExit::How::timed_out, .code = SIGKILL, .out = "", .err = ""}), "time");
    EXPECT_EQ(limit(signalled(SIGXCPU)), "time");
    EXPECT_EQ(limit(exited(128 + SIGXCPU)), "time");
    EXPECT_EQ(limit(signalled(SIGXFSZ)), "file size");
    EXPECT_EQ(limit(exited(1, "ld.lld: error: failed to write: File too large\n")), "file size");
    EXPECT_EQ(limit(exited(254, "LLVM ERROR: out of memory\n")), "memory");
    EXPECT_EQ(limit(exited(254, "PLEASE submit a bug report\n")), "memory");
    ProcessExit hard = signalled(SIGKILL);
    hard.cpu_ms = 61'000;
    EXPECT_EQ(limit(hard), "time") << "the hard end of the limit";
}

TEST_F(CompilersEnd, WhoeverKillsItIsNotTheCandidate) {
    for (const int signal : {SIGKILL, SIGTERM, SIGINT, SIGHUP}) {
        for (const ProcessExit& done : {signalled(signal), exited(128 + signal)}) {
            const auto outcome = fault(done);
            ASSERT_FALSE(outcome) << signal;
            EXPECT_EQ(outcome.error().kind, ErrorKind::transient);
            EXPECT_NE(outcome.error().message.find("killed from outside"), std::string::npos);
        }
    }
    // The compiler proper, as its driver tells it.
    EXPECT_FALSE(fault(exited(254, "clang++-19: error: unable to execute command: Killed\n"
                                   "clang++-19: error: clang frontend command failed due to signal\n")));
    const auto ended = fault(exited(1, "warning\nclang++-19: error: unable to execute command: Terminated\n"));
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().kind, ErrorKind::transient);
}

TEST_F(CompilersEnd, ACandidateCannotPretendThatSomebodyKilledIt) {
    EXPECT_EQ(limit(exited(254, "/src/a.cpp:1:2: error: clang++-19: error: unable to execute command: Killed\n"
                                "    1 | clang++-19: error: unable to execute command: Killed\n")),
              "memory");
    const auto outcome = fault(exited(1, "/src/a.cpp:1:2: error: unable to execute command: Killed\n"));
    ASSERT_TRUE(outcome);
    EXPECT_EQ(std::get<BuildFailed>(*outcome).errors.size(), 1U);
}

TEST_F(CompilersEnd, WithoutAWordAboutTheCandidateItIsThisMachinesTrouble) {
    const auto outcome = fault(exited(1, "bwrap: No permissions to create new namespace\n"));
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().kind, ErrorKind::environment);
    EXPECT_NE(outcome.error().message.find("No permissions"), std::string::npos);
}

} // namespace
} // namespace mkb::mnn
