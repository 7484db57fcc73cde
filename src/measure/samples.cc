#include "measure/samples.h"

#include "base/result.h"
#include "measure/statistics.h"

#include <algorithm>

namespace mkb {

namespace {

double median_of(const std::vector<std::uint32_t>& times, std::size_t begin, std::size_t end) {
    return median(std::vector<double>(times.begin() + static_cast<std::ptrdiff_t>(begin),
                                      times.begin() + static_cast<std::ptrdiff_t>(end)));
}

void append_remainders(const std::vector<std::uint32_t>& witness, const std::vector<std::uint32_t>& claimed,
                       std::vector<double>& remainders) {
    for (std::size_t i = 0; i < std::min(witness.size(), claimed.size()); ++i) {
        remainders.push_back((static_cast<double>(witness[i]) - static_cast<double>(claimed[i])) / 1000);
    }
}

} // namespace

double median_us(const std::vector<std::uint32_t>& times_ns) {
    return median_of(times_ns, 0, times_ns.size()) / 1000;
}

double pair_ratio(const std::vector<std::uint32_t>& native, const std::vector<std::uint32_t>& candidate, int quads) {
    MKB_CHECK(quads > 0 && native.size() == candidate.size() && !native.empty());
    MKB_CHECK(native.size() % static_cast<std::size_t>(quads) == 0);
    const std::size_t each = native.size() / static_cast<std::size_t>(quads);
    std::vector<double> ratios;
    for (std::size_t begin = 0; begin < native.size(); begin += each) {
        const double below = std::max(median_of(candidate, begin, begin + each), 1.0);
        ratios.push_back(std::max(median_of(native, begin, begin + each), 1.0) / below);
    }
    return median(std::move(ratios));
}

ClockCheck check_clocks(const std::vector<job::Pair>& pairs) {
    std::vector<double> native;
    std::vector<double> candidate;
    std::vector<double> times;
    for (const job::Pair& pair : pairs) {
        append_remainders(pair.native_witness_ns, pair.native_ns, native);
        append_remainders(pair.candidate_witness_ns, pair.candidate_ns, candidate);
        times.push_back(median_us(pair.candidate_witness_ns));
    }
    ClockCheck check;
    check.native_remainder_us = median(std::move(native));
    check.candidate_remainder_us = median(std::move(candidate));
    check.tolerance_us =
        kLieFloorUs + kLieShare * median(std::move(times)) + kRemainderShare * std::max(check.native_remainder_us, 0.0);
    check.honest = check.candidate_remainder_us - check.native_remainder_us <= check.tolerance_us;
    return check;
}

} // namespace mkb
