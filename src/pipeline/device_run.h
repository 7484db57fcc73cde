#pragma once
// One job on a device: files there, runner, result back.
#include "device/job_run.h"
#include "framework/framework.h"
#include "verify/oracle.h"

#include <string>
#include <vector>

namespace mkb {

/// The task's model and, where there is a candidate, its plug-in, library or graphs, under the names that jobs use.
Result<JobFiles> files_for(const Task& task, const std::optional<Built>& built);

/// Says in the job which of these files the candidate is. Call it when `job.models` are known.
void name_candidate(const std::optional<Built>& built, job::Job& job);

/// With the framework's runner for this device (device/job_run.h).
Result<JobReply> run_job(Framework& framework, Device& device, const job::Job& job, const JobFiles& files);

/// The task's part of a job: operator, tensors, regimes, limits; on an emulated device with more patience.
Result<job::Job> job_for(Framework& framework, Device& device, const Task& task, const Seed& seed);

/// The outputs of one returned run; empty bytes where the claim did not add up.
std::vector<TensorValue> outputs_of(const job::Returned& returned, const std::string& bytes);

} // namespace mkb
