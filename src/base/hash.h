#pragma once
#include "base/result.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace mkb {

/// SHA-256 as 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);

/// One SHA-256 over a tree: relative paths and contents of all regular files, in byte order of their paths.
/// Version-control folders (.git) do not count; a symbolic link counts by the name it points to. Fails when something
/// in the tree cannot be read.
Result<std::string> sha256_tree(const std::filesystem::path& root);

} // namespace mkb
