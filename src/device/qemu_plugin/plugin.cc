// Loaded into every emulated process of the device `qemu`: counts instructions, and is to the runner's jail what the
// kernel is elsewhere. A refused system call is kept from happening by filters of the host's kernel around the whole
// emulator, and is reported to the emulated program as SIGSYS, as its own kernel would.
#include "device/emulator_call.h"
#include "device/landlock.h"
#include "device/qemu_plugin/filters.h"
#include "device/qemu_plugin/qemu_api.h"

#include <csignal>
#include <cstring>
#include <sys/resource.h>
#include <sys/uio.h>

namespace {

using mkb::emulator::Answer;
using mkb::emulator::Ask;

// Numbers of aarch64, the only target.
constexpr std::int64_t kPrlimit = 261;

std::uint64_t g_instructions = 0;
mkb::emulator::Filters g_filters;
bool g_one_address_space = false; ///< an address means the same to the emulated program and to us

void count_block(qemu_plugin_id_t, qemu_plugin_tb* block) {
    qemu_plugin_register_vcpu_tb_exec_inline(block, QEMU_PLUGIN_INLINE_ADD_U64, &g_instructions,
                                             qemu_plugin_tb_n_insns(block));
}

/// Whether the emulator maps the program's addresses unchanged: asked of the kernel, which does not crash on a wrong
/// one.
bool same_addresses(std::uint64_t answer) {
    if (!g_one_address_space) {
        std::uint64_t greeting = 0;
        const iovec here{.iov_base = &greeting, .iov_len = sizeof greeting};
        const iovec there{.iov_base = reinterpret_cast<void*>(answer), .iov_len = sizeof greeting};
        g_one_address_space = process_vm_readv(getpid(), &here, 1, &there, 1, 0) == sizeof greeting &&
                              greeting == mkb::emulator::kGreeting;
    }
    return g_one_address_space;
}

void answer(std::uint64_t ask, std::uint64_t argument, std::uint64_t place) {
    if (!same_addresses(place)) {
        return;
    }
    auto* to = reinterpret_cast<Answer*>(place);
    switch (static_cast<Ask>(ask)) {
    case Ask::instructions:
        to->value = g_instructions;
        to->done = 1;
        break;
    case Ask::only_read:
        to->value = static_cast<std::uint64_t>(mkb::open_only(reinterpret_cast<const char*>(argument)));
        to->done = to->value == 0 ? 1 : 0;
        break;
    case Ask::filter:
        to->done = g_filters.add(*reinterpret_cast<const sock_fprog*>(argument)) ? 1 : 0;
        break;
    }
}

/// QEMU passes no limit on memory on to the kernel, because it needs room of its own.
void limit_memory(std::uint64_t wanted) {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    constexpr rlim_t kOfTheEmulator = rlim_t{1} << 30; // code cache, its own heap, libraries
    const auto* limit = reinterpret_cast<const rlimit*>(wanted);
    if (limit->rlim_cur < RLIM_INFINITY - kOfTheEmulator) {
        const rlimit wider{.rlim_cur = limit->rlim_cur + kOfTheEmulator, .rlim_max = limit->rlim_max + kOfTheEmulator};
        setrlimit(RLIMIT_AS, &wider);
    }
}

/// SIGSYS as a kernel's filter sends it. QEMU holds it for the program, and gives up the call where it can; where it
/// goes on with it, the kernel's filter stands around it.
void report(std::int64_t number) {
    siginfo_t info;
    std::memset(&info, 0, sizeof info);
    info.si_signo = SIGSYS;
    constexpr int kBySeccomp = 1; // SYS_SECCOMP
    info.si_code = kBySeccomp;
    info.si_syscall = static_cast<int>(number);
    syscall(SYS_rt_tgsigqueueinfo, getpid(), syscall(SYS_gettid), SIGSYS, &info);
}

void on_syscall(qemu_plugin_id_t, unsigned, std::int64_t number, std::uint64_t a1, std::uint64_t a2, std::uint64_t a3,
                std::uint64_t a4, std::uint64_t a5, std::uint64_t a6, std::uint64_t, std::uint64_t) {
    if (number == mkb::emulator::kCall) {
        answer(a1, a2, a3);
    } else if (number == kPrlimit && a2 == RLIMIT_AS && a3 != 0 && g_one_address_space) {
        limit_memory(a3);
    } else if (!g_filters.allow(number, {a1, a2, a3, a4, a5, a6})) {
        report(number);
    }
}

} // namespace

int qemu_plugin_version = 1;

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int, char**) {
    if (info->system_emulation || std::strcmp(info->target_name, "aarch64") != 0) {
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, count_block);
    qemu_plugin_register_vcpu_syscall_cb(id, on_syscall);
    return 0;
}
