#pragma once
#include "base/result.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace mkb::cli {

/// One candidate of a manifest: several candidates judged into one run, each with what is expected of it.
struct ManifestEntry {
    std::string label;
    std::string task;
    std::vector<std::string> files; ///< absolute, or relative to the manifest
    std::string expected;           ///< an outcome kind; empty: none expected
    std::string expected_rule;      ///< of cheated
};

/// {"candidates": [{"label", "task", "files": [], "expect": {"outcome", "rule"?}, "note"?}]}; a note is for people.
/// bad_input names the entry.
Result<std::vector<ManifestEntry>> read_manifest(const std::filesystem::path& path);
/// The same of its text, which may be hostile; files are relative to the folder of `path`.
Result<std::vector<ManifestEntry>> parse_manifest(std::string_view text, const std::filesystem::path& path);

} // namespace mkb::cli
