#pragma once
// For a POSIX shell's eyes.
#include <string>
#include <vector>

namespace mkb {

/// Quoted: a POSIX shell reads it as this one word.
std::string shell_word(const std::string& word);

/// A command line that a POSIX shell reads as these words.
std::string shell_line(const std::vector<std::string>& words);

} // namespace mkb
