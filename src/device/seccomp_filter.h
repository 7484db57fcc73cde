#pragma once
// A filter of system calls, built by the runner for its children and by an emulator's plug-in for the emulator.
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace mkb {

#if defined(__x86_64__)
constexpr std::uint32_t kAuditArchitecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
constexpr std::uint32_t kAuditArchitecture = AUDIT_ARCH_AARCH64;
#endif

/// Allowed calls return early, everything else gets `refused` (SECCOMP_RET_TRAP, SECCOMP_RET_ERRNO | EPERM). A call of
/// another architecture ends the process.
class SeccompFilter {
public:
    SeccompFilter() {
        load(offsetof(seccomp_data, arch));
        program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, kAuditArchitecture, 1, 0));
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
    /// mmap without PROT_EXEC where the system chooses the place: nothing that is mapped is replaced.
    void allow_new_mapping() {
        program_.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 6));
        load(low_word_of_argument(2));
        program_.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 3, 0));
        load(low_word_of_argument(3));
        program_.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_FIXED, 1, 0));
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

    /// The finished program; it points into this object.
    sock_fprog program(std::uint32_t refused) {
        program_.push_back(BPF_STMT(BPF_RET | BPF_K, refused));
        return {.len = static_cast<unsigned short>(program_.size()), .filter = program_.data()};
    }

private:
    static constexpr std::uint32_t kNumberAt = offsetof(seccomp_data, nr);
    static constexpr std::uint32_t low_word_of_argument(unsigned index) {
        return static_cast<std::uint32_t>(offsetof(seccomp_data, args) + index * 8U);
    }
    void load(std::uint32_t offset) { program_.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset)); }
    std::vector<sock_filter> program_;
};

/// For every thread of the process; 0 or an errno. EINVAL and ENOSYS: there are no filters here.
inline int apply_to_all_threads(sock_fprog& program) {
    const long done = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                              SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW, &program);
    return done == 0 ? 0 : errno;
}

} // namespace mkb
