#include "pipeline/device_run.h"

#include <algorithm>
#include <cstring>

namespace mkb {

namespace {

constexpr const char* kPlugin = "candidate.so";
constexpr const char* kLibrary = "libMNN-candidate.so";
constexpr const char* kExpanded = "expanded.mnn";
constexpr const char* kExpandedSecret = "expanded-secret.mnn";
constexpr double kEmulatedPatience = 3; ///< an emulated kernel is some ten times slower, and 10 s are plenty as it is

} // namespace

Result<JobFiles> files_for(const Task& task, const std::optional<Built>& built) {
    JobFiles files;
    MKB_TRY(models, load_models(task, std::nullopt));
    files.contents.emplace_back("model.mnn", std::move(models.mnn));
    if (!built) {
        return files;
    }
    if (built->as == Built::As::transform) {
        files.contents.emplace_back(kExpanded, built->graph);
        if (!built->secret_graph.empty()) {
            files.contents.emplace_back(kExpandedSecret, built->secret_graph);
        }
    } else {
        const char* name = built->as == Built::As::library ? kLibrary : kPlugin;
        files.files.push_back({.name = name, .source = built->file, .sha256 = built->sha256, .keep = false});
    }
    return files;
}

void name_candidate(const std::optional<Built>& built, job::Job& job) {
    if (!built) {
        return;
    }
    if (built->as == Built::As::plugin) {
        job.plugin = kPlugin;
        return;
    }
    if (built->as == Built::As::library) {
        job.in_tree = built->in_tree;
        job.in_tree.library = kLibrary;
        return;
    }
    // As many as `models`: a step names one by its number.
    job.candidate_models = {kExpanded};
    if (job.models.size() > 1) {
        job.candidate_models.emplace_back(kExpandedSecret);
    }
}

Result<JobReply> run_job(Framework& framework, Device& device, const job::Job& job, const JobFiles& files) {
    MKB_TRY(runner, framework.runner_files(device.wants_libraries()));
    return run_job(std::move(runner), device, job, files);
}

Result<job::Job> job_for(Framework& framework, Device& device, const Task& task, const Seed& seed) {
    job::Job job;
    MKB_TRY(facts, device.facts());
    job.run_limit_s *= facts.emulated ? kEmulatedPatience : 1;
    job.launcher = device.launcher();
    job.models = {"model.mnn"};
    job.form = name_of(task.form);
    job.may_emit = task.may_emit;
    job.op_type = task.target.type;
    job.op_operation = task.target.operation;
    job.bypass_geometry = task.geometry == Geometry::bypass;
    job.native_entries = task.native_entries;
    MKB_TRY(code, framework.native_code(task));
    job.native_code = std::move(code);
    std::ranges::transform(task.inputs, std::back_inserter(job.inputs), job_tensor);
    std::ranges::transform(task.outputs, std::back_inserter(job.outputs), job_tensor);
    for (const Regime& regime : task.regimes) {
        job.regimes.push_back(regime.inputs);
    }
    job.seed = seed;
    job.threads = task.threads;
    return job;
}

std::vector<TensorValue> outputs_of(const job::Returned& returned, const std::string& bytes) {
    std::vector<TensorValue> values;
    std::uint64_t offset = returned.offset;
    for (const job::Tensor& tensor : returned.outputs) {
        TensorValue value{.type = tensor.type, .shape = tensor.shape, .bytes = {}};
        std::uint64_t size = 4;
        for (const std::int64_t extent : tensor.shape) {
            size *= static_cast<std::uint64_t>(std::max<std::int64_t>(extent, 0));
        }
        if (offset <= bytes.size() && size <= bytes.size() - offset) {
            value.bytes.resize(size);
            std::memcpy(value.bytes.data(), bytes.data() + offset, size);
            offset += size;
        }
        values.push_back(std::move(value));
    }
    return values;
}

} // namespace mkb
