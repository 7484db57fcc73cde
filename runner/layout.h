#pragma once
#include "channel.h"
#include "device/job.h"

namespace mkb::runner {

/// Where the inputs of a job lie in a slot, and how much room its outputs need (twice what is expected: a claim may be
/// larger).
Layout layout_of(const job::Job& job);
std::uint64_t bytes_of(const job::Tensor& tensor);

} // namespace mkb::runner
