#pragma once
// What a task's native kernel consists of, in the framework's library.
#include "framework/mnn/library.h"
#include "task/task.h"

#include <string>
#include <vector>

namespace mkb::mnn {

/// Whether a function is one of the function-table entries under another name: "MNNSoftmax", "_AVX_MNNSoftmax" and
/// "_SSE_MNNSoftmax(float*, …)" are all the entry MNNSoftmax. `demangled`: as `demangle` gives it.
bool names_entry(const std::string& demangled, const std::vector<std::string>& entries);

/// The functions of the task's own file, of the files that it leaves its work to, and those behind its function-table
/// entries, wherever they are; none in the composite form, whose native transform is the converter's and not in the
/// library.
Result<std::vector<Function>> native_functions(const Library& library, const Task& task);

} // namespace mkb::mnn
