#ifndef CPUSoftmax_hpp
#define CPUSoftmax_hpp

#include "core/Execution.hpp"

namespace MNN {

/// Softmax over the last axis of a tensor in plain layout, one row after the other.
class CPUSoftmax : public Execution {
public:
    CPUSoftmax(Backend* backend, int axis);
    ErrorCode onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;

private:
    int mAxis;
    int mRows = 0;
    int mWidth = 0;
};

} // namespace MNN

#endif // CPUSoftmax_hpp
