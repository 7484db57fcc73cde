#pragma once
#include "core/Execution.hpp"

namespace MNN {

/// The sum over one axis.
class CPUReduction : public Execution {
public:
    CPUReduction(Backend* backend, int axis) : Execution(backend), axis_(axis) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;

private:
    int axis_;
};

} // namespace MNN
