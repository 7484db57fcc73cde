#pragma once
#include "task/task.h"

#include <string_view>

namespace mkb {

/// task.json's text → everything of a Task but `folder` and `hash`. bad_input with "unknown field /regimes/0/foo" or
/// the like when it is not what docs/task-format.md says. The text may be hostile.
Result<Task> parse_task(std::string_view text);

} // namespace mkb
