#pragma once
// What of MNN's sources the writer of a candidate is shown, by form, operator and category.
#include "framework/reading.h"
#include "task/task.h"

namespace mkb::mnn {

/// `sources`: MNN's tree. `home`: this project's, for what MNN's package lacks: the converter's interface, and its
/// worked examples where the tree has no converter.
Reading reading_for(const Task& task, const std::filesystem::path& sources, const std::filesystem::path& home);

} // namespace mkb::mnn
