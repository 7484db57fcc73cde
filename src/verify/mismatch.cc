#include "verify/mismatch.h"

#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <numeric>
#include <optional>

namespace mkb {
namespace {

constexpr std::size_t kExamples = 3;

/// Along one axis: the range that the mismatches span, and which residues modulo 4 they have (frameworks pack four
/// channels or elements, so a fault in one lane or in the remainder shows as a residue).
struct Extent {
    std::int64_t low = 0;
    std::int64_t high = 0;
    unsigned residues = 0;
};

std::vector<Extent> extents_of(const std::vector<std::int64_t>& shape, const Mismatches& mismatches) {
    std::vector<Extent> extents(shape.size());
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        extents[axis].low = shape[axis];
    }
    for (const std::size_t flat : mismatches.all) {
        std::size_t rest = flat;
        for (std::size_t axis = shape.size(); axis-- > 0;) {
            const auto size = static_cast<std::size_t>(shape[axis]);
            const auto at = static_cast<std::int64_t>(rest % size);
            rest /= size;
            extents[axis].low = std::min(extents[axis].low, at);
            extents[axis].high = std::max(extents[axis].high, at);
            extents[axis].residues |= 1U << (at % 4);
        }
    }
    return extents;
}

std::optional<std::string> residue_hint(std::size_t axis, const Extent& extent) {
    if (std::popcount(extent.residues) != 1 || extent.low == extent.high) {
        return std::nullopt;
    }
    return fmt::format("index[{}] % 4 == {}", axis, std::countr_zero(extent.residues));
}

} // namespace

Mismatches find_mismatches(const std::vector<std::int64_t>& shape, const std::function<double(std::size_t)>& badness,
                           double limit) {
    const auto elements =
        static_cast<std::size_t>(std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>()));
    Mismatches found;
    double worst = limit;
    for (std::size_t i = 0; i < elements; ++i) {
        const double bad = badness(i);
        if (bad > limit) {
            found.all.push_back(i);
        }
        if (bad > worst) {
            worst = bad;
            found.worst = i;
        }
    }
    found.count = found.all.size();
    found.first.assign(found.all.begin(),
                       found.all.begin() + static_cast<std::ptrdiff_t>(std::min(kExamples, found.count)));
    return found;
}

std::vector<std::int64_t> index_of(const std::vector<std::int64_t>& shape, std::size_t flat) {
    std::vector<std::int64_t> index(shape.size());
    for (std::size_t axis = shape.size(); axis-- > 0;) {
        const auto size = static_cast<std::size_t>(shape[axis]);
        index[axis] = static_cast<std::int64_t>(flat % size);
        flat /= size;
    }
    return index;
}

std::string where_hint(const std::vector<std::int64_t>& shape, const Mismatches& mismatches) {
    if (mismatches.count < 2) {
        return {};
    }
    std::vector<std::string> ranges;
    std::vector<std::string> residues;
    bool everywhere = true;
    const auto extents = extents_of(shape, mismatches);
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        const Extent& extent = extents[axis];
        everywhere = everywhere && extent.low == 0 && extent.high == shape[axis] - 1;
        ranges.push_back(extent.low == extent.high ? fmt::format("{}", extent.low)
                                                   : fmt::format("{}…{}", extent.low, extent.high));
        if (auto hint = residue_hint(axis, extent)) {
            residues.push_back(std::move(*hint));
        }
    }
    std::string text;
    if (!everywhere) {
        text += fmt::format("\nall of them lie in [{}]", fmt::join(ranges, ", "));
    }
    if (!residues.empty()) {
        text += fmt::format("\nall of them have {}", fmt::join(residues, " and "));
    }
    return text;
}

} // namespace mkb
