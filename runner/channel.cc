#include "channel.h"

#include <algorithm>
#include <ctime>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace mkb::runner {

std::uint64_t now_ns() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U + static_cast<std::uint64_t>(time.tv_nsec);
}

bool wait_for_turn(std::atomic<std::uint32_t>& turn, std::uint32_t wanted, std::int64_t limit_ns) {
    const std::uint64_t start = now_ns();
    std::uint32_t seen = turn.load(std::memory_order_acquire);
    while (seen != wanted) {
        const auto left = limit_ns - static_cast<std::int64_t>(now_ns() - start);
        if (left <= 0) {
            return false;
        }
        const timespec time{.tv_sec = left / 1'000'000'000, .tv_nsec = left % 1'000'000'000};
        syscall(SYS_futex, &turn, FUTEX_WAIT, seen, &time, nullptr, 0);
        seen = turn.load(std::memory_order_acquire);
    }
    return true;
}

void pass_turn(std::atomic<std::uint32_t>& turn, std::uint32_t to) {
    turn.store(to, std::memory_order_release);
    syscall(SYS_futex, &turn, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

std::string text_of(const char* from, std::size_t size) {
    std::string text(from, size);
    text.resize(std::min(text.find('\0'), size));
    return text;
}

} // namespace mkb::runner
