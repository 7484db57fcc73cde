#pragma once
// Foreign text (compiler messages, a model's answer, a candidate's log) made fit to be shown: never trusted as is.
#include <cstddef>
#include <string>
#include <string_view>

namespace mkb {

/// `text` with every byte that is not part of well-formed UTF-8 replaced by U+FFFD.
std::string valid_utf8(std::string_view text);

/// One line for a terminal: well-formed UTF-8, runs of white space and control characters (escape sequences too) become
/// one space, cut with "…" after `limit` columns.
std::string printable_line(std::string_view text, std::size_t limit = 160);

/// Columns that `text` takes on a terminal: wide characters count two, combining ones none. Escape sequences that only
/// colour (ESC [ … m) count none.
int display_width(std::string_view text);

/// `text` (one printable line) cut with "…" or filled with spaces to exactly `width` columns.
std::string fit_width(std::string_view text, int width, bool right_aligned = false);

} // namespace mkb
