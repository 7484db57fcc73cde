#pragma once
// What an emulator that the runner is started in may do for it, where the kernel's own call does not come through:
// asked by a system call number that no kernel has, so that everywhere else the answer is "no such call". Shared by the
// runner and src/device/qemu_plugin.
#include <cstdint>

namespace mkb::emulator {

constexpr long kCall = 0x6d6b62; ///< call(ask, argument, Answer*)
constexpr std::uint64_t kGreeting = 0x736e7773'65726d6bULL;

enum class Ask : std::uint64_t {
    instructions = 1, ///< `value`: instructions executed so far by this process; no argument
    only_read = 2,    ///< this thread and those it starts may open one file, for reading; `argument`: its path
    filter = 3,       ///< every system call from now on passes this filter; `argument`: a sock_fprog
};

struct Answer {
    std::uint64_t greeting = kGreeting; ///< written by who asks: shows that addresses mean the same to both
    std::uint64_t done = 0;             ///< 1: it was done
    std::uint64_t value = 0;
};

} // namespace mkb::emulator
