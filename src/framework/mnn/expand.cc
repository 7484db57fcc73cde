#include "framework/mnn/expand.h"

#include "device/job_run.h"
#include "framework/mnn/graph_check.h"
#include "framework/mnn/onnx_node.h"

#include <algorithm>

namespace mkb::mnn {

namespace {

constexpr const char* kNode = "node.cbor";
constexpr const char* kGraph = "expanded.mnn";
constexpr double kExpandLimitS = 5; ///< a transform takes about a millisecond

job::Job job_for(const Task& task, const char* mode) {
    job::Job job;
    job.mode = mode;
    job.form = name_of(task.form);
    job.run_limit_s = kExpandLimitS;
    std::ranges::transform(task.inputs, std::back_inserter(job.inputs), job_tensor);
    std::ranges::transform(task.outputs, std::back_inserter(job.outputs), job_tensor);
    return job;
}

Result<JobReply> run_here(const Kit& kit, const job::Job& job, const JobFiles& files) {
    const auto here = make_local_device();
    return run_job(runner_files(kit), *here, job, files);
}

} // namespace

namespace {

struct Looked {
    job::Graph graph;
    bool readable = false; ///< the file is a graph
    job::ChildEnd end;
};

Result<Looked> look_at(const Kit& kit, const Task& task, const std::string& model) {
    job::Job job = job_for(task, "inspect");
    job.candidate_models = {kGraph};
    MKB_TRY(reply, run_here(kit, job, {.contents = {{kGraph, model}}, .files = {}}));
    Looked looked{.graph = {}, .readable = !reply.outputs.empty(), .end = reply.result.candidate};
    std::string reason;
    if (looked.readable && !job::unpack(reply.outputs, looked.graph, reason)) {
        return fail(ErrorKind::transient, "what the runner says about a graph cannot be read: {}", reason);
    }
    return looked;
}

} // namespace

Result<job::Graph> read_graph(const Kit& kit, const Task& task, const std::string& model) {
    MKB_TRY(looked, look_at(kit, task, model));
    if (!looked.readable) {
        return fail(ErrorKind::environment, "task {}: model.mnn cannot be read: {}", task.id, looked.end.detail);
    }
    return std::move(looked.graph);
}

Result<void> inspect_graph(const Kit& kit, const Task& task, Expansion& expansion) {
    MKB_TRY(looked, look_at(kit, task, expansion.graph));
    const job::Graph& graph = looked.graph;
    expansion.operators = operators_text(graph);
    // Its structure first: a graph that crashes the framework is best told by what is wrong with it.
    if (looked.readable) {
        expansion.end = check_structure(task, graph);
    }
    if (expansion.end.kind.empty()) {
        expansion.end = looked.end;
    }
    if (expansion.end.kind.empty()) {
        expansion.end = check_outputs(task, graph);
    }
    return {};
}

Result<Expansion> expand_node(const Kit& kit, const Task& task, const Built& built, const std::string& onnx_model) {
    MKB_TRY(node, read_onnx_node(onnx_model));
    job::Job job = job_for(task, "expand");
    job.plugin = kPluginFile;
    job.node = kNode;
    const JobFiles files{.contents = {{kNode, job::pack(node)}},
                         .files = {{.name = kPluginFile, .source = built.file, .sha256 = built.sha256, .keep = false}}};
    MKB_TRY(reply, run_here(kit, job, files));
    Expansion expansion{.end = reply.result.candidate,
                        .graph = std::move(reply.outputs),
                        .operators = {},
                        .printed = std::move(reply.result.printed),
                        .jail = std::move(reply.result.jail),
                        .limit_s = job.run_limit_s};
    if (expansion.end.kind.empty()) {
        MKB_DO(inspect_graph(kit, task, expansion));
    }
    return expansion;
}

std::vector<DeviceFile> runner_files(const Kit& kit) {
    std::vector<DeviceFile> files = {
        {.name = "mkb-runner", .source = kit.folder / "mkb-runner", .sha256 = kit.runner_sha256, .executable = true},
        {.name = kLibraryFile, .source = kit.folder / kLibraryFile, .sha256 = kit.library_sha256}};
    if (!kit.cxx_shared.empty()) {
        files.push_back(
            {.name = kit.cxx_shared, .source = kit.folder / kit.cxx_shared, .sha256 = kit.cxx_shared_sha256});
    }
    return files;
}

} // namespace mkb::mnn
