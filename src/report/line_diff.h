#pragma once
// What changed between two texts, line by line. Pure.
#include <string>
#include <string_view>

namespace mkb {

/// Changed lines with '-' and '+' in front, `context` unchanged ones around each with ' ', "…" where lines are left
/// out; empty when nothing changed. The fewest changes, for texts of at most 4000 lines each once what they share at
/// both ends is taken off; longer ones change as a whole.
std::string line_diff(std::string_view before, std::string_view after, int context = 2);

} // namespace mkb
