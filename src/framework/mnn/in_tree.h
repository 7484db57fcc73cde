#pragma once
// The published way to build, as far as it links: the candidate as one more object of the framework's library.
#include "framework/framework.h"
#include "framework/mnn/kit.h"

namespace mkb::mnn {

/// Compiles the candidate as the framework's build compiles a kernel, without a precompiled header, to
/// `folder`/out/candidate.o, and links a plug-in of it for the audit: what it may import does not depend on the way.
/// The result is that plug-in, or the candidate's fault.
Result<Build> compile_in_tree(const Kit& kit, const Library& library, const Task& task, const Candidate& candidate,
                              const std::filesystem::path& folder);

/// Links the framework's library anew, with the object that `compile_in_tree` left in `folder`: `build.result` becomes
/// that library, or the candidate's fault. Reads the framework's own objects where they are; nothing outside of
/// `folder` is written. `native`: the task's native functions, which must stay where they are.
Result<void> link_in_tree(const Kit& kit, const Library& library, const std::vector<Function>& native,
                          const std::filesystem::path& folder, Build& build);

} // namespace mkb::mnn
