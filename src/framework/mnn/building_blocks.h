#pragma once
// What of the framework an atomic kernel may be built from, read from the framework's own headers.
#include "base/result.h"

#include <filesystem>
#include <set>
#include <string>
#include <string_view>

namespace mkb::mnn {

/// Names that the headers of building blocks declare: of tensors, memory, the thread pool, layouts, and the framework's
/// functions for vectors. Headers of kernels, back ends, sessions and files are not among them.
struct BuildingBlocks {
    std::set<std::string> classes;
    std::set<std::string> functions; ///< outside of classes

    /// Whether a symbol belongs to one of the classes or is one of the functions: "_ZNK3MNN6Tensor5shapeEv",
    /// "_ZTVN3MNN9ExecutionE", "MNNPackC4".
    bool has(std::string_view mangled) const;
};

/// The classes that a header defines and the functions that it declares; also what it calls, which does no harm: a
/// symbol must be the framework's as well. Pure.
void add_declarations(const std::string& header, BuildingBlocks& blocks);

/// `headers`: the folder of the framework's headers (Library::headers). `environment` error when there are none.
Result<BuildingBlocks> read_building_blocks(const std::filesystem::path& headers);

} // namespace mkb::mnn
