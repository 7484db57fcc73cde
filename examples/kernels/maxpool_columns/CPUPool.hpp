#pragma once
#include "core/Execution.hpp"

namespace MNN {

/// Two-dimensional max pooling on packed (NC4HW4) maps.
class CPUPool : public Execution {
public:
    CPUPool(Backend* backend, const Pool* parameters) : Execution(backend), parameters_(parameters) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;

private:
    const Pool* parameters_;
};

} // namespace MNN
