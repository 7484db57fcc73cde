#include "base/process.h"

#include "base/files.h"
#include "base/find_program.h"
#include "base/in_child_test.h"

#include <csignal>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/resource.h>

namespace mkb {
namespace {

namespace fs = std::filesystem;
using How = ProcessExit::How;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

ProcessSpec shell(std::string script) {
    ProcessSpec spec;
    spec.argv = {"sh", "-c", std::move(script)};
    return spec;
}

TEST(Process, OutputErrorAndExitCodeComeBack) {
    const ProcessExit exit = run_process(shell("echo out; echo err >&2; exit 7")).value();
    EXPECT_EQ(exit.how, How::exited);
    EXPECT_EQ(exit.code, 7);
    EXPECT_EQ(exit.out, "out\n");
    EXPECT_EQ(exit.err, "err\n");
    EXPECT_FALSE(exit.ok());
    EXPECT_TRUE(run_process(shell("true")).value().ok());
}

TEST(Process, ArgumentsAreHandedOnAsTheyAre) {
    ProcessSpec spec;
    spec.argv = {"printf", "%s|", "a b", "$HOME", "", "*", "'\""};
    EXPECT_EQ(run_process(spec).value().out, "a b|$HOME||*|'\"|");
}

TEST(Process, InputIsGivenWholeAndThenEnds) {
    ProcessSpec spec;
    spec.argv = {"cat"};
    spec.input = std::string(300'000, 'x') + std::string("\0\xff", 2);
    EXPECT_EQ(run_process(spec).value().out, spec.input);
    spec.input.clear();
    EXPECT_EQ(run_process(spec).value().out, "");
}

TEST(Process, AProgramThatDoesNotReadItsInputIsNoTrouble) {
    ProcessSpec spec = shell("exit 0");
    spec.input = std::string(std::size_t{4} << 20, 'x');
    EXPECT_TRUE(run_process(spec).value().ok());
}

TEST(Process, InputThatIsHeldIsGivenAfterTheWordAndNeverWithoutIt) {
    ProcessSpec spec = shell("echo ready; cat");
    spec.input = std::string(std::size_t{4} << 20, 'x');
    std::string out;
    spec.on_stdout = [&](std::string_view piece) { out += piece; };
    spec.input_when = [&] { return out.starts_with("ready\n"); };
    ASSERT_TRUE(run_process(spec).value().ok());
    EXPECT_TRUE(out == "ready\n" + spec.input);

    out.clear();
    spec.argv = {"cat"};
    spec.limits.wall_time = std::chrono::milliseconds(100);
    EXPECT_EQ(run_process(spec).value().how, How::timed_out);
    EXPECT_EQ(out, "");
}

TEST(Process, AProgramThatDoesNotReadItsHeldInputIsNoTrouble) {
    ProcessSpec spec = shell("exec 0</dev/null; echo ready; exit 0");
    spec.input = std::string(std::size_t{4} << 20, 'x');
    bool ready = false;
    spec.on_stdout = [&](std::string_view) { ready = true; };
    spec.input_when = [&] { return ready; };
    EXPECT_TRUE(run_process(spec).value().ok());
}

TEST(Process, ASignalIsToldFromAnExitCode) {
    const ProcessExit exit = run_process(shell("kill -SEGV $$")).value();
    EXPECT_EQ(exit.how, How::signalled);
    EXPECT_EQ(exit.code, SIGSEGV);
}

TEST(Process, WhatTakesTooLongIsKilledWithItsWholeGroup) {
    const TempDir folder = TempDir::make("mkb-process-").value();
    const fs::path fifo = folder.path() / "fifo";
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    const pid_t reader = start_child([&] {
        // Ends only when the last process that holds the fifo open is dead.
        ProcessSpec cat;
        cat.argv = {"cat", fifo.string()};
        EXPECT_EQ(run_process(cat).value().out, "started\n");
    });
    ProcessSpec spec = shell("(exec 3>fifo; echo started >&3; echo started; sleep 600) & sleep 600");
    spec.folder = folder.path();
    spec.limits.wall_time = milliseconds(500);
    const ProcessExit exit = run_process(spec).value();
    EXPECT_EQ(exit.how, How::timed_out);
    EXPECT_EQ(exit.code, SIGKILL);
    if (exit.out.empty()) {
        kill(reader, SIGKILL);
        GTEST_SKIP() << "the machine is too busy to start two processes in half a second";
    }
    EXPECT_EQ(wait_for(reader), 0);
}

TEST(Process, AProgramThatIgnoresSignalsAndClosesItsOutputsIsKilledToo) {
    ProcessSpec spec = shell("trap '' TERM INT HUP; exec >&- 2>&-; while :; do sleep 600; done");
    spec.limits.wall_time = milliseconds(100);
    EXPECT_EQ(run_process(spec).value().how, How::timed_out);
}

TEST(Process, WhatIsLeftOfTheGroupDoesNotHoldUsUp) {
    ProcessSpec spec = shell("sleep 600 & echo done");
    const ProcessExit exit = run_process(spec).value();
    EXPECT_TRUE(exit.ok());
    EXPECT_EQ(exit.out, "done\n");
}

TEST(Process, ALeftoverOutsideTheGroupDoesNotHoldUsUp) {
    if (!find_program("setsid")) {
        GTEST_SKIP() << "no setsid here";
    }
    const ProcessExit exit = run_process(shell("setsid sleep 5 & echo done")).value();
    EXPECT_TRUE(exit.ok());
    EXPECT_EQ(exit.out, "done\n");
}

TEST(Process, OutputOverTheLimitIsReadAndDropped) {
    ProcessSpec spec = shell("head -c 5000000 /dev/zero; head -c 3 /dev/zero >&2");
    spec.limits.output_bytes = 1000;
    const ProcessExit exit = run_process(spec).value();
    EXPECT_TRUE(exit.ok());
    EXPECT_EQ(exit.out.size(), 1000U);
    EXPECT_TRUE(exit.out_cut);
    EXPECT_EQ(exit.err.size(), 3U);
    EXPECT_FALSE(exit.err_cut);
}

TEST(Process, EndlessOutputEndsWithTheWallTime) {
    ProcessSpec spec;
    spec.argv = {"yes"};
    spec.limits.wall_time = milliseconds(100);
    spec.limits.output_bytes = 10;
    const ProcessExit exit = run_process(spec).value();
    EXPECT_EQ(exit.how, How::timed_out);
    EXPECT_EQ(exit.out, "y\ny\ny\ny\ny\n");
}

TEST(Process, LinesArriveWholeAndTheLastOneWithoutNewlineToo) {
    std::vector<std::string> lines;
    ProcessSpec spec = shell("printf 'a\\nb'; printf 'c\\n\\nlast'");
    spec.limits.output_bytes = 2;
    spec.on_stdout_line = [&](std::string_view line) { lines.emplace_back(line); };
    EXPECT_TRUE(run_process(spec).value().out_cut);
    EXPECT_THAT(lines, ElementsAre("a", "bc", "", "last"));
}

TEST(Process, ALineWithoutEndComesInPieces) {
    std::size_t longest = 0, total = 0;
    ProcessSpec spec = shell("head -c 200000 /dev/zero");
    spec.on_stdout_line = [&](std::string_view line) {
        longest = std::max(longest, line.size());
        total += line.size();
    };
    EXPECT_TRUE(run_process(spec).value().ok());
    EXPECT_EQ(total, 200'000U);
    EXPECT_EQ(longest, 65'536U);
}

TEST(Process, LinesAreSeenWhileTheProgramRuns) {
    const TempDir folder = TempDir::make("mkb-process-").value();
    ASSERT_EQ(mkfifo((folder.path() / "answer").c_str(), 0600), 0);
    // The program goes on only when its first line was seen.
    ProcessSpec spec = shell("echo question; read answer < answer; echo \"got $answer\"");
    spec.folder = folder.path();
    pid_t writer = 0;
    spec.on_stdout_line = [&](std::string_view line) {
        if (line == "question") {
            writer = start_child([&] {
                const int fifo = open((folder.path() / "answer").c_str(), O_WRONLY);
                EXPECT_EQ(write(fifo, "yes\n", 4), 4);
            });
        }
    };
    EXPECT_EQ(run_process(spec).value().out, "question\ngot yes\n");
    EXPECT_EQ(wait_for(writer), 0);
}

TEST(Process, WhoTakesStandardOutputHasAllOfItAndNothingIsKept) {
    std::string taken;
    ProcessSpec spec = shell("head -c 3000000 /dev/zero; echo err >&2");
    spec.limits.output_bytes = 10;
    spec.on_stdout = [&](std::string_view piece) { taken += piece; };
    const ProcessExit exit = run_process(spec).value();
    EXPECT_EQ(taken, std::string(3'000'000, '\0'));
    EXPECT_EQ(exit.out, "");
    EXPECT_FALSE(exit.out_cut);
    EXPECT_EQ(exit.err, "err\n");
}

TEST(Process, TheEnvironmentIsReplacedWhenOneIsGiven) {
    const ScopedVariable ours("MKB_TEST_VARIABLE", "ours");
    EXPECT_EQ(run_process(shell("echo $MKB_TEST_VARIABLE")).value().out, "ours\n");
    ProcessSpec spec;
    spec.argv = {"env"};
    spec.environment = {{"A", "1"}, {"B", "x y"}};
    EXPECT_EQ(run_process(spec).value().out, "A=1\nB=x y\n");
}

TEST(Process, TheWorkingFolderIsTheOneGiven) {
    const TempDir folder = TempDir::make("mkb-process-").value();
    ProcessSpec spec;
    spec.argv = {"pwd", "-P"};
    spec.folder = folder.path();
    EXPECT_EQ(run_process(spec).value().out, fs::canonical(folder.path()).string() + "\n");
}

TEST(Process, OurOtherDescriptorsAreNotInherited) {
    const int open_here = open("/dev/null", O_RDONLY); // without O_CLOEXEC, as a library might
    ASSERT_GE(open_here, 0);
    ProcessSpec spec = shell("ls /proc/self/fd");
    spec.argv = {"ls", "/proc/self/fd"};
    EXPECT_EQ(run_process(spec).value().out, "0\n1\n2\n3\n"); // 3 is ls's own
    close(open_here);
}

TEST(Process, ItRunsEvenWhenOurStandardDescriptorsAreClosed) {
    const int code = in_child([] {
        close(0);
        close(1);
        ProcessSpec spec = shell("cat; echo err >&2");
        spec.input = "in";
        const ProcessExit exit = run_process(spec).value();
        EXPECT_EQ(exit.out, "in");
        EXPECT_EQ(exit.err, "err\n");
    });
    EXPECT_EQ(code, 0);
}

TEST(Process, IgnoredAndBlockedSignalsAreNotInherited) {
    const int code = in_child([] {
        signal(SIGPIPE, SIG_IGN);
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_SETMASK, &all, nullptr);
        const ProcessExit exit = run_process(shell("grep -E 'Sig(Blk|Ign)' /proc/self/status")).value();
        EXPECT_EQ(exit.out, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
    });
    EXPECT_EQ(code, 0);
}

TEST(Process, LimitsHold) {
    ProcessSpec spec = shell("ulimit -v; ulimit -f; ulimit -t; ulimit -c");
    spec.limits.address_space_bytes = std::size_t{512} << 20;
    spec.limits.file_size_bytes = 1 << 20;
    spec.limits.cpu_time = std::chrono::seconds(5);
    EXPECT_EQ(run_process(spec).value().out, "524288\n2048\n5\n0\n");
    const TempDir folder = TempDir::make("mkb-process-").value();
    spec.argv = {"dd", "if=/dev/zero", "of=big", "bs=65536", "count=100"};
    spec.folder = folder.path();
    const ProcessExit exit = run_process(spec).value();
    EXPECT_EQ(exit.how, How::signalled);
    EXPECT_EQ(exit.code, SIGXFSZ);
    EXPECT_EQ(fs::file_size(folder.path() / "big"), 1U << 20);
}

TEST(Process, ANarrowerLimitOfOurOwnIsNamed) {
    const ProcessLimits wide{.address_space_bytes = std::size_t{1} << 30,
                             .file_size_bytes = std::size_t{1} << 30,
                             .cpu_time = std::chrono::seconds(1000)};
    EXPECT_EQ(narrower_limit(wide), "");
    for (const auto& [resource, most] :
         {std::pair<__rlimit_resource, rlim_t>{RLIMIT_FSIZE, 1'000'000}, {RLIMIT_CPU, 100}}) {
        EXPECT_EQ(in_child([&] {
                      const rlimit narrow{.rlim_cur = most, .rlim_max = most};
                      setrlimit(resource, &narrow);
                      EXPECT_THAT(narrower_limit(wide), HasSubstr(std::to_string(most)));
                  }),
                  0);
    }
}

TEST(Process, CpuTimeOfWaitedForChildrenCounts) {
    ProcessSpec spec = shell("sh -c 'while :; do :; done'; true");
    spec.limits.cpu_time = std::chrono::seconds(1);
    const ProcessExit exit = run_process(spec).value();
    // The limit counts in ticks, the sum is exact: a good share of the second is enough to tell it from none.
    EXPECT_GE(exit.cpu_ms, 500);
    EXPECT_GE(exit.wall_ms, 0);
}

TEST(Process, TheChildDiesWithUs) {
    std::array<int, 2> ends{};
    ASSERT_EQ(pipe(ends.data()), 0);
    // The grandchild holds our pipe's write end through /proc, so that its death shows as the pipe's end.
    const std::string path = "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(ends[1]);
    const pid_t user = start_child([&] {
        close(ends[0]);
        close(ends[1]);
        (void)run_process(shell("exec 3>" + path + "; echo x >&3; exec sleep 600"));
    });
    char byte = 0;
    ASSERT_EQ(read(ends[0], &byte, 1), 1);
    ASSERT_EQ(kill(user, SIGKILL), 0);
    EXPECT_EQ(wait_for(user), 128 + SIGKILL);
    close(ends[1]);
    while (read(ends[0], &byte, 1) > 0) {
    }
    close(ends[0]);
}

TEST(Process, AMissingProgramIsNamed) {
    ProcessSpec spec;
    spec.argv = {"mkb-no-such-program"};
    const auto result = run_process(spec);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, ErrorKind::environment);
    EXPECT_THAT(result.error().message, HasSubstr("'mkb-no-such-program'"));
    spec.argv = {""};
    EXPECT_FALSE(run_process(spec));
}

TEST(Process, AMissingFolderAndABrokenProgramAreNamed) {
    const TempDir folder = TempDir::make("mkb-process-").value();
    ProcessSpec spec = shell("true");
    spec.folder = folder.path() / "missing";
    EXPECT_THAT(run_process(spec).error().message, HasSubstr("missing' (No such file"));
    const fs::path broken = folder.path() / "broken";
    ASSERT_TRUE(write_file_atomic(broken, "\x7f"
                                          "ELF but not really"));
    fs::permissions(broken, fs::perms::owner_all);
    spec = {};
    spec.argv = {broken.string()};
    EXPECT_THAT(run_process(spec).error().message, HasSubstr("Exec format error"));
}

TEST(Process, ProgramsAreFoundInPathOrByTheirName) {
    EXPECT_TRUE(find_program("sh").value().is_absolute());
    EXPECT_EQ(find_program("/bin/sh"), fs::path("/bin/sh"));
    EXPECT_FALSE(find_program("/"));
    EXPECT_FALSE(find_program("/etc/passwd"));
    EXPECT_FALSE(find_program(""));
    const ScopedVariable path("PATH", "::relative:/bin");
    EXPECT_EQ(find_program("sh"), fs::path("/bin/sh"));
    EXPECT_FALSE(find_program("result.h"));
}

} // namespace
} // namespace mkb
