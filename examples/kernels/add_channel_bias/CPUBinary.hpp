#ifndef CPUBinary_hpp
#define CPUBinary_hpp

#include "core/Execution.hpp"

namespace MNN {

/// Adds a tensor and one whose trailing dimensions are 1, such as a value per channel.
class CPUBinary : public Execution {
public:
    explicit CPUBinary(Backend* backend) : Execution(backend) {}
    ErrorCode onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;

private:
    int mFull = 0;  ///< the operand that has the shape of the output: 0 or 1
    int mOuter = 0; ///< values of the small operand
    int mInner = 0; ///< elements of the output for each of them
};

} // namespace MNN

#endif // CPUBinary_hpp
