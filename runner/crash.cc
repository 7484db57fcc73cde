#include "crash.h"

#include "mnn/dispatch.h"

#include <csignal>
#include <cstdlib>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

namespace mkb::runner {

namespace {

Channel* g_channel = nullptr;
constexpr std::size_t kStackBytes = 64U << 10;

std::uint64_t program_counter(const void* context) {
    const auto* user = static_cast<const ucontext_t*>(context);
#if defined(__x86_64__)
    return static_cast<std::uint64_t>(user->uc_mcontext.gregs[REG_RIP]);
#else
    return user->uc_mcontext.pc;
#endif
}

void on_signal(int signal, siginfo_t* info, void* context) {
    Channel& channel = *g_channel;
    channel.crash_in_candidate = watch().in_candidate;
    channel.crash_syscall = signal == SIGSYS ? info->si_syscall : -1;
    channel.crash_address = reinterpret_cast<std::uint64_t>(info->si_addr);
    channel.crash_pc = program_counter(context);
    channel.crash_signal.store(static_cast<std::uint32_t>(signal), std::memory_order_release);
    pass_turn(channel.turn, 0);
    _exit(2);
}

} // namespace

void install_crash_handlers(Channel& channel) {
    g_channel = &channel;
    stack_t stack{};
    stack.ss_size = kStackBytes;
    stack.ss_sp = mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (stack.ss_sp == MAP_FAILED || sigaltstack(&stack, nullptr) != 0) {
        _exit(4);
    }
    struct sigaction action{};
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS, SIGXCPU}) {
        sigaction(signal, &action, nullptr);
    }
}

} // namespace mkb::runner
