#pragma once
// What the Coder is shown of this project's own: one worked example of the task's form, never of its operator.
#include "base/result.h"
#include "task/task.h"

#include <filesystem>
#include <string>

namespace mkb {

/// The files of the first example in prompts/examples.json that fits, a block each. `home`: the project's folder.
/// environment where the list or a file is missing; empty where no example fits.
Result<std::string> worked_example(const std::filesystem::path& home, const Task& task);

} // namespace mkb
