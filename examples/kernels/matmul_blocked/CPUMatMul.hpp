#ifndef CPUMatMul_hpp
#define CPUMatMul_hpp

#include "core/Execution.hpp"

namespace MNN {

/// C = A * B for two matrices that are both inputs, neither transposed.
class CPUMatMul : public Execution {
public:
    explicit CPUMatMul(Backend* backend) : Execution(backend) {}
    ErrorCode onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;

private:
    int mRows = 0;    ///< of A and C
    int mDepth = 0;   ///< columns of A, rows of B
    int mColumns = 0; ///< of B and C
};

} // namespace MNN

#endif // CPUMatMul_hpp
