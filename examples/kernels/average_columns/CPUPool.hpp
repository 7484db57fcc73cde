#pragma once
#include "core/Execution.hpp"

namespace MNN {

/// 3x3 average pooling at stride 1 with padding 1 that is not counted, on packed (NC4HW4) maps.
class CPUPool : public Execution {
public:
    explicit CPUPool(Backend* backend) : Execution(backend) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;
};

} // namespace MNN
