#pragma once
// One job on a device: files there, runner, result back.
#include "device/device.h"
#include "device/job.h"
#include "framework/framework.h"
#include "verify/oracle.h"

#include <filesystem>
#include <string>
#include <vector>

namespace mkb {

struct JobFiles {
    std::vector<std::pair<std::string, std::string>> contents; ///< name → bytes, e.g. the models
    std::vector<DeviceFile> files;                             ///< e.g. the plug-in
};

/// The task's model and, where there is one, the plug-in, under the names that jobs use.
Result<JobFiles> files_for(const Task& task, const std::optional<Built>& built);

struct JobReply {
    job::JobResult result;
    std::string outputs; ///< outputs.bin
    double wall_ms = 0;
};

/// Trouble of the device or the runner is a `transient` or `environment` error, never an outcome.
Result<JobReply> run_job(Framework& framework, Device& device, const job::Job& job, const JobFiles& files);

/// The task's part of a job: operator, tensors, regimes, limits; on an emulated device with more patience.
Result<job::Job> job_for(Framework& framework, Device& device, const Task& task, const Seed& seed);

/// The outputs of one returned run; empty bytes where the claim did not add up.
std::vector<TensorValue> outputs_of(const job::Returned& returned, const std::string& bytes);

} // namespace mkb
