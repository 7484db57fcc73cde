#pragma once
// What every candidate shares: the precompiled prelude and the runner, built once per library and version of our own
// sources.
#include "framework/mnn/compiler_jail.h"
#include "framework/mnn/library.h"
#include "task/task.h"

namespace mkb::mnn {

struct Kit {
    std::filesystem::path folder; ///< preludes, what they include, libMNN.so, mkb-runner
    std::string runner_sha256, library_sha256;
    std::string cxx_shared, cxx_shared_sha256; ///< Toolchain::cxx_shared's name in `folder`; empty: none is needed
    std::vector<std::string> flags;            ///< of a candidate, without input and output
    /// What links kObjectFile to kPluginFile, both in the folder it is run in: a linker and its arguments. The
    /// framework's library is among them as kLibraryFile, which lies in the kit as the linker sees it.
    std::vector<std::string> link;
};

constexpr const char* kObjectFile = "candidate.o";
constexpr const char* kPluginFile = "candidate.so";
constexpr const char* kLibraryFile = "libMNN.so";

/// Builds the kit or takes it from the cache (about 40 s on two cores).
Result<Kit> build_kit(const Library& library);

/// Force-included before a candidate of that form; in the kit's folder, with its precompiled form beside it (.pch). One
/// for each form: registration differs, and headers that a form has no use for would only be read in vain.
std::string prelude_of(Form form);

/// MNN's own flags for a CPU kernel with include folders below `headers`, and what makes a plug-in of it.
std::vector<std::string> candidate_flags(const Library& library, const std::string& headers);

/// Kit::link for this library's toolchain.
Result<std::vector<std::string>> plugin_linker(const Library& library);

} // namespace mkb::mnn
