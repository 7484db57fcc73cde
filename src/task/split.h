#pragma once
// Which tasks are held out of training: splits.json beside the tasks (docs/task-format.md, splits).
#include "base/result.h"

#include <array>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

namespace mkb {

/// "lora" and "grpo" are the parts that are held out, to be judged; with "-train" what may be trained on.
inline constexpr std::array<std::string_view, 4> kSplitNames = {"lora", "lora-train", "grpo", "grpo-train"};

/// Ids of the tasks of one part. bad_input when `name` is none of the above or the file is not what it should be.
Result<std::set<std::string>> read_split(const std::filesystem::path& file, std::string_view name);
/// The same of the file's text, which may be hostile. `name` is one of the above.
Result<std::set<std::string>> parse_split(std::string_view text, const std::filesystem::path& file,
                                          std::string_view name);

} // namespace mkb
