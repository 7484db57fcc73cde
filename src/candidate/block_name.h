#pragma once
// Which file a block is: from its first lines, its fence line, or the line before it.
#include "candidate/blocks.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mkb {

struct BlockName {
    std::string name;    ///< one of the wanted names, or foreign; a plain file name without folders; empty: no name
    bool wanted = false; ///< else `name` is only good for a note
    bool drop_first_line = false; ///< the name stood on a first line that is no C++
};

/// A name that a line consists of, perhaps after "File:" or a number, and perhaps followed by words when it is a
/// comment or a heading. Folders are cut.
struct LineName {
    std::string name;
    bool alone = false;   ///< no words follow
    bool comment = false; ///< the line is C++: // or /*
};
std::optional<LineName> name_in_line(std::string_view line);

BlockName name_of_block(const Block& block, const std::vector<std::string>& wanted);

/// By the fence's language: C++, C, or none said.
bool may_be_source(const Block& block);
bool is_header_name(std::string_view name);
/// True for the text of a header: its first directive is `#pragma once` or an include guard.
bool looks_like_header(const std::vector<std::string_view>& lines);

} // namespace mkb
