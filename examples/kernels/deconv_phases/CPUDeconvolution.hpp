#pragma once
#include "core/Execution.hpp"

namespace MNN {

/// Transposed convolution of tensors in the packed layout NC4HW4.
class CPUDeconvolution : public Execution {
public:
    CPUDeconvolution(Backend* backend, const Convolution2D* parameters, int pack);
    ErrorCode onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;

    /// What the kernel does along one axis: output place p takes tap k of input place (p + pad - k) / stride, where
    /// that is a whole number inside the map.
    struct Axis {
        int kernel, stride, pad, input, output;
    };

private:
    std::vector<float> mWeight; ///< [outputs / pack][kernel height][kernel width][input][pack]
    std::vector<float> mBias;   ///< [outputs / pack][pack]
    Axis mDown, mAcross;
    int mInputs; ///< channels
    int mPack;
    int mBatch = 0;
};

} // namespace MNN
