#include "crash.h"

#include "mnn/dispatch.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <link.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

namespace mkb::runner {

namespace {

Channel* g_channel = nullptr;
std::uint64_t g_libc_begin = 0;
std::uint64_t g_libc_end = 0;
constexpr std::size_t kStackBytes = 64U << 10;

std::uint64_t program_counter(const void* context) {
    const auto* user = static_cast<const ucontext_t*>(context);
#if defined(__x86_64__)
    return static_cast<std::uint64_t>(user->uc_mcontext.gregs[REG_RIP]);
#else
    return user->uc_mcontext.pc;
#endif
}

/// Where the C library's code lies.
int note_libc(dl_phdr_info* info, std::size_t, void*) {
    const auto inside = reinterpret_cast<std::uint64_t>(&std::abort);
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        const auto& segment = info->dlpi_phdr[i];
        const std::uint64_t begin = info->dlpi_addr + segment.p_vaddr;
        if (segment.p_type == PT_LOAD && inside >= begin && inside - begin < segment.p_memsz) {
            g_libc_begin = begin;
            g_libc_end = begin + segment.p_memsz;
        }
    }
    return 0;
}

/// abort(), an assertion that does not hold or a heap that malloc finds broken: the C library's own way to the signal
/// begins with calls that the jail refuses.
bool aborts(int signal, const siginfo_t& info, std::uint64_t pc) {
    constexpr int kCalls[] = {SYS_rt_sigprocmask, SYS_tgkill, SYS_gettid, SYS_getpid};
    return signal == SIGSYS && pc >= g_libc_begin && pc < g_libc_end &&
           std::ranges::find(kCalls, info.si_syscall) != std::end(kCalls);
}

void on_signal(int signal, siginfo_t* info, void* context) {
    Channel& channel = *g_channel;
    channel.crash_in_candidate = watch().in_candidate;
    if (aborts(signal, *info, program_counter(context))) {
        signal = SIGABRT;
    }
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
    dl_iterate_phdr(note_libc, nullptr);
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
