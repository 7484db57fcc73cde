#include "layout.h"

namespace mkb::runner {

std::uint64_t bytes_of(const job::Tensor& tensor) {
    std::uint64_t elements = 1;
    for (const std::int64_t extent : tensor.shape) {
        elements *= static_cast<std::uint64_t>(extent);
    }
    return elements * 4;
}

double cpu_limit_s(const job::Job& job) {
    constexpr double kLoadAllowanceS = 5;
    return job.run_limit_s * (job.mode == "expand" ? 1 : 60) + kLoadAllowanceS;
}

Layout layout_of(const job::Job& job) {
    constexpr std::uint64_t kPage = 4096;
    // A slot is not a whole number of large strides, so that the same element of two slots falls into different cache
    // sets.
    constexpr std::uint64_t kSkew = 4096 + 256;
    Layout layout;
    for (std::size_t i = 0; i < job.inputs.size() && i < kMaxTensors; ++i) {
        layout.input_offset[i] = layout.slot_bytes;
        layout.input_bytes[i] = bytes_of(job.inputs[i]);
        layout.slot_bytes += round_up(layout.input_bytes[i], 64) + kSkew;
    }
    layout.inputs_bytes = round_up(layout.slot_bytes * kSlots, kPage);
    for (std::size_t i = 0; i < job.outputs.size() && i < kMaxTensors; ++i) {
        layout.output_offset[i] = layout.output_slot_bytes;
        layout.output_bytes[i] = bytes_of(job.outputs[i]);
        layout.output_slot_bytes += round_up(layout.output_bytes[i], 64) + kSkew;
    }
    layout.outputs_bytes = round_up(layout.output_slot_bytes * kSlots, kPage);
    if (job.mode == "expand" || job.mode == "inspect") {
        layout.outputs_bytes = kAnswerBytes;
    }
    return layout;
}

} // namespace mkb::runner
