#pragma once
#include "core/Execution.hpp"

namespace MNN {

/// Keys [B, 1, N] less than limits [B, M, 1], whole numbers: a mask [B, M, N]. The framework holds booleans as int32.
class CPUBinary : public Execution {
public:
    explicit CPUBinary(Backend* backend) : Execution(backend) {}
    ErrorCode onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;

private:
    int mBatch = 0;
    int mLimits = 0; ///< in one of the batch: rows of the mask
    int mKeys = 0;   ///< in one of the batch: columns of the mask
};

} // namespace MNN
