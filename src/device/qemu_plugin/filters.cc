#include "device/qemu_plugin/filters.h"

#include "device/seccomp_filter.h"

#include <algorithm>
#include <csignal>
#include <cstring>

namespace mkb::emulator {

namespace {

constexpr std::int64_t kOpenat = 56; ///< of aarch64

bool same_code(const sock_filter& step, unsigned code) {
    return step.code == code;
}

/// What the emulator may ask of the kernel while the program may open files or not. Signals to itself only: it sends
/// them to end as its program ended.
bool wall_in(bool may_open) {
    SeccompFilter filter;
    for (const long number :
         {SYS_futex, SYS_munmap, SYS_mremap, SYS_brk, SYS_madvise, SYS_exit_group, SYS_exit, SYS_clock_gettime,
          SYS_clock_nanosleep, SYS_sched_yield, SYS_rt_sigreturn, SYS_rt_sigprocmask, SYS_rt_sigaction,
          SYS_rt_sigsuspend, SYS_sigaltstack, SYS_getpid, SYS_gettid, SYS_restart_syscall, SYS_seccomp}) {
        filter.allow(number);
    }
    const auto self = static_cast<std::uint32_t>(getpid());
    for (const long number : {SYS_kill, SYS_tgkill, SYS_rt_tgsigqueueinfo}) {
        filter.allow_with(number, 0, self, self);
    }
    filter.allow_with(SYS_write, 0, STDOUT_FILENO, STDERR_FILENO);
    filter.allow_without_bits(SYS_mmap, 2, PROT_EXEC);
    filter.allow_without_bits(SYS_mprotect, 2, PROT_EXEC);
    if (may_open) {
        for (const long number : {SYS_openat, SYS_read, SYS_fstat, SYS_newfstatat, SYS_pread64, SYS_close}) {
            filter.allow(number);
        }
    }
    sock_fprog program = filter.program(SECCOMP_RET_ERRNO | EPERM);
    return apply_to_all_threads(program) == 0;
}

} // namespace

std::optional<CallFilter> CallFilter::read(const sock_fprog& program) {
    CallFilter filter;
    filter.program_.assign(program.filter, program.filter + program.len);
    for (std::size_t at = 0; at < filter.program_.size(); ++at) {
        const sock_filter& step = filter.program_[at];
        const bool jump = same_code(step, BPF_JMP | BPF_JEQ | BPF_K) || same_code(step, BPF_JMP | BPF_JSET | BPF_K);
        const bool load = same_code(step, BPF_LD | BPF_W | BPF_ABS);
        const bool end = same_code(step, BPF_RET | BPF_K);
        const std::size_t furthest = at + 1 + (jump ? std::max(step.jt, step.jf) : 0);
        if (!(jump || load || end) || (!end && furthest >= filter.program_.size()) ||
            (load && (step.k % 4 != 0 || step.k > sizeof(seccomp_data) - 4))) {
            return std::nullopt;
        }
    }
    return filter.program_.empty() ? std::nullopt : std::optional(std::move(filter));
}

std::uint32_t CallFilter::verdict(const seccomp_data& call) const {
    std::uint32_t word = 0;
    for (std::size_t at = 0;; ++at) { // ends: it only ever goes forward, and `read` saw a return at the end
        const sock_filter& step = program_[at];
        switch (step.code) {
        case BPF_RET | BPF_K:
            return step.k;
        case BPF_JMP | BPF_JEQ | BPF_K:
            at += word == step.k ? step.jt : step.jf;
            break;
        case BPF_JMP | BPF_JSET | BPF_K:
            at += (word & step.k) != 0 ? step.jt : step.jf;
            break;
        default:
            std::memcpy(&word, reinterpret_cast<const char*>(&call) + step.k, sizeof word);
        }
    }
}

bool Filters::add(const sock_fprog& program) {
    auto filter = CallFilter::read(program);
    if (!filter) {
        return false;
    }
    filters_.push_back(std::move(*filter));
    if (!wall_in(allow(kOpenat, {}))) {
        filters_.pop_back();
        return false;
    }
    return true;
}

bool Filters::allow(std::int64_t number, const std::array<std::uint64_t, 6>& arguments) const {
    seccomp_data call{};
    call.nr = static_cast<int>(number);
    call.arch = AUDIT_ARCH_AARCH64;
    std::ranges::copy(arguments, call.args);
    return std::ranges::all_of(filters_, [&](const CallFilter& filter) {
        return (filter.verdict(call) & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ALLOW;
    });
}

} // namespace mkb::emulator
