#include "regions.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

namespace mkb::runner {

namespace {

constexpr std::int64_t kFar = std::int64_t{1} << 40;

std::string number(std::int64_t value) {
    return std::to_string(value);
}

/// One bit an element: written or not.
class Written {
public:
    explicit Written(std::int64_t elements)
        : elements_(elements), words_(static_cast<std::size_t>((elements + 63) / 64)) {}

    /// The first element of a run that was there before, or -1: then the whole run is there now.
    std::int64_t add_run(std::int64_t first, std::int64_t length) {
        for (std::int64_t at = first; at < first + length;) {
            const auto bit = static_cast<unsigned>(at % 64);
            const std::int64_t take = std::min<std::int64_t>(64 - bit, first + length - at);
            const std::uint64_t ones = take == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << take) - 1;
            std::uint64_t& word = words_[static_cast<std::size_t>(at / 64)];
            if (const std::uint64_t twice = word & (ones << bit); twice != 0) {
                return at - bit + std::countr_zero(twice);
            }
            word |= ones << bit;
            at += take;
        }
        return -1;
    }

    /// The first element that is not there, or -1.
    std::int64_t first_missing() const {
        for (std::size_t i = 0; i < words_.size(); ++i) {
            const std::int64_t at = static_cast<std::int64_t>(i) * 64 + std::countr_one(words_[i]);
            if (~words_[i] != 0 && at < elements_) {
                return at;
            }
        }
        return -1;
    }

private:
    std::int64_t elements_;
    std::vector<std::uint64_t> words_;
};

/// The loops of a region by their destination's stride, the longest stride first; those that run once are 1 apart.
struct Nest {
    std::array<std::int64_t, 3> stride{}, size{};
};

Nest nest_of(const Region& region) {
    std::array<int, 3> order = {0, 1, 2};
    const auto stride = [&](int i) { return region.size[i] > 1 ? region.destination.stride[i] : kFar; };
    std::ranges::sort(order, [&](int a, int b) { return stride(a) > stride(b); });
    Nest nest;
    for (std::size_t i = 0; i < 3; ++i) {
        nest.size[i] = region.size[order[i]];
        nest.stride[i] = region.destination.stride[order[i]];
    }
    return nest;
}

/// Each loop's step is longer than all that the loops inside it span together: no element can be met twice.
bool steps_over(const Nest& nest) {
    std::int64_t inside = 0;
    for (std::size_t i = 3; i-- > 0;) {
        if (nest.size[i] > 1 && nest.stride[i] <= inside) {
            return false;
        }
        inside += nest.size[i] > 1 ? nest.stride[i] * (nest.size[i] - 1) : 0;
    }
    return true;
}

/// The first element that was written before, or -1.
std::int64_t add_region(const Region& region, Written& written) {
    Nest nest = nest_of(region);
    std::int64_t run = 1;
    if (nest.size[2] > 1 && nest.stride[2] == 1) {
        run = nest.size[2];
        nest.size[2] = 1;
    }
    for (std::int64_t z = 0; z < nest.size[0]; ++z) {
        for (std::int64_t y = 0; y < nest.size[1]; ++y) {
            for (std::int64_t x = 0; x < nest.size[2]; ++x) {
                const std::int64_t first =
                    region.destination.offset + z * nest.stride[0] + y * nest.stride[1] + x * nest.stride[2];
                if (const std::int64_t twice = written.add_run(first, run); twice >= 0) {
                    return twice;
                }
            }
        }
    }
    return -1;
}

bool writes(const Region& region, std::int64_t element) {
    const Nest nest = nest_of(region);
    for (std::int64_t z = 0; z < nest.size[0]; ++z) {
        for (std::int64_t y = 0; y < nest.size[1]; ++y) {
            const std::int64_t left = element - region.destination.offset - z * nest.stride[0] - y * nest.stride[1];
            const bool here = nest.size[2] == 1
                                  ? left == 0
                                  : left >= 0 && left % nest.stride[2] == 0 && left / nest.stride[2] < nest.size[2];
            if (here) {
                return true;
            }
        }
    }
    return false;
}

std::string twice_written(std::span<const Region> regions, std::size_t second, std::int64_t element) {
    for (std::size_t i = 0; i < second; ++i) {
        if (!is_empty(regions[i].size) && writes(regions[i], element)) {
            return "regions " + number(static_cast<std::int64_t>(i)) + " and " +
                   number(static_cast<std::int64_t>(second)) + " overlap: both write element " + number(element);
        }
    }
    return "region " + number(static_cast<std::int64_t>(second)) + " overlaps itself: it writes element " +
           number(element) + " more than once";
}

std::optional<std::string> outside(const char* verb, const Span& span, const Place& place) {
    if (span.within(place.elements)) {
        return std::nullopt;
    }
    return std::string(verb) + " elements " + number(span.first) + " to " + number(span.last) + " of " + place.name +
           ", which has " + number(place.elements);
}

/// One region by itself.
std::optional<std::string> check_region(const Region& region, const Place& destination, std::span<const Place> places) {
    for (int i = 0; i < 3; ++i) {
        if (region.size[i] < 0) {
            return "has the size " + number(region.size[i]);
        }
    }
    if (region.origin < 0 || region.origin >= static_cast<int>(places.size())) {
        return "copies from a tensor that is none of the operator's";
    }
    if (is_empty(region.size)) {
        return std::nullopt;
    }
    if (auto fault =
            outside("reads", span_of(region.source, region.size), places[static_cast<std::size_t>(region.origin)])) {
        return fault;
    }
    if (auto fault = outside("writes", span_of(region.destination, region.size), destination)) {
        return fault;
    }
    for (int i = 0; i < 3; ++i) {
        if (region.size[i] > 1 && region.destination.stride[i] < 0) {
            return std::string("walks its destination backwards, which the framework does not: the stride there must "
                               "be positive");
        }
    }
    return std::nullopt;
}

std::int64_t count(const Region& region) {
    return region.size[0] * region.size[1] * region.size[2];
}

/// Elements written twice or never, element by element.
std::optional<std::string> check_cover(std::span<const Region> regions, const Place& destination, bool zero_fill) {
    Written written(destination.elements);
    for (std::size_t i = 0; i < regions.size(); ++i) {
        if (is_empty(regions[i].size)) {
            continue;
        }
        if (const std::int64_t twice = add_region(regions[i], written); twice >= 0) {
            return twice_written(regions, i, twice);
        }
    }
    const std::int64_t missing = written.first_missing();
    if (missing >= 0 && !zero_fill) {
        return "no region writes element " + number(missing) + " of its " + number(destination.elements) +
               ", and the native computer of this task leaves none to be filled with zeros";
    }
    return std::nullopt;
}

} // namespace

bool is_empty(const Extent& size) {
    return size[0] == 0 || size[1] == 0 || size[2] == 0;
}

Span span_of(const Walk& walk, const Extent& size) {
    Span span{walk.offset, walk.offset};
    for (int i = 0; i < 3; ++i) {
        const std::int64_t steps = size[i] - 1;
        std::int64_t far = 0;
        if (steps > 0 && walk.stride[i] != 0) {
            const bool huge = steps > kFar / std::max<std::int64_t>(walk.stride[i], -walk.stride[i]);
            far = huge ? (walk.stride[i] > 0 ? kFar : -kFar) : steps * walk.stride[i];
        }
        (far < 0 ? span.first : span.last) += far;
    }
    return span;
}

bool leaves_zeros(std::span<const Region> regions, std::int64_t elements) {
    std::int64_t written = 0;
    for (const Region& region : regions) {
        written += is_empty(region.size) ? 0 : count(region);
    }
    return written < elements;
}

std::optional<std::string> check_regions(std::span<const Region> regions, int destination,
                                         std::span<const Place> places, bool zero_fill) {
    const Place& place = places[static_cast<std::size_t>(destination)];
    if (!is_addressable(place.elements)) {
        return place.name + " has " + number(place.elements) + " elements, more than the framework can address";
    }
    const Region* only = nullptr;
    std::size_t filled = 0;
    for (std::size_t i = 0; i < regions.size(); ++i) {
        if (auto fault = check_region(regions[i], place, places)) {
            return place.name + ": region " + number(static_cast<std::int64_t>(i)) + " " + *fault;
        }
        if (!is_empty(regions[i].size)) {
            only = &regions[i];
            ++filled;
        }
    }
    // The usual case, without a look at every element: one region that cannot meet an element twice.
    if (filled == 1 && steps_over(nest_of(*only)) && (zero_fill || count(*only) == place.elements)) {
        return std::nullopt;
    }
    if (auto fault = check_cover(regions, place, zero_fill)) {
        return place.name + ": " + *fault;
    }
    return std::nullopt;
}

} // namespace mkb::runner
