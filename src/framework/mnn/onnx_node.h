#pragma once
// A task's ONNX node in the form in which MNN's converter hands it to a transform (docs/rules.md, A transform).
#include "base/result.h"
#include "device/expansion.h"

#include <string>

namespace mkb::mnn {

/// Whole numbers of 64 bits become 32, cut at ± 2^30; booleans become int32, double becomes float; an attribute that
/// the file does not give is not there. `onnx_model`: a file with exactly one node. bad_input for anything else and for
/// kinds of attributes and constants that the converter has no place for.
Result<job::Node> read_onnx_node(const std::string& onnx_model);

} // namespace mkb::mnn
