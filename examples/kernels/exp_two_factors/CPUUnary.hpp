#pragma once
#include "core/Execution.hpp"

namespace MNN {

/// e^x, element by element.
class CPUUnary : public Execution {
public:
    explicit CPUUnary(Backend* backend) : Execution(backend) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;
};

} // namespace MNN
