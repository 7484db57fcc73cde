#ifndef CPUBinary_hpp
#define CPUBinary_hpp

#include "core/Execution.hpp"

namespace MNN {

/// Logical or of two masks of one shape. The framework holds booleans as int32.
class CPUBinary : public Execution {
public:
    explicit CPUBinary(Backend* backend) : Execution(backend) {}
    ErrorCode onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;
};

} // namespace MNN

#endif // CPUBinary_hpp
