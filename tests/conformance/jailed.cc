// A process in the runner's own jail that tries one thing, named by the first argument, and prints what came of it.
// Linked with runner/jail.cc and runner/emulator.cc, for whatever processor the device has.
#include "emulator.h"
#include "jail.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

constexpr double kMemoryMb = 300;
constexpr int kRefused = 3;

void say(const std::string& text) {
    (void)!write(STDOUT_FILENO, (text + "\n").c_str(), text.size() + 1);
}

void on_refused(int, siginfo_t* info, void*) {
    say("refused " + mkb::runner::syscall_name(info->si_syscall));
    _exit(kRefused);
}

void came_of(long result) {
    say(result < 0 ? std::string("failed: ") + std::strerror(errno) : "it happened");
}

void count_a_loop() {
    std::uint64_t counts[4] = {};
    for (std::uint64_t& count : counts) {
        for (volatile int i = 0; i < 1000; i = i + 1) {
        }
        mkb::runner::count_instructions(count);
    }
    say(counts[1] - counts[0] == counts[2] - counts[1] && counts[3] - counts[2] == counts[2] - counts[1] &&
                counts[1] - counts[0] > 3000 && counts[1] - counts[0] < 30'000
            ? "the same count"
            : "another count");
}

void attempt(const std::string& what, pid_t parent) {
    if (what == "nothing") {
        say("fine");
    } else if (what == "socket") {
        came_of(syscall(SYS_socket, 2, 1, 0));
    } else if (what == "clone") {
        came_of(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
    } else if (what == "execve") {
        came_of(syscall(SYS_execve, "/proc/self/exe", nullptr, nullptr));
    } else if (what == "kill") {
        came_of(syscall(SYS_kill, parent, SIGKILL));
    } else if (what == "openat") {
        came_of(syscall(SYS_openat, AT_FDCWD, "jailed", O_RDONLY));
    } else if (what == "write") {
        came_of(syscall(SYS_write, 7, "x", 1));
    } else if (what == "mmap") {
        came_of(syscall(SYS_mmap, nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == -1 ? -1
                                                                                                                  : 0);
    } else if (what == "process_vm_writev") {
        came_of(syscall(SYS_process_vm_writev, parent, nullptr, 0, nullptr, 0, 0));
    } else if (what == "rt_sigaction") {
        struct sigaction none{};
        none.sa_handler = SIG_IGN;
        sigaction(SIGSYS, &none, nullptr);
        came_of(syscall(SYS_socket, 2, 1, 0));
    } else if (what == "rt_sigprocmask") {
        sigset_t all;
        sigfillset(&all);
        sigprocmask(SIG_BLOCK, &all, nullptr);
        came_of(syscall(SYS_socket, 2, 1, 0));
    } else if (what == "exit") {
        syscall(SYS_exit, 0);
    } else if (what == "memory") {
        void* volatile memory = malloc(std::size_t{2} << 30);
        say(memory == nullptr ? "no memory" : "it happened");
    } else if (what == "no count") {
        say("nobody counts");
    } else if (what == "count") {
        count_a_loop();
    }
}

} // namespace

int main(int argc, char** argv) {
    const std::string what = argc > 1 ? argv[1] : "";
    struct sigaction action{};
    action.sa_sigaction = on_refused;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSYS, &action, nullptr);
    const pid_t parent = getppid();
    std::uint64_t count = 0;
    const bool counted = mkb::runner::count_instructions(count);
    char here[4096] = {};
    const std::string readable = std::string(getcwd(here, sizeof here)) + "/readable";
    std::string layers;
    std::string reason;
    if (!mkb::runner::enter_jail(readable, kMemoryMb, 60, layers, reason) ||
        !mkb::runner::restrict_to_loading(layers, reason)) {
        say(reason);
        return 1;
    }
    if (what == "layers") {
        say(layers);
    } else if (what == "read while loading") {
        came_of(open(readable.c_str(), O_RDONLY | O_CLOEXEC));
    } else if (what == "read another while loading") {
        came_of(open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
    }
    if (!mkb::runner::restrict_to_running(reason)) {
        say(reason);
        return 1;
    }
    attempt(what == "count" && !counted ? "no count" : what, parent);
    return 0;
}
