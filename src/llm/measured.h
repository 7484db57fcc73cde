#pragma once
// Figures that differ from run to run, marked where they stand in a prompt: a recording knows a prompt by the rest.
#include <string>
#include <string_view>

namespace mkb {

/// `text` between marks (control characters that no prompt holds otherwise).
std::string measured(std::string_view text);
/// What the model reads: the marks taken out.
std::string without_marks(std::string_view marked);
/// What a recording compares: "‹measured›" for each marked part. A mark that is not closed counts to the end.
std::string pattern_of(std::string_view marked);
/// Text from outside that goes into a prompt: it must bring no marks of its own.
std::string foreign(std::string_view text);

} // namespace mkb
