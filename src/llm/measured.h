#pragma once
// What differs from run to run (figures) or from machine to machine (the framework's sources, a compiler's words),
// marked where it stands in a prompt: a recording knows a prompt by the rest, and holds no text of the framework's.
#include <string>
#include <string_view>

namespace mkb {

/// `text` between marks (control characters that no prompt holds otherwise); an empty text has none.
std::string measured(std::string_view text);
/// What the model reads: the marks taken out.
std::string without_marks(std::string_view marked);
/// What a recording compares: "‹measured›" for each marked part. A mark that is not closed counts to the end.
std::string pattern_of(std::string_view marked);
/// A marked text that was cut: an open mark is closed.
std::string closed(std::string marked);
/// Text from outside that goes into a prompt: it must bring no marks of its own.
std::string foreign(std::string_view text);

} // namespace mkb
