#pragma once
#include "channel.h"
#include "device/job.h"

namespace mkb::runner {

/// Where the inputs of a job and its outputs lie in their slots.
Layout layout_of(const job::Job& job);
std::uint64_t bytes_of(const job::Tensor& tensor);

/// Processor time that a child may take: all of its runs, and start, warm-up session and loading on top.
double cpu_limit_s(const job::Job& job);

} // namespace mkb::runner
