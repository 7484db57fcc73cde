#pragma once
#include <filesystem>
#include <optional>
#include <string>

namespace mkb {

/// Where `program` is in PATH, or nothing.
std::optional<std::filesystem::path> find_program(const std::string& program);

} // namespace mkb
