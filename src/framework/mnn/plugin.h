#pragma once
// A candidate to a shared object, in the compiler's jail.
#include "framework/framework.h"
#include "framework/mnn/kit.h"

namespace mkb::mnn {

/// Limits of one compilation; breaking one is the candidate's fault (build_failed with `limit`).
constexpr std::chrono::seconds kCompileCpu{60};
constexpr std::chrono::seconds kCompileWall{120};
constexpr std::size_t kCompileMemory = std::size_t{2} << 30;
constexpr std::size_t kCompileFile = std::size_t{64} << 20;
constexpr std::size_t kCompileText = std::size_t{1} << 20;

/// Writes the sources to `folder`, compiles and links. Where the candidate's header stands in for the framework's own,
/// it overlays it for this candidate alone.
Result<Build> compile_plugin(const Kit& kit, const Library& library, const Task& task, const Candidate& candidate,
                             const std::filesystem::path& folder);

/// Errors out of clang's and lld's text, at most `kMaxErrors`. `sources` and `headers`: the folders as the compiler saw
/// them.
constexpr std::size_t kMaxErrors = 50;
std::vector<BuildError> parse_errors(const std::string& log, const CompileLayout& layout);

} // namespace mkb::mnn
