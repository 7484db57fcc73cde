#pragma once
// One job on a device: files there, runner, result back.
#include "device/device.h"
#include "device/job.h"
#include "task/task.h"

#include <string>
#include <utility>
#include <vector>

namespace mkb {

struct JobFiles {
    std::vector<std::pair<std::string, std::string>> contents; ///< name → bytes, e.g. the models
    std::vector<DeviceFile> files;                             ///< e.g. the plug-in
};

struct JobReply {
    job::JobResult result;
    std::string outputs; ///< outputs.bin
    double wall_ms = 0;
};

/// `runner`: the program and what must be beside it, the program first. Trouble of the device or the runner is a
/// `transient` or `environment` error, never an outcome.
Result<JobReply> run_job(std::vector<DeviceFile> runner, Device& device, const job::Job& job, const JobFiles& files);

/// How a job names a task's tensor: in the framework's element type.
job::Tensor job_tensor(const TensorSpec& spec);

} // namespace mkb
