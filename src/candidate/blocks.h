#pragma once
// Markdown taken apart into fenced blocks, as models write it: a little more forgiving than CommonMark.
#include <string>
#include <string_view>
#include <vector>

namespace mkb {

struct Block {
    std::string info;                    ///< behind the opening fence, trimmed
    std::string heading;                 ///< the last line with text before the fence, at most two empty lines above
    std::vector<std::string_view> lines; ///< of the content, the fence's own indentation removed
    bool closed = false;
};

struct Blocks {
    std::vector<Block> fenced;
    std::vector<std::string_view> outside; ///< every line that is in no block
};

/// Blocks of three or more ` or ~, closed by at least as many. Inside a block a fence with an info string shows that
/// the closing one was forgotten. Blocks inside a longer-fenced block of markdown are taken in its place. The lines
/// point into `text`.
Blocks find_blocks(std::string_view text);

} // namespace mkb
