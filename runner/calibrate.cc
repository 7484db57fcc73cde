#include "channel.h"
#include "supervisor.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace mkb::runner {

namespace {

// A vector as wide as the compiler finds natural; the loops below keep enough of them in flight to hide the latency of
// one.
using Vector = float __attribute__((vector_size(32)));
constexpr int kChains = 12;
constexpr int kLanes = 8;
volatile float g_sink = 0;

#if defined(__x86_64__)
__attribute__((target("avx2,fma")))
#endif
float multiply_add(long rounds) {
    Vector sums[kChains];
    for (int i = 0; i < kChains; ++i) {
        sums[i] = Vector{} + static_cast<float>(i);
    }
    const Vector factor = Vector{} + 0.999F;
    const Vector term = Vector{} + 0.001F;
    for (long round = 0; round < rounds; ++round) {
#pragma clang fp contract(fast)
#pragma clang loop unroll(full)
        for (int i = 0; i < kChains; ++i) {
            sums[i] = sums[i] * factor + term;
        }
    }
    Vector total{};
    for (const Vector& sum : sums) {
        total += sum;
    }
    return total[0];
}

double peak_gflop_s() {
    constexpr long kRounds = 2'000'000;
    double best = 0;
    for (int i = 0; i < 7; ++i) {
        const std::uint64_t start = now_ns();
        g_sink = multiply_add(kRounds);
        const auto ns = static_cast<double>(now_ns() - start);
        best = std::max(best, 2.0 * kChains * kLanes * kRounds / ns);
    }
    return best;
}

double copy_gb_s(std::size_t working_set) {
    const std::size_t half = working_set / 2;
    std::vector<char> from(half, 1);
    std::vector<char> to(half, 2);
    const std::size_t copies = std::max<std::size_t>(1, (32U << 20) / half);
    double best = 0;
    for (int i = 0; i < 7; ++i) {
        const std::uint64_t start = now_ns();
        for (std::size_t copy = 0; copy < copies; ++copy) {
            std::memcpy(to.data(), from.data(), half);
            asm volatile("" : : "r"(to.data()) : "memory");
        }
        best = std::max(best, 2.0 * static_cast<double>(half * copies) / static_cast<double>(now_ns() - start));
    }
    return best;
}

} // namespace

void calibrate(job::JobResult& result) {
    for (std::uint64_t kib = 16; kib <= 65536; kib *= 4) {
        result.bandwidth.push_back({.working_set_bytes = kib * 1024, .gb_s = copy_gb_s(kib * 1024)});
    }
    result.peak_gflop_s = peak_gflop_s();
}

} // namespace mkb::runner
