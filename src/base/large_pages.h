#pragma once
#include <cstdint>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

namespace mkb {

/// What is written into the buffer's capacity costs one page fault every two megabytes, where the system has such
/// pages. For buffers of megabytes: elsewhere it is nothing.
inline void in_large_pages(std::string& buffer) {
#ifdef MADV_HUGEPAGE
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const auto place = reinterpret_cast<std::uintptr_t>(buffer.data());
    const std::uintptr_t begin = (place + page - 1) / page * page;
    const std::uintptr_t end = (place + buffer.capacity()) / page * page;
    if (begin < end) {
        madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
    }
#endif
}

} // namespace mkb
