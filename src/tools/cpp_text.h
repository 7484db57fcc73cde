#pragma once
// C++ texts as characters and lines, before any grammar. Pure.
#include <cctype>
#include <cstddef>
#include <string>
#include <string_view>

namespace mkb {

inline bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Where the literal that begins at `at` ends (behind it), or `at` where none begins.
std::size_t end_of_literal(std::string_view text, std::size_t at);

/// Trailing blanks and repeated empty lines go; what is left ends in one line break.
std::string squeeze(std::string_view text);

/// Comments become nothing, literals stay; no empty lines in a row, none at the ends.
std::string without_comments(std::string_view text);

/// Enumerators may stand under conditions, which the grammar does not know there: all of them are shown.
std::string without_directives_in_enums(std::string_view text);

/// Words that say who sees a name, "MNN_PUBLIC", say nothing to a reader, nor to the grammar.
std::string without_visibility(std::string_view text);

} // namespace mkb
