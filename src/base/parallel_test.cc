#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <gtest/gtest.h>
#include <vector>

namespace mkb {
namespace {

TEST(Parallel, EveryNumberComesOnceBeforeItReturns) {
    for (const std::size_t count : {0U, 1U, 2U, 1000U}) {
        std::vector<std::atomic<int>> seen(count);
        in_parallel(count, [&](std::size_t i) { ++seen[i]; });
        EXPECT_TRUE(std::ranges::all_of(seen, [](const std::atomic<int>& times) { return times == 1; }));
    }
}

} // namespace
} // namespace mkb
