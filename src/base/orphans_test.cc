#include "base/orphans.h"

#include "base/files.h"
#include "base/process.h"

#include <csignal>
#include <cstdlib>
#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>

namespace mkb {
namespace {

/// A process that waits with `file` among its arguments, and whose parent is no more. 0 where the system gives orphans
/// to somebody else than its first process.
pid_t orphan(const std::string& file) {
    EXPECT_TRUE(write_file_atomic(file, ""));
    // The pipe is closed only when it has left the group that is killed with the shell.
    const char* script = R"(echo $(setsid --fork sh -c 'echo $$; exec tail -f "$1" >/dev/null 2>&1' sh "$1"))";
    const auto done = run_process({.argv = {"/bin/sh", "-c", script, "sh", file}});
    const pid_t process = done && done->ok() ? std::atoi(done->out.c_str()) : 0;
    const auto stat = read_file("/proc/" + std::to_string(process) + "/stat");
    return stat && stat->find(" 1 ") != std::string::npos ? process : 0;
}

bool lives(pid_t process) {
    const auto stat = read_file("/proc/" + std::to_string(process) + "/stat");
    return stat && stat->find(") Z ") == std::string::npos;
}

TEST(Orphans, OfAFolderAreEndedAndOthersAreNot) {
    auto folder = TempDir::make("mkb-orphans").value();
    const std::string here = folder.path() / "1";
    const pid_t own = orphan(here + "/file");
    const pid_t other = orphan(here + "2/file");
    if (own == 0 || other == 0) {
        GTEST_SKIP() << "orphans have another parent here";
    }
    EXPECT_TRUE(lives(own));
    end_orphans_of(here);
    while (lives(own)) {
        std::this_thread::yield();
    }
    EXPECT_TRUE(lives(other));
    end_orphans_of(here + "2");
}

TEST(Orphans, WhoHasAParentIsNobodysOrphan) {
    auto folder = TempDir::make("mkb-orphans").value();
    ASSERT_TRUE(write_file_atomic(folder.path() / "x", ""));
    const pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        execl("/usr/bin/tail", "tail", "-f", (folder.path() / "x").c_str(), nullptr);
        _exit(1);
    }
    const auto arguments = [&] { return read_file("/proc/" + std::to_string(child) + "/cmdline").value_or(""); };
    while (!arguments().contains(folder.path().string())) {
        std::this_thread::yield(); // it is not yet what it will be
    }
    end_orphans_of(folder.path());
    kill(child, SIGTERM);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM) << "ended by " << WTERMSIG(status);
}

} // namespace
} // namespace mkb
