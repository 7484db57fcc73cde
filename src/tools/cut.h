#pragma once
// Sources made short enough to be shown to a model. Pure.
#include "framework/reading.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mkb {

/// Tokens that a model counts for `text`, on the safe side: a third of the bytes. (cl100k and o200k, two vocabularies
/// of today, have 2.9 to 4.8 bytes a token on MNN's headers and kernels, 4.0 over all of them.)
std::size_t estimate_tokens(std::string_view text);

/// What the part of `text` comes to, ending in a line break; empty when none of its names is there.
std::string cut_source(std::string_view text, ReadingPart::Cut cut, const std::vector<std::string>& names);

} // namespace mkb
