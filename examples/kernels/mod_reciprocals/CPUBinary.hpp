#pragma once
#include "core/Execution.hpp"

namespace MNN {

/// The remainder of whole numbers, which has the sign of its divisor. The divisors' shape is the end of the dividends'.
class CPUBinary : public Execution {
public:
    explicit CPUBinary(Backend* backend) : Execution(backend) {}
    ErrorCode onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;

private:
    int mRows = 0;                   ///< how often the divisors are used
    std::vector<double> mDivisor;    ///< memory for one call: nothing in it outlives that
    std::vector<double> mReciprocal; ///< the same
};

} // namespace MNN
