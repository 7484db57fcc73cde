#pragma once
// What an operator computes, for those who write a kernel of it: tasks/semantics.json, which script/curate makes.
#include "base/result.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace mkb {

struct Semantics {
    std::string formula; ///< one line; empty for an operator that the file does not hold (a task of one's own)
    std::string source;  ///< where ONNX says it, e.g. "ONNX operator specification, Abs, version 13 (of opset 20)"
};

/// Of an ONNX operator. bad_input when the file is not there or not what curation writes.
Result<Semantics> read_semantics(const std::filesystem::path& file, std::string_view operator_name);

} // namespace mkb
