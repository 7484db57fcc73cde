#pragma once
// Foreign text made plain: encoding checked, line ends unified, thinking cut out.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mkb {

/// Why `text` is no text (a NUL or invalid UTF-8, with the byte's offset), or empty.
std::string why_no_text(std::string_view text);

/// Without byte order mark, and without carriage returns at the ends of lines.
std::string normalise_text(std::string_view text);

/// Without `<think>`, `<thinking>` and `<reasoning>` parts: what a model drafts there is no answer. A part that starts
/// at the beginning of a line and never ends goes to the end of the text; a closing tag whose opening stands in the
/// prompt cuts everything before it. Every cut leaves the line breaks around it.
std::string without_thinking(std::string_view text);

/// Without line breaks; a last empty line does not count.
std::vector<std::string_view> split_lines(std::string_view text);

/// Without blanks and tabs at both ends.
std::string_view trim(std::string_view text);

} // namespace mkb
