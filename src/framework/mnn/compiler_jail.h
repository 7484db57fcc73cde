#pragma once
// The compiler's jail: the compiler is fed with hostile text (docs/jail.md).
#include "base/process.h"
#include "base/result.h"

#include <filesystem>
#include <string>
#include <vector>

namespace mkb::mnn {

/// Folders as the compiler sees them. In the jail they are fixed names, so that a precompiled header fits everywhere.
struct CompileLayout {
    bool jailed = true;
    std::string headers = "/mnn";     ///< the framework's headers, read-only
    std::string kit = "/kit";         ///< prelude, precompiled prelude, libMNN.so, read-only
    std::string sources = "/src";     ///< the candidate, read-only
    std::string objects = "/objects"; ///< the framework's own objects, read-only
    std::string out = "/out";         ///< the only writable folder
};

/// Real folders behind a layout.
struct CompileFolders {
    std::filesystem::path headers, kit, sources, objects, out;
    std::filesystem::path toolchain = {}; ///< seen under its own name, read-only; empty: the system's compiler
};

/// Whether bubblewrap works here; decided once per process by running it. Without it the compiler runs under limits
/// only.
bool bubblewrap_works();

/// The layout that holds here: the jail's names, or the real folders when there is no jail.
CompileLayout layout_for(const CompileFolders& folders);

/// The whole command line: bubblewrap in front where it works. `then` is run after it when it ended well.
std::vector<std::string> in_compiler_jail(const CompileFolders& folders, const std::vector<std::string>& command,
                                          const std::vector<std::string>& then = {});

/// Processor time, user and system, in steps of 10 ms, of what `in_compiler_jail` ran last with this output folder; 0
/// without a jail, where it is in the process's own.
double jailed_cpu_ms(const std::filesystem::path& out);

/// "full" or "partial (no bubblewrap: …)".
std::string compiler_isolation();

} // namespace mkb::mnn
