#pragma once
#include "core/Execution.hpp"

namespace MNN {

/// The k largest or smallest values of the last axis, in order, with their indices.
class CPUTopKV2 : public Execution {
public:
    CPUTopKV2(Backend* backend, bool largest) : Execution(backend), largest_(largest) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;

private:
    bool largest_;
};

} // namespace MNN
