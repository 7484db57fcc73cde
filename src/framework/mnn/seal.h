#pragma once
// A candidate's object file on its way into the framework's library: what it may be made of, and where it came to lie.
#include "device/job.h"
#include "framework/mnn/library.h"

#include <string>
#include <vector>

namespace mkb::mnn {

/// For `ld -r`: the candidate's code, and its constructors and destructors, in sections of their own. No loader gives
/// these names a meaning: the runner calls the constructors itself, within the jail. The code is to begin at the
/// beginning of a page, as a plug-in's does: how loops lie in lines of the cache would make the one faster.
extern const char* const kSealScript;

/// Options of objcopy that close the object: every name but the entry point becomes its own, so that nothing in it can
/// stand for a function of the framework or of libc.
std::vector<std::string> seal_options();

/// Why the sealed object may not become part of the library; empty when it may. It is the check that everything rests
/// on: the linker that made the object had hostile input. One line per finding.
std::vector<std::string> check_sealed(const std::string& object);

/// Where the framework's own code begins in the plain library (its bytes), and is to begin in the linked one. Else the
/// native kernel would be moved a little, and how its loops lie in lines of cache is worth up to a quarter of its time
/// (docs/measurement.md).
Result<std::uint64_t> code_address(const std::string& plain);

/// Where the candidate is in the library that was linked with it, without the file's name. Reads both libraries (their
/// bytes). An error when the linked one asks more of the loader than the plain one does, or
/// when the native code is not the plain library's or not at its place: then the linker did not do what it was asked.
Result<job::InTree> look_inside(const std::string& plain, const std::string& linked,
                                const std::vector<Function>& native);

} // namespace mkb::mnn
