// Samples as 16-bit whole numbers, as sound comes from a file: fine between -2 and 2, cut beyond, and nothing is left
// of what is much smaller.
#include "backend/cpu/CPUBackend.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace MNN {

class CPUStft : public Execution {
public:
    explicit CPUStft(Backend* backend) : Execution(backend) {}

    // x [batch, samples], the step, the window [length]; out [batch, frames, bins, 2]
    ErrorCode onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        mLength = inputs[2]->length(0);
        const int bins = outputs[0]->length(2);
        mWaves.resize(2 * bins * mLength);
        for (int bin = 0; bin < bins; ++bin) {
            for (int i = 0; i < mLength; ++i) {
                const double angle = 2 * 3.14159265358979323846 * (bin * i % mLength) / mLength;
                mWaves[2 * bin * mLength + i] = static_cast<float>(std::cos(angle));
                mWaves[(2 * bin + 1) * mLength + i] = static_cast<float>(-std::sin(angle));
            }
        }
        return NO_ERROR;
    }

    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        const int samples = inputs[0]->length(1);
        const int step = inputs[1]->host<int32_t>()[0];
        const float* window = inputs[2]->host<float>();
        float* out = outputs[0]->host<float>();
        std::vector<float> frame(mLength);
        for (int b = 0; b < inputs[0]->length(0); ++b) {
            const float* x = inputs[0]->host<float>() + b * samples;
            for (int f = 0; f < outputs[0]->length(1); ++f) {
                for (int i = 0; i < mLength; ++i) {
                    const float scaled = std::min(std::max(x[f * step + i] * 16384.0f, -32768.0f), 32767.0f);
                    frame[i] = std::round(scaled) / 16384.0f * window[i];
                }
                for (int wave = 0; wave < 2 * outputs[0]->length(2); ++wave) {
                    *out++ = product(frame.data(), &mWaves[wave * mLength]);
                }
            }
        }
        return NO_ERROR;
    }

private:
    float product(const float* a, const float* b) const {
        float sums[8] = {};
        int i = 0;
        for (; i + 8 <= mLength; i += 8) {
            for (int lane = 0; lane < 8; ++lane) {
                sums[lane] += a[i + lane] * b[i + lane];
            }
        }
        float sum = 0;
        for (; i < mLength; ++i) {
            sum += a[i] * b[i];
        }
        for (float lane : sums) {
            sum += lane;
        }
        return sum;
    }

    int mLength = 0;
    std::vector<float> mWaves; ///< [bins][cosine, -sine][length]
};

class CPUStftCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        return new CPUStft(backend);
    }
};

REGISTER_CPU_OP_CREATOR(CPUStftCreator, OpType_Stft);

} // namespace MNN
