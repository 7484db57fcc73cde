#include "verify/pattern.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace mkb {
namespace {

constexpr std::int64_t kEdge = 3;      ///< half of the widest window that is common
constexpr std::size_t kLastFew = 16;   ///< of the widest vector
constexpr double kMostAtBorder = 0.75; ///< of all elements: more is no border

bool share_a_lane(const std::vector<std::int64_t>& shape, const Mismatches& mismatches) {
    constexpr std::int64_t kLanes = 4;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        if (shape[axis] < 2 * kLanes) {
            continue;
        }
        const auto lane = [&](std::size_t flat) { return index_of(shape, flat)[axis] % kLanes; };
        const std::int64_t first = lane(mismatches.all.front());
        const bool several =
            index_of(shape, mismatches.all.front())[axis] != index_of(shape, mismatches.all.back())[axis];
        if (several && std::ranges::all_of(mismatches.all, [&](std::size_t flat) { return lane(flat) == first; })) {
            return true;
        }
    }
    return false;
}

bool lie_at_border(const std::vector<std::int64_t>& shape, const Mismatches& mismatches, std::size_t elements) {
    if (static_cast<double>(mismatches.count) > kMostAtBorder * static_cast<double>(elements)) {
        return false;
    }
    if (elements > 4 * kLastFew && mismatches.all.front() + kLastFew >= elements) {
        return true;
    }
    const auto at_edge = [&](std::size_t flat) {
        const auto index = index_of(shape, flat);
        for (std::size_t axis = 0; axis < shape.size(); ++axis) {
            const bool has_inside = shape[axis] > 4 * kEdge;
            if (has_inside && (index[axis] < kEdge || index[axis] >= shape[axis] - kEdge)) {
                return true;
            }
        }
        return false;
    };
    return std::ranges::all_of(mismatches.all, at_edge);
}

bool same_values(const TensorValue& got, const TensorValue& reference, std::size_t elements, double limit) {
    std::vector<double> one(elements);
    std::vector<double> other(elements);
    double difference = 0; // of the sums
    double size = 0;
    for (std::size_t i = 0; i < elements; ++i) {
        one[i] = got.at(i);
        other[i] = reference.at(i);
        if (std::isnan(one[i]) || std::isnan(other[i])) {
            return false;
        }
        difference += one[i] - other[i];
        size += std::abs(one[i]) + std::abs(other[i]);
    }
    // Sorting takes the longest of all of a verdict, and is mostly spared: equal values have equal sums.
    constexpr double kRounding = 1e-8;
    if (std::isfinite(size) && std::abs(difference) > limit * static_cast<double>(elements) + kRounding * size) {
        return false;
    }
    std::ranges::sort(one);
    std::ranges::sort(other);
    if (other.front() == other.back()) {
        return false; // any constant would do
    }
    for (std::size_t i = 0; i < elements; ++i) {
        if (one[i] != other[i] && !(std::abs(one[i] - other[i]) <= limit)) {
            return false;
        }
    }
    return true;
}

/// Axes of the output along which some input has one element only; inputs are aligned at their last axis.
std::vector<std::size_t> repeated_axes(const Task& task, const std::vector<std::int64_t>& shape) {
    std::vector<std::size_t> axes;
    if (task.inputs.size() < 2) {
        return axes;
    }
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        const std::size_t from_end = shape.size() - axis;
        const bool one = std::ranges::any_of(task.inputs, [&](const TensorSpec& input) {
            return input.shape.size() < from_end || input.shape[input.shape.size() - from_end] == 1;
        });
        const bool fits = std::ranges::all_of(task.inputs, [&](const TensorSpec& input) {
            return input.shape.size() < from_end || input.shape[input.shape.size() - from_end] == 1 ||
                   input.shape[input.shape.size() - from_end] == shape[axis];
        });
        if (!fits) {
            return {}; // not an operator that broadcasts
        }
        if (one && shape[axis] > 1) {
            axes.push_back(axis);
        }
    }
    return axes;
}

bool only_first_is_right(const Task& task, const std::vector<std::int64_t>& shape, const Mismatches& mismatches) {
    const std::vector<std::size_t> axes = repeated_axes(task, shape);
    return !axes.empty() && std::ranges::all_of(mismatches.all, [&](std::size_t flat) {
        const auto index = index_of(shape, flat);
        return std::ranges::any_of(axes, [&](std::size_t axis) { return index[axis] > 0; });
    });
}

} // namespace

std::string_view mismatch_pattern(const Task& task, const TensorValue& got, const TensorValue& reference,
                                  const Mismatches& mismatches, double limit) {
    if (mismatches.all.empty()) {
        return "";
    }
    const std::vector<std::int64_t>& shape = reference.shape;
    const std::size_t elements = reference.bytes.size() / 4;
    if (std::ranges::all_of(mismatches.all, [&](std::size_t i) { return !std::isfinite(got.at(i)); })) {
        return "range";
    }
    if (mismatches.count > 1 && share_a_lane(shape, mismatches)) {
        return "lanes";
    }
    if (lie_at_border(shape, mismatches, elements)) {
        return "border";
    }
    if (mismatches.count > 1 && same_values(got, reference, elements, limit)) {
        return "permuted";
    }
    return only_first_is_right(task, shape, mismatches) ? "broadcast" : "";
}

} // namespace mkb
