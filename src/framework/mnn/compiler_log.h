#pragma once
// What a compiler and a linker say about a candidate: text that hostile sources shape.
#include "framework/mnn/compiler_jail.h"
#include "record/outcome.h"

#include <string>
#include <vector>

namespace mkb::mnn {

/// Errors out of clang's and lld's text, at most `kMaxErrors`. `sources` and `headers`: the folders as the compiler saw
/// them.
constexpr std::size_t kMaxErrors = 50;
std::vector<BuildError> parse_errors(const std::string& log, const CompileLayout& layout);

} // namespace mkb::mnn
