#pragma once
// What the framework's Raster would move, checked before anything moves: regions, as a geometry computer emits them.
// Pure arithmetic: no tensor's memory is touched, and the framework is not known here.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mkb::runner {

/// Three nested loops over a tensor's elements: the element at `offset + Σ index[i] * stride[i]`.
struct Walk {
    std::int64_t offset = 0;
    std::int64_t stride[3] = {1, 1, 1};
};
using Extent = std::int64_t[3]; ///< how often each of the loops runs

/// First and last element that a walk touches, wherever they are; exact up to ±2^40, which no tensor reaches.
struct Span {
    std::int64_t first = 0;
    std::int64_t last = 0;
    bool within(std::int64_t elements) const { return first >= 0 && last < elements; }
};
/// Of a walk with no empty loop.
Span span_of(const Walk& walk, const Extent& size);
bool is_empty(const Extent& size);

/// A block that is copied from one tensor into the one that the region belongs to.
struct Region {
    int origin = -1; ///< number of the tensor it is copied from
    Walk source, destination;
    Extent size = {1, 1, 1};
};

/// Larger ones would overflow the framework's own 32-bit arithmetic in bytes.
constexpr std::int64_t kMostElements = std::int64_t{1} << 29;
constexpr bool is_addressable(std::int64_t elements) {
    return elements >= 0 && elements <= kMostElements;
}

/// A tensor as far as regions are concerned.
struct Place {
    std::string name; ///< for messages: "input 0"
    std::int64_t elements = 0;
};

/// What is wrong with the regions of one destination, in one line that names the region; nothing when they are right:
/// - every element read and written lies inside its tensor, also where strides are negative;
/// - destinations are walked forwards (the framework's copy loops know no other way);
/// - no element is written twice;
/// - none is left out, unless `zero_fill`: the framework then fills it with zeros, but only if its count of written
///   elements says so, which it cannot when one was written twice.
/// `places`: all tensors, by number; `destination`: the number of the one that is filled.
/// Costs O(elements of the destination) at most, whatever the regions say; at most one bit of memory an element.
std::optional<std::string> check_regions(std::span<const Region> regions, int destination,
                                         std::span<const Place> places, bool zero_fill);

/// Whether some element of the destination is in no region. For regions that check_regions accepts with `zero_fill`.
bool leaves_zeros(std::span<const Region> regions, std::int64_t elements);

} // namespace mkb::runner
