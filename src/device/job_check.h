#pragma once
// What came back from a device, before anybody relies on it: bytes of a program on a machine that may be broken.
#include "device/job.h"

#include <string>

namespace mkb::job {

/// The runner's result out of its bytes (CBOR). False, with a reason, for bytes that are none.
bool unpack(const std::string& bytes, JobResult& result, std::string& reason);

/// Why `result` is no answer to `job`, in one line, or empty. What it promises: regimes and models of returned outputs
/// are the job's; times of every pair are there for both sides and both clocks, as many as its quadruples divide;
/// every other number is finite and not negative. How many pairs and outputs there are is not looked at: a candidate
/// may have ended the work.
std::string misfit(const Job& job, const JobResult& result);

} // namespace mkb::job
