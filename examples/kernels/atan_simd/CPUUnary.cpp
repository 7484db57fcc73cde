// Arc tangent as one polynomial. For |x| > 1 the identity atan(x) = pi/2 - atan(1/x) brings the argument into [0, 1],
// where x * P(x^2) with eight coefficients fits to 1.2e-7 (minimax, in Chebyshev's way). There is no branch, so the
// compiler turns the loop into AVX2 with fused multiply-adds, or NEON; the framework calls libm once per element.
#include "backend/cpu/CPUUnary.hpp"
#include "backend/cpu/CPUBackend.hpp"

#if defined(__x86_64__)
#define ATAN_TARGET __attribute__((target("avx2,fma")))
#else
#define ATAN_TARGET
#endif

namespace MNN {
namespace {

ATAN_TARGET void atan_all(const float* __restrict input, float* __restrict output, int size) {
    const float half_pi = 1.5707963268f;
    for (int i = 0; i < size; ++i) {
        const float magnitude = std::fabs(input[i]);
        const float inverse = 1.0f / magnitude;
        const float z = magnitude > 1.0f ? inverse : magnitude;
        const float t = z * z;
        float p = -0.004559791986f;
        p = p * t + 0.0237805186f;
        p = p * t - 0.05882975314f;
        p = p * t + 0.09868865458f;
        p = p * t - 0.1400329018f;
        p = p * t + 0.1996696183f;
        p = p * t - 0.3333181266f;
        p = p * t + 0.999999882f;
        p = p * z;
        output[i] = std::copysign(magnitude > 1.0f ? half_pi - p : p, input[i]);
    }
}

} // namespace

ErrorCode CPUUnary::onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const auto cpu = static_cast<CPUBackend*>(backend());
    const int size = static_cast<int>(cpu->getTensorSize(inputs[0])); // a packed layout's padding included
    atan_all(inputs[0]->host<float>(), outputs[0]->host<float>(), size);
    return NO_ERROR;
}

class CPUUnaryCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>&, const Op* op,
                        Backend* backend) const override {
        const bool served = op->main_as_UnaryOp()->opType() == UnaryOpOperation_ATAN &&
                            inputs[0]->getType() == halide_type_of<float>() &&
                            static_cast<CPUBackend*>(backend)->functions()->bytes == 4;
        return served ? new CPUUnary(backend) : nullptr;
    }
};

REGISTER_CPU_OP_CREATOR(CPUUnaryCreator, OpType_UnaryOp);

} // namespace MNN
