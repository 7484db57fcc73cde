#include "loops.h"

#include <algorithm>
#include <limits>

namespace mkb::runner {

namespace {

using Kind = LoopCommand::Kind;

/// What one view of a command touches in one iteration, from its start.
struct Footprint {
    Walk walk; ///< without the offset
    Extent size = {1, 1, 1};
};

std::string number(std::int64_t value) {
    return std::to_string(value);
}

std::size_t least_views(Kind kind) {
    switch (kind) {
    case Kind::fill_zeros:
        return 1;
    case Kind::copy:
    case Kind::unary:
        return 2;
    case Kind::binary:
    case Kind::product:
        return 3;
    }
    return 3;
}

Footprint as_said(const LoopCommand& command, const Walk& walk) {
    return {.walk = {0, {walk.stride[0], walk.stride[1], walk.stride[2]}},
            .size = {command.size[0], command.size[1], command.size[2]}};
}

Footprint dense(std::int64_t elements) {
    return {.walk = {}, .size = {1, 1, elements}};
}

Footprint of_product(const LoopCommand& command, std::size_t view) {
    const auto& [rows, inner, columns] = command.size;
    const std::int64_t elements[] = {rows * columns, rows * inner, inner * columns, columns};
    return dense(elements[std::min<std::size_t>(view, 3)]);
}

/// The framework takes its short way, without gathering into a buffer first, when strides say so; there a source is
/// read densely unless it is the one operand that is broadcast.
Footprint of_binary(const LoopCommand& command, std::size_t view) {
    const Walk& a = command.views[1].walk;
    const Walk& b = command.views[2].walk;
    Footprint print = as_said(command, command.views[view].walk);
    const bool direct =
        command.size[2] == 1 || (a.stride[2] <= 1 && b.stride[2] <= 1 && a.stride[2] + a.stride[1] != 0);
    if (view > 0 && direct) {
        const std::size_t broadcast = b.stride[2] == 0 ? 2 : a.stride[2] == 0 ? 1 : 0;
        print.walk.stride[2] = view == broadcast ? 0 : 1;
    }
    return print;
}

Footprint footprint(const LoopCommand& command, std::size_t view, std::span<const Place> places) {
    switch (command.kind) {
    case Kind::product:
        return of_product(command, view);
    case Kind::binary:
        return of_binary(command, view);
    case Kind::fill_zeros:
        return dense(places[static_cast<std::size_t>(command.views[view].tensor)].elements);
    case Kind::copy:
    case Kind::unary:
        break;
    }
    return as_said(command, command.views[view].walk);
}

Span shifted(const Span& span, std::int64_t by) {
    return {span.first + by, span.last + by};
}

std::string outside(std::size_t view, const Span& span, const Place& place) {
    return std::string(view == 0 ? "writes" : "reads") + " elements " + number(span.first) + " to " +
           number(span.last) + " of " + place.name + ", which has " + number(place.elements);
}

/// What must hold for a command whatever its operands.
std::optional<std::string> check_form(const LoopCommand& command, std::span<const Place> places) {
    if (command.views.size() < least_views(command.kind)) {
        return "has " + number(static_cast<std::int64_t>(command.views.size())) + " views, too few for what it does";
    }
    constexpr std::int64_t kMostSize = std::numeric_limits<std::int32_t>::max();
    for (const std::int64_t size : command.size) {
        if (size < 0 || size > kMostSize) {
            return "has the size " + number(size);
        }
    }
    for (const LoopView& view : command.views) {
        for (const int tensor : {view.tensor, view.index}) {
            if (tensor >= static_cast<int>(places.size()) || (tensor < 0 && tensor == view.tensor)) {
                return std::string("works on a tensor that is none of the loop's");
            }
            const Place* place = tensor < 0 ? nullptr : &places[static_cast<std::size_t>(tensor)];
            if (place != nullptr && !is_addressable(place->elements)) {
                return "works on " + place->name + ", which has " + number(place->elements) +
                       " elements, more than the framework can address";
            }
        }
    }
    const Walk& destination = command.views[0].walk;
    const bool elementwise = command.kind == Kind::unary || command.kind == Kind::binary;
    if (elementwise && !command.accumulates && command.size[2] > 1 && destination.stride[2] != 1) {
        return std::string("writes with a stride other than 1 in the last dimension, where the framework knows 1 only");
    }
    for (int i = 0; i < 3 && command.kind != Kind::product && command.kind != Kind::fill_zeros; ++i) {
        if (command.size[i] > 1 && destination.stride[i] < 0) {
            return std::string("walks its destination backwards, which the framework does not");
        }
    }
    for (std::size_t view = 1; view < command.views.size() && command.kind == Kind::binary; ++view) {
        if (command.size[2] > 1 && command.views[view].walk.stride[2] < 0) {
            return std::string("reads backwards in the last dimension, where the framework reads forwards");
        }
    }
    return std::nullopt;
}

std::optional<std::string> check_index(const LoopView& view, const Span& span, std::int64_t iterations,
                                       std::span<const Place> places) {
    const Place& index = places[static_cast<std::size_t>(view.index)];
    if (index.elements < iterations) {
        return "asks " + index.name + " for " + number(iterations) + " numbers, which has " + number(index.elements);
    }
    const Place& place = places[static_cast<std::size_t>(view.tensor)];
    if (span.last - span.first >= place.elements) {
        return "spans " + number(span.last - span.first + 1) + " elements of " + place.name + ", which has " +
               number(place.elements);
    }
    return std::nullopt;
}

std::optional<std::string> check_command(const LoopCommand& command, std::int64_t iterations, bool once,
                                         std::span<const Place> places) {
    if (auto fault = check_form(command, places)) {
        return fault;
    }
    if (is_empty(command.size) && command.kind != Kind::fill_zeros) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < command.views.size(); ++i) {
        const LoopView& view = command.views[i];
        const Footprint print = footprint(command, i, places);
        if (is_empty(print.size)) {
            continue;
        }
        Span span = span_of(print.walk, print.size);
        if (view.index >= 0 && !once) {
            if (auto fault = check_index(view, span, iterations, places)) {
                return fault;
            }
            continue;
        }
        if (!once) {
            const std::int64_t last = view.step * (iterations - 1);
            span = {span.first + view.walk.offset + std::min<std::int64_t>(last, 0),
                    span.last + view.walk.offset + std::max<std::int64_t>(last, 0)};
        }
        const Place& place = places[static_cast<std::size_t>(view.tensor)];
        if (!span.within(place.elements)) {
            return outside(i, span, place);
        }
    }
    return std::nullopt;
}

/// The framework keeps one pointer for each place on the stack.
std::optional<std::string> check_starts(const LoopCommand& command) {
    for (std::size_t i = 0; i < command.views.size(); ++i) {
        for (std::size_t k = i + 1; k < command.views.size(); ++k) {
            const LoopView& a = command.views[i];
            const LoopView& b = command.views[k];
            const bool same = a.walk.offset == b.walk.offset && a.step == b.step && a.index == b.index;
            if (a.place >= 0 && a.place == b.place && !same) {
                return "has views " + number(static_cast<std::int64_t>(i)) + " and " +
                       number(static_cast<std::int64_t>(k)) +
                       " of one tensor with different starts, and the framework " +
                       "starts both at the second: give the tensor two places on the loop's stack";
            }
        }
    }
    return std::nullopt;
}

std::optional<std::string> check_all(const std::vector<LoopCommand>& commands, const char* what,
                                     std::int64_t iterations, bool once, bool one_pointer,
                                     std::span<const Place> places) {
    for (std::size_t i = 0; i < commands.size(); ++i) {
        auto fault = one_pointer ? check_starts(commands[i]) : std::nullopt;
        if (!fault) {
            fault = check_command(commands[i], iterations, once, places);
        }
        if (fault) {
            return std::string(what) + " " + number(static_cast<std::int64_t>(i)) +
                   (commands[i].operation.empty() ? "" : " (" + commands[i].operation + ")") + " " + *fault;
        }
    }
    return std::nullopt;
}

/// One iteration of a command, all its starts known.
std::optional<std::string> check_iteration(const LoopCommand& command, const std::vector<std::int64_t>& starts,
                                           bool skips_outside, std::span<const Place> places) {
    bool source_outside = false;
    if (skips_outside) {
        const auto within = [&](std::size_t view) {
            return starts[view] >= 0 &&
                   starts[view] < places[static_cast<std::size_t>(command.views[view].tensor)].elements;
        };
        if (!within(0)) {
            return std::nullopt;
        }
        source_outside = !within(1);
    }
    for (std::size_t i = 0; i < command.views.size() && !(i > 0 && source_outside); ++i) {
        const Footprint print = footprint(command, i, places);
        const Place& place = places[static_cast<std::size_t>(command.views[i].tensor)];
        const Span span = shifted(span_of(print.walk, print.size), starts[i]);
        if (!is_empty(print.size) && !span.within(place.elements)) {
            return outside(i, span, place);
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<std::string> check_loop(const Loop& loop, std::span<const Place> places) {
    if (auto fault = check_all(loop.first, "first command", 1, true, false, places)) {
        return fault;
    }
    return loop.iterations > 0 ? check_all(loop.each, "command", loop.iterations, false, !loop.skips_outside, places)
                               : std::nullopt;
}

bool has_indices(const Loop& loop) {
    return std::ranges::any_of(loop.each, [](const LoopCommand& command) {
        return std::ranges::any_of(command.views, [](const LoopView& view) { return view.index >= 0; });
    });
}

std::optional<std::string> check_indices(const Loop& loop, std::span<const Place> places,
                                         const std::function<std::span<const std::int32_t>(int)>& contents) {
    for (std::size_t number_of = 0; number_of < loop.each.size(); ++number_of) {
        const LoopCommand& command = loop.each[number_of];
        std::vector<std::span<const std::int32_t>> indices;
        bool driven = false;
        for (const LoopView& view : command.views) {
            indices.push_back(view.index >= 0 ? contents(view.index) : std::span<const std::int32_t>());
            driven = driven || view.index >= 0;
        }
        std::vector<std::int64_t> starts(command.views.size());
        for (std::int64_t i = 0; driven && !is_empty(command.size) && i < loop.iterations; ++i) {
            const auto at = static_cast<std::size_t>(i);
            for (std::size_t v = 0; v < starts.size(); ++v) {
                const LoopView& view = command.views[v];
                if (view.index >= 0 && at >= indices[v].size()) {
                    return places[static_cast<std::size_t>(view.index)].name + " has too few numbers for the loop";
                }
                starts[v] = view.walk.offset + view.step * (view.index >= 0 ? indices[v][at] : i);
            }
            if (auto fault = check_iteration(command, starts, loop.skips_outside, places)) {
                return "command " + number(static_cast<std::int64_t>(number_of)) + " in iteration " + number(i) + " " +
                       *fault;
            }
        }
    }
    return std::nullopt;
}

} // namespace mkb::runner
