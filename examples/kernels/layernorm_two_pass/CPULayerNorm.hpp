#ifndef CPULayerNorm_hpp
#define CPULayerNorm_hpp

#include "core/Execution.hpp"

namespace MNN {

/// Layer normalization over the trailing axes, with gamma and beta.
class CPULayerNorm : public Execution {
public:
    CPULayerNorm(Backend* backend, const LayerNorm* parameters);
    ErrorCode onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;

private:
    std::vector<float> mGamma;
    std::vector<float> mBeta;
    float mEpsilon;
    int mAxes; ///< how many trailing axes are normalized together
    int mRows = 0;
};

} // namespace MNN

#endif // CPULayerNorm_hpp
