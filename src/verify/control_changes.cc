#include "verify/controls.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

namespace mkb {
namespace {

std::int32_t to_int32(double value) {
    if (std::isnan(value)) {
        return 0;
    }
    return static_cast<std::int32_t>(std::clamp(value, -0x1p31, 0x1p31 - 1));
}

void set_value(TensorValue& tensor, std::size_t i, double value) {
    if (tensor.type == ElementType::float32) {
        tensor.floats()[i] = static_cast<float>(value);
    } else {
        tensor.ints()[i] = to_int32(value);
    }
}

std::size_t count_of(const TensorValue& tensor) {
    return tensor.bytes.size() / 4;
}

/// The change that reads element `from(i, position along axis, size)`, stepping along one axis.
Change along_axis(std::int64_t axis, std::function<std::int64_t(std::int64_t, std::int64_t)> from) {
    return [axis, from = std::move(from)](TensorValue& tensor) {
        const auto rank = static_cast<std::int64_t>(tensor.shape.size());
        if (axis < -rank || axis >= rank) {
            return false;
        }
        const auto at = static_cast<std::ptrdiff_t>(axis < 0 ? axis + rank : axis);
        const std::int64_t size = tensor.shape[static_cast<std::size_t>(at)];
        const std::int64_t stride =
            std::accumulate(tensor.shape.begin() + at + 1, tensor.shape.end(), std::int64_t{1}, std::multiplies<>());
        if (size < 2) {
            return false;
        }
        tensor = gathered(tensor, [&](std::size_t i) {
            const std::int64_t flat = static_cast<std::int64_t>(i);
            const std::int64_t position = flat / stride % size;
            return static_cast<std::size_t>(flat + (from(position, size) - position) * stride);
        });
        return true;
    };
}

} // namespace

float round_to_half(float x) {
    const auto bits = std::bit_cast<std::uint32_t>(x);
    const std::uint32_t sign = bits & 0x80000000U;
    const float magnitude = std::bit_cast<float>(bits & 0x7FFFFFFFU);
    if (std::isnan(x)) {
        return x;
    }
    if (magnitude >= 65520.0F) {
        return std::bit_cast<float>(sign | 0x7F800000U);
    }
    if (magnitude < 0x1p-14F) {
        // Between 0.5 and 1 a float32's steps are 2^-24, those of binary16's denormals: the addition rounds.
        return std::copysign((magnitude + 0.5F) - 0.5F, x);
    }
    const std::uint32_t rounded = bits + 0xFFFU + ((bits >> 13) & 1U);
    return std::bit_cast<float>(rounded & ~0x1FFFU);
}

TensorValue poured_into(const TensorValue& like, const TensorValue& source) {
    TensorValue result{like.type, like.shape, std::vector<std::byte>(like.bytes.size())};
    const std::size_t available = count_of(source);
    for (std::size_t i = 0; available > 0 && i < count_of(result); ++i) {
        set_value(result, i, source.at(i % available));
    }
    return result;
}

TensorValue gathered(const TensorValue& source, const std::function<std::size_t(std::size_t)>& from) {
    TensorValue result = source;
    for (std::size_t i = 0; i < count_of(source); ++i) {
        const std::size_t j = from(i);
        std::copy_n(source.bytes.begin() + static_cast<std::ptrdiff_t>(j * 4), 4,
                    result.bytes.begin() + static_cast<std::ptrdiff_t>(i * 4));
    }
    return result;
}

Change fill_with(double value) {
    return [value](TensorValue& tensor) {
        for (std::size_t i = 0; i < count_of(tensor); ++i) {
            set_value(tensor, i, value);
        }
        return true;
    };
}

Change fill_with_nan() {
    return [](TensorValue& tensor) {
        if (tensor.type == ElementType::float32) {
            std::ranges::fill(tensor.floats(), std::numeric_limits<float>::quiet_NaN());
        } else {
            std::ranges::fill(tensor.ints(), -1);
        }
        return true;
    };
}

Change scale_by(double factor) {
    return [factor](TensorValue& tensor) {
        for (std::size_t i = 0; i < count_of(tensor); ++i) {
            set_value(tensor, i, tensor.at(i) * factor);
        }
        return true;
    };
}

Change last_from_before() {
    return [](TensorValue& tensor) {
        const std::size_t count = count_of(tensor);
        if (count < 2) {
            return false;
        }
        // Neighbours are often equal (pooling's windows overlap, padding repeats): the last one where it makes a
        // difference, so that the control is rejected whatever was drawn.
        std::size_t changed = count - 1;
        while (changed > 1 && tensor.at(changed) == tensor.at(changed - 1)) {
            --changed;
        }
        tensor = gathered(tensor, [changed](std::size_t i) { return i == changed ? i - 1 : i; });
        return true;
    };
}

Change rolled(std::int64_t axis, std::int64_t by) {
    return along_axis(
        axis, [by](std::int64_t position, std::int64_t size) { return ((position - by) % size + size) % size; });
}

Change reversed(std::int64_t axis) {
    return along_axis(axis, [](std::int64_t position, std::int64_t size) { return size - 1 - position; });
}

Change last_slice_from_before(std::int64_t axis) {
    return along_axis(
        axis, [](std::int64_t position, std::int64_t size) { return position + 1 == size ? size - 2 : position; });
}

Change shuffled(std::int64_t axis, std::int64_t groups) {
    return [axis, groups](TensorValue& tensor) {
        const auto rank = static_cast<std::int64_t>(tensor.shape.size());
        if (axis < 0 || axis >= rank || groups < 2 || tensor.shape[static_cast<std::size_t>(axis)] % groups != 0 ||
            tensor.shape[static_cast<std::size_t>(axis)] == groups) {
            return false;
        }
        return along_axis(axis, [groups](std::int64_t position, std::int64_t size) {
            return position % groups * (size / groups) + position / groups;
        })(tensor);
    };
}

Change laid_out(const std::vector<std::int64_t>& order) {
    return [order](TensorValue& tensor) {
        const std::size_t rank = tensor.shape.size();
        std::vector<std::int64_t> sorted = order;
        std::ranges::sort(sorted);
        std::vector<std::int64_t> axes(rank);
        std::iota(axes.begin(), axes.end(), 0);
        if (rank < 2 || sorted != axes) {
            return false;
        }
        std::vector<std::size_t> strides(rank, 1);
        for (std::size_t i = rank - 1; i > 0; --i) {
            strides[i - 1] = strides[i] * static_cast<std::size_t>(tensor.shape[i]);
        }
        tensor = gathered(tensor, [&](std::size_t i) {
            std::size_t from = 0;
            for (std::size_t k = rank; k-- > 0;) {
                const auto axis = static_cast<std::size_t>(order[k]);
                const auto size = static_cast<std::size_t>(tensor.shape[axis]);
                from += i % size * strides[axis];
                i /= size;
            }
            return from;
        });
        return true;
    };
}

Change absolute() {
    return [](TensorValue& tensor) {
        for (std::size_t i = 0; i < count_of(tensor); ++i) {
            set_value(tensor, i, std::fabs(tensor.at(i)));
        }
        return true;
    };
}

Change tail_zeroed(std::int64_t axis, std::int64_t count) {
    return [axis, count](TensorValue& tensor) {
        const auto rank = static_cast<std::int64_t>(tensor.shape.size());
        if (axis < 0 || axis >= rank || count < 1 || count > tensor.shape[static_cast<std::size_t>(axis)]) {
            return false;
        }
        const std::int64_t size = tensor.shape[static_cast<std::size_t>(axis)];
        const std::int64_t stride =
            std::accumulate(tensor.shape.begin() + axis + 1, tensor.shape.end(), std::int64_t{1}, std::multiplies<>());
        for (std::size_t i = 0; i < count_of(tensor); ++i) {
            if (static_cast<std::int64_t>(i) / stride % size >= size - count) {
                set_value(tensor, i, 0);
            }
        }
        return true;
    };
}

Change transposed_hw() {
    return [](TensorValue& tensor) {
        const std::size_t rank = tensor.shape.size();
        if (rank < 2 || tensor.shape[rank - 1] != tensor.shape[rank - 2] || tensor.shape[rank - 1] < 2) {
            return false;
        }
        const auto side = static_cast<std::size_t>(tensor.shape[rank - 1]);
        tensor = gathered(tensor, [side](std::size_t i) {
            const std::size_t matrix = i / (side * side) * (side * side);
            return matrix + i % side * side + i / side % side;
        });
        return true;
    };
}

Change rounded_to_half() {
    return [](TensorValue& tensor) {
        if (tensor.type != ElementType::float32) {
            return false;
        }
        std::ranges::transform(tensor.floats(), tensor.floats().begin(), round_to_half);
        return true;
    };
}

} // namespace mkb
