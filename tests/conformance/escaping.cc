// A process that tries to get out of the jail it is in: `escaping JAIL NAME victim port folder`. JAIL says what this
// process does first: "loading" and "running" are the runner's own two stages, "none" is somebody else's jail.
// `escaping list` prints "group, name, whether a compiler may" of every attempt.
#include "escapes.h"
#include "jail.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {

using mkb::escapes::Escape;

constexpr double kMemoryMb = 300;
constexpr double kCpuS = 1;
constexpr std::size_t kSignalStack = 65536;

void say(const char* text) {
    (void)!write(STDOUT_FILENO, text, std::strlen(text));
}

void end_with(const char* before, const char* text) {
    say(before);
    say(text);
    say("\n");
    syscall(SYS_exit_group, 0);
}

void on_signal(int signal, siginfo_t* info, void*) {
    if (signal == SIGSYS) {
        end_with("refused: ", mkb::runner::syscall_name(info->si_syscall).c_str());
    }
    end_with("ended: ", signal == SIGXCPU ? "limit of processor time" : "limit of memory");
}

std::vector<Escape> all_escapes() {
    std::vector<Escape> all;
    for (const auto& part :
         {mkb::escapes::network_escapes(), mkb::escapes::file_escapes(), mkb::escapes::process_escapes(),
          mkb::escapes::privilege_escapes(), mkb::escapes::resource_escapes()}) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

/// A stack that has no room left needs another one for its signal.
void catch_signals() {
    static char stack[kSignalStack];
    const stack_t alternative{.ss_sp = stack, .ss_flags = 0, .ss_size = sizeof stack};
    sigaltstack(&alternative, nullptr);
    struct sigaction action{};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    for (const int signal : {SIGSYS, SIGXCPU, SIGSEGV, SIGBUS}) {
        sigaction(signal, &action, nullptr);
    }
}

bool enter(const std::string& jail, std::string& reason) {
    std::string layers;
    if (jail == "none") {
        return true;
    }
    return mkb::runner::enter_jail("", kMemoryMb, kCpuS, layers, reason) &&
           mkb::runner::restrict_to_loading(layers, reason) &&
           (jail == "loading" || mkb::runner::restrict_to_running(reason));
}

int list() {
    for (const Escape& escape : all_escapes()) {
        std::printf("%s\t%s\t%d\n", escape.group, escape.name, escape.compiler_may ? 1 : 0);
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    if (argc == 2 && std::strcmp(argv[1], "list") == 0) {
        return list();
    }
    if (argc != 6) {
        return 64;
    }
    const std::string name = argv[2];
    const mkb::escapes::Outside outside{.victim = std::atoi(argv[3]), .port = std::atoi(argv[4]), .folder = argv[5]};
    catch_signals();
    std::string reason;
    if (!enter(argv[1], reason)) {
        end_with("no jail: ", reason.c_str());
    }
    for (const Escape& escape : all_escapes()) {
        if (escape.name == name) {
            errno = 0;
            const long came = escape.attempt(outside);
            end_with(came < 0 ? "failed: " : "it happened", came < 0 ? std::strerror(errno) : "");
        }
    }
    return 64;
}
