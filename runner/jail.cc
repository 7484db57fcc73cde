#include "jail.h"

#include "device/landlock.h"
#include "device/seccomp_filter.h"
#include "emulator.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <grp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace mkb::runner {

namespace {

constexpr unsigned kNobody = 65534;

bool because(std::string& reason, const char* what) {
    reason = std::string(what) + ": " + std::strerror(errno);
    return false;
}

void note_layer(std::string& layers, const char* layer) {
    layers += (layers.empty() ? "" : " ") + std::string(layer);
}

bool become_nobody(std::string& layers, std::string& reason) {
    if (geteuid() != 0) {
        return true;
    }
    const pid_t parent = getppid();
    if (setgroups(0, nullptr) != 0 || setresgid(kNobody, kNobody, kNobody) != 0 ||
        setresuid(kNobody, kNobody, kNobody) != 0) {
        return because(reason, "could not become an unprivileged user");
    }
    // The kernel forgets it when the user changes, and a killed supervisor would leave this process for ever.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) {
        return because(reason, "the supervisor is gone");
    }
    note_layer(layers, "uid");
    return true;
}

/// Files: only `readable_file` may be opened, for reading.
bool apply_landlock(const std::string& readable_file, std::string& layers, std::string& reason) {
    const char* file = readable_file.empty() ? nullptr : readable_file.c_str();
    const int trouble = open_only(file);
    if (trouble == 0 || (without_landlock(trouble) && emulator_opens_only(file))) {
        note_layer(layers, "landlock");
        return true;
    }
    errno = trouble;
    return without_landlock(trouble) || because(reason, "landlock");
}

bool limit(int resource, rlim_t soft, rlim_t hard) {
    const rlimit value{.rlim_cur = soft, .rlim_max = hard};
    return setrlimit(static_cast<__rlimit_resource>(resource), &value) == 0;
}

bool apply_limits(double memory_limit_mb, double cpu_limit_s, std::string& layers, std::string& reason) {
    const auto memory = static_cast<rlim_t>(memory_limit_mb * 1048576);
    const auto cpu = static_cast<rlim_t>(cpu_limit_s) + 1;
    // Soft below hard: SIGXCPU tells a time-out from a kill.
    if (!limit(RLIMIT_AS, memory, memory) || !limit(RLIMIT_CORE, 0, 0) || !limit(RLIMIT_FSIZE, 0, 0) ||
        !limit(RLIMIT_CPU, cpu, cpu + 2)) {
        return because(reason, "resource limits");
    }
    note_layer(layers, "rlimits");
    return true;
}

/// Everything not allowed traps: SIGSYS carries the number, which is evidence. False: filters are there and this one
/// could not be applied. `layer` names who filters, and stays empty where nobody does.
bool apply(SeccompFilter& filter, std::string& layer, std::string& reason) {
    sock_fprog program = filter.program(SECCOMP_RET_TRAP);
    const int trouble = apply_to_all_threads(program);
    if (trouble == 0) {
        layer = "seccomp";
    } else if (trouble == EINVAL || trouble == ENOSYS) {
        layer = emulator_filters(program) ? "emulator" : "";
    }
    errno = trouble;
    return trouble == 0 || trouble == EINVAL || trouble == ENOSYS || because(reason, "seccomp");
}

void allow_running(SeccompFilter& filter) {
    for (const long number : {SYS_futex, SYS_munmap, SYS_brk, SYS_madvise, SYS_exit_group, SYS_clock_gettime,
                              SYS_sched_yield, SYS_rt_sigreturn, SYS_restart_syscall}) {
        filter.allow(number);
    }
    filter.allow_without_bits(SYS_mremap, 3, MREMAP_FIXED);
    filter.allow_with(SYS_write, 0, STDOUT_FILENO, STDERR_FILENO);
}

} // namespace

bool enter_jail(const std::string& readable_file, double memory_limit_mb, double cpu_limit_s, std::string& layers,
                std::string& reason) {
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
        return because(reason, "no_new_privs");
    }
    note_layer(layers, "no_new_privs");
    // Landlock before the user changes: the plug-in's folder may be closed to nobody.
    return apply_landlock(readable_file, layers, reason) &&
           apply_limits(memory_limit_mb, cpu_limit_s, layers, reason) && become_nobody(layers, reason);
}

bool restrict_to_loading(std::string& layers, std::string& reason) {
    if (!limit(RLIMIT_NPROC, 1, 1)) {
        return because(reason, "limit on processes");
    }
    SeccompFilter filter;
    allow_running(filter);
    for (const long number : {SYS_openat, SYS_read, SYS_fstat, SYS_newfstatat, SYS_pread64, SYS_close, SYS_seccomp}) {
        filter.allow(number);
    }
    // Executable mappings only from a file; nothing both writable and executable.
    filter.allow_without_bits(SYS_mmap, 2, PROT_EXEC);
    filter.allow_executable_mapping_of_file();
    filter.allow_without_bits(SYS_mprotect, 2, PROT_EXEC);
    std::string layer;
    if (!apply(filter, layer, reason)) {
        return false;
    }
    if (!layer.empty()) {
        note_layer(layers, layer.c_str());
    }
    return true;
}

bool restrict_to_running(std::string& reason) {
    SeccompFilter filter;
    allow_running(filter);
#ifdef __GLIBC__
    // What the loader has made read-only, such as the tables through which libraries call each other, stays so. The
    // memory of malloc's one arena (start_child) needs neither call.
    filter.allow_new_mapping();
#else
    filter.allow_without_bits(SYS_mmap, 2, PROT_EXEC);
    filter.allow_without_bits(SYS_mprotect, 2, PROT_EXEC);
#endif
    std::string layer;
    return apply(filter, layer, reason);
}

std::string syscall_name(int number) {
    struct Name {
        long number;
        const char* name;
    };
    static const Name kNames[] = {
        {SYS_openat, "openat"},
        {SYS_socket, "socket"},
        {SYS_connect, "connect"},
        {SYS_clone, "clone"},
        {SYS_clone3, "clone3"},
        {SYS_execve, "execve"},
        {SYS_kill, "kill"},
        {SYS_tgkill, "tgkill"},
        {SYS_ptrace, "ptrace"},
        {SYS_mprotect, "mprotect"},
        {SYS_mmap, "mmap"},
        {SYS_mremap, "mremap"},
        {SYS_read, "read"},
        {SYS_write, "write"},
        {SYS_getpid, "getpid"},
        {SYS_rt_sigaction, "rt_sigaction"},
        {SYS_rt_sigprocmask, "rt_sigprocmask"},
        {SYS_prctl, "prctl"},
        {SYS_unlinkat, "unlinkat"},
        {SYS_sched_setaffinity, "sched_setaffinity"},
        {SYS_setpriority, "setpriority"},
        {SYS_close, "close"},
        {SYS_setitimer, "setitimer"},
        {SYS_timer_create, "timer_create"},
        {SYS_nanosleep, "nanosleep"},
        {SYS_clock_nanosleep, "clock_nanosleep"},
        {SYS_exit, "exit"},
        {SYS_process_vm_readv, "process_vm_readv"},
        {SYS_process_vm_writev, "process_vm_writev"},
        {SYS_memfd_create, "memfd_create"},
        {SYS_newfstatat, "newfstatat"},
        {SYS_ioctl, "ioctl"},
        {SYS_getrandom, "getrandom"},
        {SYS_getcwd, "getcwd"},
        {SYS_gettid, "gettid"},
        {SYS_readlinkat, "readlinkat"},
#ifdef SYS_fork
        {SYS_fork, "fork"},
        {SYS_vfork, "vfork"},
        {SYS_open, "open"},
        {SYS_unlink, "unlink"},
#endif
    };
    for (const Name& entry : kNames) {
        if (entry.number == number) {
            return entry.name;
        }
    }
    return "system call " + std::to_string(number);
}

} // namespace mkb::runner
