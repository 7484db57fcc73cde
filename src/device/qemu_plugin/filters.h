#pragma once
// Filters of system calls for a program under emulation: read from the program's memory and run here, with a filter of
// the host's kernel around the emulator itself.
#include <array>
#include <cstdint>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <optional>
#include <vector>

namespace mkb::emulator {

/// One filter program of the kind that SeccompFilter makes: loads of words, jumps on a constant, returns.
class CallFilter {
public:
    /// A copy; nothing when it holds another instruction, jumps out of itself or does not end.
    static std::optional<CallFilter> read(const sock_fprog& program);
    /// What it returns for a call: SECCOMP_RET_…
    std::uint32_t verdict(const seccomp_data& call) const;

private:
    std::vector<sock_filter> program_;
};

/// All filters of a process, as a kernel keeps them: none can be taken back.
class Filters {
public:
    /// Takes the program over and puts the emulator behind a filter of the kernel that is no wider than the emulator
    /// needs. False, and nothing is changed, when either cannot be.
    bool add(const sock_fprog& program);
    bool allow(std::int64_t number, const std::array<std::uint64_t, 6>& arguments) const;

private:
    std::vector<CallFilter> filters_;
};

} // namespace mkb::emulator
