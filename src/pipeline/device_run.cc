#include "pipeline/device_run.h"

#include "base/files.h"
#include "base/hash.h"

#include <chrono>
#include <cstring>

namespace mkb {

namespace {

constexpr double kStartAllowanceS = 60; ///< for starting processes, on top of what the runs may take
constexpr double kMostSeconds = 3600;
constexpr double kEmulatedPatience = 3; ///< an emulated kernel is some ten times slower, and 10 s are plenty as it is
constexpr int kJobRefused = 64;         ///< the runner's exit code for a job that it cannot read

/// What a message of one line has room for.
std::string first_line(const std::string& text) {
    constexpr std::size_t kMost = 300;
    return text.substr(0, std::min(text.find('\n'), kMost));
}

/// An upper bound of the wall time: every run at its own limit would be far too long to wait for, so a share of that.
std::chrono::milliseconds wall_limit(const job::Job& job) {
    const double runs = job.mode == "verify"
                            ? static_cast<double>(job.steps.size()) + 2
                            : 2.0 * job.measure.pairs *
                                  (job.measure.quads * 2.0 * job.measure.runs_per_block + job.measure.warm_up_runs);
    const double seconds = std::min(kStartAllowanceS + 3 * job.run_limit_s + runs * 0.5, kMostSeconds);
    return std::chrono::milliseconds(static_cast<long>(seconds * 1000));
}

/// Discarded when it is none. The library throws for sizes that no memory holds, also when it is told not to.
nlohmann::json parse_cbor(const std::string& packed) {
    try {
        return nlohmann::json::from_cbor(packed, true, false);
    } catch (const nlohmann::json::exception&) {
        return nlohmann::json(nlohmann::json::value_t::discarded);
    }
}

Result<DeviceFile> write_input(const std::filesystem::path& folder, const std::string& name,
                               const std::string& content) {
    MKB_DO(write_file_atomic(folder / name, content));
    return DeviceFile{.name = name, .source = folder / name, .sha256 = sha256_hex(content), .keep = false};
}

} // namespace

Result<JobFiles> files_for(const Task& task, const std::optional<Built>& built) {
    JobFiles files;
    MKB_TRY(models, load_models(task, std::nullopt));
    files.contents.emplace_back("model.mnn", std::move(models.mnn));
    if (built) {
        files.files.push_back({.name = "candidate.so", .source = built->file, .sha256 = built->sha256, .keep = false});
    }
    return files;
}

Result<JobReply> run_job(Framework& framework, Device& device, const job::Job& job, const JobFiles& files) {
    MKB_TRY(folder, TempDir::make("mkb-job"));
    DeviceCommand command;
    MKB_TRY(runner, framework.runner_files());
    command.files = std::move(runner);
    command.argv = {command.files.front().name, "job.json"};
    MKB_TRY(description, write_input(folder.path(), "job.json", job::to_json(job).dump()));
    command.files.push_back(description);
    for (const auto& [name, content] : files.contents) {
        MKB_TRY(file, write_input(folder.path(), name, content));
        command.files.push_back(file);
    }
    command.files.insert(command.files.end(), files.files.begin(), files.files.end());
    command.pull = {"result.cbor", "outputs.bin"};
    command.pull_folder = folder.path() / "back";
    std::filesystem::create_directories(command.pull_folder);
    command.wall_time = wall_limit(job);
    const auto start = std::chrono::steady_clock::now();
    MKB_TRY(ended, device.run(command));
    JobReply reply;
    reply.wall_ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    if (ended.how != DeviceExit::How::exited || ended.code != 0 || ended.pulled.size() != 2) {
        const char* how = ended.how == DeviceExit::How::timed_out   ? "did not end in time"
                          : ended.how == DeviceExit::How::signalled ? "was killed"
                                                                    : "failed";
        const bool refused = ended.how == DeviceExit::How::exited && ended.code == kJobRefused;
        return fail(refused ? ErrorKind::environment : ErrorKind::transient, "device {}: the runner {} ({}): {}{}",
                    device.name(), how, ended.code, first_line(ended.err),
                    refused ? "; it does not fit this mkb: rebuild with script/build" : "");
    }
    MKB_TRY(packed, read_file(command.pull_folder / "result.cbor"));
    MKB_TRY(outputs, read_file(command.pull_folder / "outputs.bin"));
    std::string reason;
    if (!job::from_json(parse_cbor(packed), reply.result, reason)) {
        return fail(ErrorKind::transient, "device {}: the runner's result cannot be read: {}", device.name(), reason);
    }
    reply.outputs = std::move(outputs);
    return reply;
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
    const auto tensor = [](const TensorSpec& spec) {
        return job::Tensor{.name = spec.name, .type = element_type_in_framework(spec.type), .shape = spec.shape};
    };
    std::ranges::transform(task.inputs, std::back_inserter(job.inputs), tensor);
    std::ranges::transform(task.outputs, std::back_inserter(job.outputs), tensor);
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
