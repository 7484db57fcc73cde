#pragma once
// A candidate to a shared object, in the compiler's jail.
#include "base/process.h"
#include "framework/framework.h"
#include "framework/mnn/compiler_log.h"
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

// What both ways to build share.

/// A candidate's sources and what is compiled of them lie in `folder`/src and `folder`/out.
CompileFolders candidate_folders(const Kit& kit, const Library& library, const std::filesystem::path& folder);
/// Findings about what was built end the build: load_failed with the first, all of them in the log.
void refuse(const std::vector<std::string>& findings, Build& build);
/// Into the folder of the framework's tree that the task's files lie in, below `folder`.
Result<void> write_sources(const Task& task, const Candidate& candidate, const std::filesystem::path& folder);
/// The compiler and everything that a candidate is compiled with, but for the prelude, the output and the file itself.
std::vector<std::string> compiler_command(const Kit& kit, const Library& library, const CompileLayout& layout,
                                          const Task& task);
/// The candidate's file that is compiled, as the compiler sees it.
std::string compiled_file(const CompileLayout& layout, const Task& task);
/// From kObjectFile to kPluginFile, in the layout's output folder.
std::vector<std::string> link_command(const Kit& kit, const CompileLayout& layout);
/// Runs the command in the compiler's jail, under its limits; and `then`, when it ended well.
Result<ProcessExit> run_in_limits(const CompileFolders& folders, const std::vector<std::string>& command,
                                  const std::vector<std::string>& then = {});
/// What a compiler's or linker's failure says about the candidate; an error when it says nothing about it.
Result<Outcome> fault_of(const ProcessExit& done, const CompileLayout& layout, const std::filesystem::path& out);

} // namespace mkb::mnn
