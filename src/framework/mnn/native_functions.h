#pragma once
// What a task's native kernel consists of, in the framework's library.
#include "framework/mnn/library.h"
#include "task/task.h"

#include <string>
#include <vector>

namespace mkb::mnn {

/// The functions of the task's own file, of the files that it leaves its work to, and those behind its function-table
/// entries, wherever they are; none in the composite form, whose native transform is the converter's and not in the
/// library.
Result<std::vector<Function>> native_functions(const Library& library, const Task& task);

} // namespace mkb::mnn
