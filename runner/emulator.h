#pragma once
// What an emulator does for us where the kernel's own call does not come through (src/device/emulator_call.h). Without
// an emulator every answer is no.
#include <cstdint>
#include <linux/filter.h>

namespace mkb::runner {

/// This thread, and those it starts, may open `readable_file` for reading (null: nothing) and nothing else.
bool emulator_opens_only(const char* readable_file);
/// Every system call of this process passes this filter from now on; one that traps is a SIGSYS.
bool emulator_filters(const sock_fprog& program);
/// Instructions that this process has executed so far; exact with one thread. Under a kernel's own filter only after it
/// has answered once before: elsewhere the call is refused.
bool count_instructions(std::uint64_t& count);

} // namespace mkb::runner
