#pragma once
// libMNN with visible symbols, the headers a candidate may see, and what is read back from that build.
#include "base/result.h"
#include "framework/mnn/source_tree.h"
#include "framework/mnn/toolchain.h"

#include <filesystem>
#include <string>
#include <vector>

namespace mkb::mnn {

struct Function {
    std::string name; ///< mangled
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

/// One cached build.
struct Library {
    std::string key;
    Toolchain toolchain;
    std::filesystem::path file;     ///< libMNN.so
    std::filesystem::path headers;  ///< the tree's headers only
    std::filesystem::path objects;  ///< what libMNN.so was linked from, in the build's own folders
    std::vector<std::string> link;  ///< the build's own command for libMNN.so, relative to `objects`
    std::vector<std::string> flags; ///< of MNN's own CPU kernels; include folders are relative to `headers`: "-Isource"
    /// Functions of one object file ("source/backend/cpu/CPUSoftmax.cpp") that no other object shares.
    Result<std::vector<Function>> functions_of(const std::string& source_file) const;
};

/// What CMake is told about MNN's build.
std::vector<std::string> configure_options(const Toolchain& toolchain);

/// Builds the library or takes it from the cache: about six minutes on two cores, with progress.
Result<Library> build_library(const SourceTree& tree, const Toolchain& toolchain);

} // namespace mkb::mnn
