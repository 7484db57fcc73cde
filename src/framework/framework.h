#pragma once
// The Framework seam: where a kernel lives, how a candidate is built against it, and which files the runner needs.
#include "candidate/candidate.h"
#include "device/device.h"
#include "device/expansion.h"
#include "device/job.h"
#include "framework/reading.h"
#include "record/record.h"
#include "task/task.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mkb {

/// What a build is for. `host` is this machine, whatever its processor; `aarch64` is a Linux with glibc; `android` is
/// a phone of that processor, built with the NDK that ANDROID_NDK names.
enum class Target : std::uint8_t { host, aarch64, android };
std::string_view name_of(Target target);
/// bad_input, listing the targets, for another name.
Result<Target> target_named(std::string_view name);

/// How a candidate becomes part of the framework (docs/measurement.md, Both ways to build). Both give the same
/// verdict.
enum class BuildWay : std::uint8_t {
    plugin,  ///< a shared object that the runner loads
    in_tree, ///< the published way: beside the framework's own objects, the library linked anew
};
std::string_view name_of(BuildWay way);
Result<BuildWay> build_way_named(std::string_view name);

/// A built candidate, ready to be deployed: one file, and what the runner is to do with it.
struct Built {
    enum class As : std::uint8_t {
        plugin,    ///< registers itself when it is loaded
        library,   ///< the framework's library with the candidate inside, for the children instead of the plain one
        transform, ///< turns the task's node into graphs, on this host; the device gets only these
    };
    As as = As::plugin;
    std::filesystem::path file;
    std::string sha256;
    std::string graph,
        secret_graph;    ///< transform: model files from `expand`, with the task's and with secret parameters
    job::InTree in_tree; ///< library: where the candidate is in it; the native kernel is where it always is
};

struct BuildOptions {
    BuildWay way = BuildWay::plugin;
    bool trusted = false; ///< the framework's own file, no audit; never for anybody else's code
};

/// What building gave: a file, or an outcome that is the candidate's own (build_failed, load_failed for a refused
/// symbol).
struct Build {
    std::variant<Built, Outcome> result;
    std::string log;               ///< compiler's and linker's text, capped
    std::vector<StageTime> stages; ///< build, audit
    std::string isolation;         ///< of the compiler: "full" or "partial (…)"
};

/// What became of expanding the task's node (composite form).
struct Expansion {
    job::ChildEnd end;     ///< `kind` is empty: `graph` may be run; else why not, which is the candidate's own
    std::string graph;     ///< a model file that a candidate made: to be loaded in its jail only
    std::string operators; ///< what it consists of, for people: "BinaryOp MUL BinaryOp ADD ReLU6"
    std::string printed;
    std::vector<std::string> jail; ///< layers in force around the transform
    double limit_s = 0;            ///< what the transform had
};

/// A task's two model files, read.
struct ModelView {
    job::Node node;   ///< of model.onnx
    job::Graph graph; ///< of model.mnn
};

class Framework {
public:
    virtual ~Framework() = default;
    /// Fetches and builds whatever is missing for the target; shows progress; idempotent and safe in parallel.
    virtual Result<void> prepare() = 0;
    virtual Result<FrameworkFacts> facts() = 0;
    virtual Target target() const = 0;
    /// Compiles in a jail into `folder`. Errors are our world's only.
    virtual Result<Build> build(const Task& task, const Candidate& candidate, const std::filesystem::path& folder,
                                const BuildOptions& options) = 0;
    /// Composite form: has a `transform` turn the node of an ONNX model into a graph, in a jail on this host, and
    /// checks the graph in another one. Errors are our world's only.
    virtual Result<Expansion> expand(const Task& task, const Built& built, const std::string& onnx_model) = 0;
    /// Runner, framework library and whatever else must be beside the runner on the device. `with_libraries`: the C and
    /// C++ libraries and their loader too (Device::wants_libraries), where the target's system has no own ones for
    /// sure.
    virtual Result<std::vector<DeviceFile>> runner_files(bool with_libraries) = 0;
    /// Functions that are the native kernel of the task, for traps in the candidate's process.
    virtual Result<std::vector<job::CodeRange>> native_code(const Task& task) = 0;
    /// The framework's own source files for a task, as a candidate (`native as candidate`). bad_input where they do not
    /// stand alone.
    virtual Result<Candidate> native_candidate(const Task& task) = 0;
    /// The task's own models; the framework's is read in a jail by the runner.
    virtual Result<ModelView> model(const Task& task) = 0;
    /// What of the framework's sources the writer of a candidate should see. Fetches sources, builds nothing.
    virtual Result<Reading> reading(const Task& task) = 0;
    /// Name of the built file's function that holds an offset, or "": for crash reports.
    virtual Result<std::string> function_at(const Built& built, std::uint64_t offset) = 0;
};

/// MNN for one target. `MNN_SOURCE` names another tree than the pinned one. Nothing is touched before `prepare`.
std::unique_ptr<Framework> make_mnn(Target target = Target::host);

} // namespace mkb
