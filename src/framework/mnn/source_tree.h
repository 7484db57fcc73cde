#pragma once
// Where MNN's sources come from: the pinned crate, or the tree that MNN_SOURCE names.
#include "base/result.h"

#include <filesystem>
#include <string>

namespace mkb::mnn {

struct SourceTree {
    std::filesystem::path root; ///< holds CMakeLists.txt, include/, source/, schema/
    std::string version;        ///< "3.6.1", from include/MNN/MNNDefine.h
    std::string origin;         ///< "mnn-sys 0.2.0" or "MNN_SOURCE"
    std::string hash;           ///< of the contents (SHA-256), or the crate's checksum
};

/// Fetches the pinned crate with `cargo vendor` if it is not in the cache. bad_input when MNN_SOURCE names no MNN tree
/// of version 3.
Result<SourceTree> find_sources();

} // namespace mkb::mnn
