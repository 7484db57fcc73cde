#pragma once
// What the framework's While would touch, checked before it runs: loops over views, as a geometry computer emits them.
// Pure, like regions.h. The rules follow what the framework's CPULoop does with a command, not what its views say: a
// product walks its operands densely whatever their strides, an elementwise operator writes its last dimension densely,
// and two views of one place on the stack both start where the second one does.
#include "regions.h"

#include <functional>

namespace mkb::runner {

/// One operand of a command. In iteration i it starts at `walk.offset + step * i`; where `index` names a tensor, at
/// `walk.offset + step * index[i]`.
struct LoopView {
    int tensor = -1; ///< number of the tensor
    int place = -1;  ///< on the loop's stack; a tensor may have several places
    int index = -1;  ///< number of the tensor of whole numbers that says where, or -1: the iteration itself
    std::int64_t step = 0;
    Walk walk;
};

struct LoopCommand {
    enum class Kind : std::uint8_t {
        copy,       ///< views: destination, source
        unary,      ///< destination, source
        binary,     ///< destination, source, source
        product,    ///< destination, a, b, perhaps a bias; size: rows, inner, columns
        fill_zeros, ///< destination, whole
    };
    Kind kind = Kind::copy;
    std::string operation; ///< the framework's name, "" for copy and fill_zeros
    Extent size = {1, 1, 1};
    std::vector<LoopView> views;
    bool accumulates = false; ///< the result is combined with what stands at the destination
};

struct Loop {
    std::int64_t iterations = 0;
    /// A loop of one plain copy: the framework leaves out iterations whose start lies outside of the destination, and
    /// fills with zeros those whose start lies outside of the source.
    bool skips_outside = false;
    std::vector<LoopCommand> first; ///< once, before the iterations; offsets and steps do not count there
    std::vector<LoopCommand> each;  ///< in every iteration
};

/// What is wrong with a loop, in one line that names command and view; nothing when it is right. Views that an index
/// drives are checked as far as they are known: that they fit into their tensor somewhere, and that the index is long
/// enough.
std::optional<std::string> check_loop(const Loop& loop, std::span<const Place> places);

/// Whether some view is driven by an index, so that check_indices has something to say.
bool has_indices(const Loop& loop);

/// The same for views that an index drives, now that the index has contents. `contents(tensor)`: its whole numbers.
std::optional<std::string> check_indices(const Loop& loop, std::span<const Place> places,
                                         const std::function<std::span<const std::int32_t>(int)>& contents);

} // namespace mkb::runner
