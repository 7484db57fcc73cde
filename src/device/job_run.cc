#include "device/job_run.h"

#include "base/files.h"
#include "base/hash.h"
#include "device/job_check.h"

#include <chrono>

namespace mkb {

namespace {

constexpr double kStartAllowanceS = 60; ///< for starting processes, on top of what the runs may take
constexpr double kMostSeconds = 3600;
// The runner's exit codes for a job that it cannot read, and for a result that the disk does not take.
constexpr int kJobRefused = 64, kResultNotWritten = 74;

/// What a message of one line has room for.
std::string first_line(const std::string& text) {
    constexpr std::size_t kMost = 300;
    return text.substr(0, std::min(text.find('\n'), kMost));
}

/// An upper bound of the wall time: every run at its own limit would be far too long to wait for, so a share of that.
std::chrono::milliseconds wall_limit(const job::Job& job) {
    double runs = 0; // calibrating, expanding and inspecting have none, counting has a few
    if (job.mode == "verify") {
        runs = static_cast<double>(job.steps.size()) + 2;
    } else if (job.mode == "measure") {
        const bool fixed = job.measure.blocks.quads > 0;
        const Blocks most = fixed
                                ? job.measure.blocks
                                : Blocks{.quads = job.measure.bounds.most_quads, .runs = job.measure.bounds.most_runs};
        runs = 2.0 * job.measure.pairs * (most.quads * 2.0 * most.runs + job.measure.warm_up_runs);
    }
    const double seconds = std::min(kStartAllowanceS + 3 * job.run_limit_s + runs * 0.5, kMostSeconds);
    return std::chrono::milliseconds(static_cast<long>(seconds * 1000));
}

/// A runner without a result, as an error of our world. Trying again helps where neither job nor disk is to blame.
Error trouble_of(const Device& device, const DeviceExit& ended) {
    const bool exited = ended.how == DeviceExit::How::exited;
    const bool refused = exited && ended.code == kJobRefused, no_room = exited && ended.code == kResultNotWritten;
    const char* how = ended.how == DeviceExit::How::timed_out   ? "did not end in time"
                      : ended.how == DeviceExit::How::signalled ? "was killed"
                                                                : "failed";
    const char* next_step = refused   ? "; it does not fit this mkb: rebuild with script/build"
                            : no_room ? "; see to the disk there"
                                      : "";
    return {refused || no_room ? ErrorKind::environment : ErrorKind::transient,
            fmt::format("device {}: the runner {} ({}): {}{}", device.name(), how, ended.code, first_line(ended.err),
                        next_step)};
}

Result<DeviceFile> write_input(const std::filesystem::path& folder, const std::string& name,
                               const std::string& content) {
    MKB_DO(write_scratch_file(folder / name, content));
    return DeviceFile{.name = name, .source = folder / name, .sha256 = sha256_hex(content), .keep = false};
}

} // namespace

Result<JobReply> run_job(std::vector<DeviceFile> runner, Device& device, const job::Job& job, const JobFiles& files) {
    MKB_TRY(folder, TempDir::make("mkb-job"));
    DeviceCommand command;
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
        return std::unexpected(trouble_of(device, ended));
    }
    MKB_TRY(packed, read_file(command.pull_folder / "result.cbor"));
    MKB_TRY(outputs, read_file(command.pull_folder / "outputs.bin"));
    std::string reason;
    if (!job::unpack(packed, reply.result, reason)) {
        return fail(ErrorKind::transient, "device {}: the runner's result cannot be read: {}", device.name(), reason);
    }
    if (const std::string misfit = job::misfit(job, reply.result); !misfit.empty()) {
        return fail(ErrorKind::transient, "device {}: the runner's result does not fit its job: {}", device.name(),
                    misfit);
    }
    reply.outputs = std::move(outputs);
    return reply;
}

job::Tensor job_tensor(const TensorSpec& spec) {
    return {.name = spec.name, .type = element_type_in_framework(spec.type), .shape = spec.shape};
}

} // namespace mkb
