#pragma once
// The Framework seam: where a kernel lives, how a candidate is built against it, and which files the runner needs.
#include "candidate/candidate.h"
#include "device/device.h"
#include "device/job.h"
#include "record/record.h"
#include "task/task.h"

#include <filesystem>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace mkb {

/// A built candidate, ready to be deployed.
struct Plugin {
    std::filesystem::path file;
    std::string sha256;
};

/// What building gave: a plug-in, or an outcome that is the candidate's own (build_failed, load_failed for a refused
/// symbol).
struct Build {
    std::variant<Plugin, Outcome> result;
    std::string log;               ///< compiler's and linker's text, capped
    std::vector<StageTime> stages; ///< build, audit
    std::string isolation;         ///< of the compiler: "full" or "partial (…)"
};

class Framework {
public:
    virtual ~Framework() = default;
    /// Fetches and builds whatever is missing for the target; shows progress; idempotent and safe in parallel.
    virtual Result<void> prepare() = 0;
    virtual Result<FrameworkFacts> facts() = 0;
    /// Compiles in a jail into `folder`. Errors are our world's only.
    /// `trusted`: the framework's own file, no audit; never for anybody else's code.
    virtual Result<Build> build(const Task& task, const Candidate& candidate, const std::filesystem::path& folder,
                                bool trusted) = 0;
    /// Runner, framework library and whatever else must be beside the runner on the device.
    virtual Result<std::vector<DeviceFile>> runner_files() = 0;
    /// Functions that are the native kernel of the task, for traps in the candidate's process.
    virtual Result<std::vector<job::CodeRange>> native_code(const Task& task) = 0;
    /// The framework's own source files for a task, as a candidate (`native as candidate`). bad_input where they do not
    /// stand alone.
    virtual Result<Candidate> native_candidate(const Task& task) = 0;
    /// Name of the plug-in's function that holds an offset, or "": for crash reports.
    virtual Result<std::string> function_at(const std::filesystem::path& plugin, std::uint64_t offset) = 0;
};

/// MNN for this host. `MNN_SOURCE` names another tree than the pinned one. Nothing is touched before `prepare`.
std::unique_ptr<Framework> make_mnn();

} // namespace mkb
