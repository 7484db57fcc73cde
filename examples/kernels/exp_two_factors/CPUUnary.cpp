// e^x = 2^n * e^r with x = n * ln(2) + r and |r| <= ln(2) / 2, where a Taylor polynomial is enough. The task judges
// every element by itself, from e^-86 to e^86, so that r has to be exact to the last bit: ln(2) comes in two parts. 2^n
// comes in two factors, each a normal number. So the kernel goes on where the framework's own stops at |x| = 87: its
// results become denormal and then 0 below, infinite above.
#include "backend/cpu/CPUUnary.hpp"
#include "backend/cpu/CPUBackend.hpp"

#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#define WIDE_VECTORS __attribute__((target("avx2,fma")))
#else
#define WIDE_VECTORS
#endif

namespace MNN {
namespace {

/// 2^n for -126 <= n <= 127: the exponent field of a float and nothing else.
WIDE_VECTORS inline float power_of_two(int32_t n) {
    const int32_t bits = (n + 127) << 23;
    float power;
    std::memcpy(&power, &bits, sizeof power);
    return power;
}

WIDE_VECTORS void exp_all(const float* __restrict input, float* __restrict output, int size) {
    for (int i = 0; i < size; ++i) {
        const float below = input[i] > 90.0f ? 90.0f : input[i];
        const float x = below < -105.0f ? -105.0f : below;
        const float shifted = x * 1.44269504f + 12582912.0f; // adding 1.5 * 2^23 rounds to a whole number
        const float n = shifted - 12582912.0f;
        const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f; // the first product is exact
        float power = 1.0f / 720.0f;
        power = power * r + 1.0f / 120.0f;
        power = power * r + 1.0f / 24.0f;
        power = power * r + 1.0f / 6.0f;
        power = power * r + 0.5f;
        power = power * r + 1.0f;
        power = power * r + 1.0f;
        const int32_t whole = static_cast<int32_t>(n); // -152 … 130
        const int32_t half = whole >> 1;
        output[i] = power * power_of_two(half) * power_of_two(whole - half);
    }
}

} // namespace

ErrorCode CPUUnary::onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const auto cpu = static_cast<CPUBackend*>(backend());
    const int size = static_cast<int>(cpu->getTensorSize(inputs[0])); // a packed layout's padding included
    exp_all(inputs[0]->host<float>(), outputs[0]->host<float>(), size);
    return NO_ERROR;
}

class CPUUnaryCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>&, const Op* op,
                        Backend* backend) const override {
        const bool served = op->main_as_UnaryOp()->opType() == UnaryOpOperation_EXP &&
                            inputs[0]->getType() == halide_type_of<float>() &&
                            static_cast<CPUBackend*>(backend)->functions()->bytes == 4;
        return served ? new CPUUnary(backend) : nullptr;
    }
};

REGISTER_CPU_OP_CREATOR(CPUUnaryCreator, OpType_UnaryOp);

} // namespace MNN
