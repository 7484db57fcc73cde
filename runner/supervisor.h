#pragma once
#include "device/job.h"

#include <sched.h>
#include <string>

namespace mkb::runner {

/// Verification: one candidate process, every step once, all outputs brought back.
void verify(const job::Job& job, job::JobResult& result, std::string& outputs);

/// Where a job's processes may run.
struct Cores {
    cpu_set_t allowed; ///< by who started this process
    cpu_set_t timed;   ///< of them one, or as many as the job has threads
    cpu_set_t others;  ///< of them the rest; `timed` where there is none
    int first = -1;    ///< of `timed`; -1: the job says nothing about cores
};
/// Keeps this process (and what it starts) to `timed`.
Cores pin(const job::Job& job);

/// Measurement: pairs of fresh processes on one core, ABBA blocks, fresh contents for every run.
void measure(const job::Job& job, const Cores& cores, job::JobResult& result, std::string& outputs);

/// The composite form, on the host only: the child turns the node into a graph ("expand", with the plug-in), or looks
/// at a graph ("inspect", without candidate code). What it answers goes to `outputs`.
void ask(const job::Job& job, job::JobResult& result, std::string& outputs);

/// Instructions of native and candidate on the same contents, and the candidate's outputs of these runs. Without a
/// counter the counts are 0.
void count(const job::Job& job, job::JobResult& result, std::string& outputs);

/// Bandwidth of a copy loop over working sets of several sizes, and peak multiply-add rate, on the pinned core.
void calibrate(job::JobResult& result);

} // namespace mkb::runner
