#pragma once
// Closing the roads to the native kernel that need no symbol (docs/rules.md, native_entry and native_code): its
// function-table entries and its code.
#include "device/job.h"

#include <cstdint>
#include <string>
#include <vector>

namespace mkb::runner {

/// Function-table entries (members of CoreFunctions) that are the native kernel now report and end the process.
/// False when a name is not known to this runner; a member that this version of the framework has not is passed over.
bool trap_native_entries(const std::vector<std::string>& names, std::string& reason);

/// Overwrites the native kernel's functions in this process with trap instructions. `library_base`: load address of the
/// library.
bool poison_native_code(const std::vector<job::CodeRange>& ranges, std::uint64_t library_base, std::string& reason);

/// Compares the framework's tables of functions with what they were at the first call; when they differ, ends the
/// process as cheated: nothing of a geometric candidate's may run with the session.
void check_function_tables();

} // namespace mkb::runner
