#ifndef CPUConvolutionDepthwise_hpp
#define CPUConvolutionDepthwise_hpp

#include "core/Execution.hpp"

namespace MNN {

/// Depthwise convolution (one filter per channel) of tensors in the packed layout NC4HW4.
class CPUConvolutionDepthwise : public Execution {
public:
    CPUConvolutionDepthwise(Backend* backend, const Convolution2D* parameters, int pack);
    ErrorCode onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override;

    /// What the loops need to know of one picture; lengths in pixels, and a pixel holds `pack` floats.
    struct Shape {
        int inHeight, inWidth, outHeight, outWidth;
        int kernelHeight, kernelWidth, strideY, strideX, padY, padX;
    };

private:
    std::vector<float> mWeight; ///< [channels / pack][kernel height][kernel width][pack]
    std::vector<float> mBias;   ///< [channels / pack][pack]
    Shape mShape;
    int mPack;
    int mPictures = 0; ///< batch times groups of `pack` channels
    int mBatch = 0;
};

} // namespace MNN

#endif // CPUConvolutionDepthwise_hpp
