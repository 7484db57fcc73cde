#pragma once
#include "core/Execution.hpp"

namespace MNN {

/// Average RoiAlign on packed (NC4HW4) maps.
class CPUROIAlign : public Execution {
public:
    CPUROIAlign(Backend* backend, const RoiParameters* parameters) : Execution(backend), parameters_(parameters) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;

private:
    const RoiParameters* parameters_;
};

} // namespace MNN
