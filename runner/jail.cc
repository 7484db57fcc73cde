#include "jail.h"

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

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

/// Files: only `readable_file` may be opened, for reading. ENOSYS and EOPNOTSUPP mean that the kernel has no Landlock.
bool apply_landlock(const std::string& readable_file, std::string& layers, std::string& reason) {
    constexpr std::uint64_t kAllRights = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1; // every right of the first version
    landlock_ruleset_attr attributes{};
    attributes.handled_access_fs = kAllRights;
    const auto ruleset = static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0));
    if (ruleset < 0) {
        return errno == ENOSYS || errno == EOPNOTSUPP || errno == EINVAL || because(reason, "landlock_create_ruleset");
    }
    bool done = true;
    if (!readable_file.empty()) {
        landlock_path_beneath_attr rule{};
        rule.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE;
        rule.parent_fd = open(readable_file.c_str(), O_PATH | O_CLOEXEC);
        done =
            rule.parent_fd >= 0 && syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
        close(rule.parent_fd);
    }
    done = done && syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
    close(ruleset);
    if (!done) {
        return because(reason, "landlock");
    }
    note_layer(layers, "landlock");
    return true;
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

#if defined(__x86_64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kArchitecture = AUDIT_ARCH_AARCH64;
#endif

constexpr std::uint32_t kNumberAt = offsetof(seccomp_data, nr);
constexpr std::uint32_t kArchitectureAt = offsetof(seccomp_data, arch);
constexpr std::uint32_t low_word_of_argument(unsigned index) {
    return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + index * 8U);
}

/// A filter program: allowed calls return early, everything else traps (SIGSYS carries the number: evidence).
class Filter {
public:
    Filter() {
        load(kArchitectureAt);
        program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kArchitecture, 1, 0));
        program_.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS));
        load(kNumberAt);
    }
    void allow(long number) {
        program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 1));
        program_.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
    }
    /// Allowed when no bit of `mask` is set in the argument.
    void allow_without_bits(long number, unsigned argument, std::uint32_t mask) {
        program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 4));
        load(low_word_of_argument(argument));
        program_.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, mask, 1, 0));
        program_.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
        load(kNumberAt);
    }
    /// mmap of a file with PROT_EXEC and without PROT_WRITE, as the dynamic loader maps code.
    void allow_executable_mapping_of_file() {
        program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 6));
        load(low_word_of_argument(2));
        program_.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_WRITE, 3, 0));
        load(low_word_of_argument(3));
        program_.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_ANONYMOUS, 1, 0));
        program_.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
        load(kNumberAt);
    }
    /// Allowed when the argument is one of two values.
    void allow_with(long number, unsigned argument, std::uint32_t first, std::uint32_t second) {
        program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<std::uint32_t>(number), 0, 5));
        load(low_word_of_argument(argument));
        program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, first, 1, 0));
        program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, second, 0, 1));
        program_.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
        load(kNumberAt);
    }
    /// For every thread of the process. EINVAL and ENOSYS: the platform (an emulator) has no filters.
    bool apply(bool& there, std::string& reason) {
        program_.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP));
        sock_fprog program{.len = static_cast<unsigned short>(program_.size()), .filter = program_.data()};
        const long done = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                                  SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program);
        there = done == 0;
        return done == 0 || errno == EINVAL || errno == ENOSYS || because(reason, "seccomp");
    }

private:
    void load(std::uint32_t offset) { program_.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)); }
    std::vector<sock_filter> program_;
};

void allow_running(Filter& filter) {
    for (const long number : {SYS_futex, SYS_munmap, SYS_mremap, SYS_brk, SYS_madvise, SYS_exit_group,
                              SYS_clock_gettime, SYS_sched_yield, SYS_rt_sigreturn, SYS_restart_syscall}) {
        filter.allow(number);
    }
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
    Filter filter;
    allow_running(filter);
    for (const long number : {SYS_openat, SYS_read, SYS_fstat, SYS_newfstatat, SYS_pread64, SYS_close, SYS_seccomp}) {
        filter.allow(number);
    }
    // Executable mappings only from a file; nothing both writable and executable.
    filter.allow_without_bits(SYS_mmap, 2, PROT_EXEC);
    filter.allow_executable_mapping_of_file();
    filter.allow_without_bits(SYS_mprotect, 2, PROT_EXEC);
    bool there = false;
    if (!filter.apply(there, reason)) {
        return false;
    }
    if (there) {
        note_layer(layers, "seccomp");
    }
    return true;
}

bool restrict_to_running(std::string& reason) {
    Filter filter;
    allow_running(filter);
    filter.allow_without_bits(SYS_mmap, 2, PROT_EXEC);
    filter.allow_without_bits(SYS_mprotect, 2, PROT_EXEC);
    bool there = false;
    return filter.apply(there, reason);
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
        {SYS_read, "read"},
        {SYS_write, "write"},
        {SYS_getpid, "getpid"},
        {SYS_rt_sigaction, "rt_sigaction"},
        {SYS_prctl, "prctl"},
        {SYS_unlinkat, "unlinkat"},
        {SYS_sched_setaffinity, "sched_setaffinity"},
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
