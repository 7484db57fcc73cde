// Error function as one quotient, x * P(x^2) / Q(x^2) with both of degree five: fitted to 3e-8 of the value for |x| <=
// 4, beyond which a float's erf is 1. The fit is least squares over Chebyshev places, weighted until the error is
// level. There is no branch and no exponential, so the compiler turns the loop into AVX2 with fused multiply-adds, or
// NEON; the framework calls libm once per element.
#include "backend/cpu/CPUUnary.hpp"
#include "backend/cpu/CPUBackend.hpp"

#if defined(__x86_64__)
#define ERF_TARGET __attribute__((target("avx2,fma")))
#else
#define ERF_TARGET
#endif

namespace MNN {
namespace {

ERF_TARGET void erf_all(const float* __restrict input, float* __restrict output, int size) {
    for (int i = 0; i < size; ++i) {
        const float below = input[i] > 4.0f ? 4.0f : input[i];
        const float x = below < -4.0f ? -4.0f : below;
        const float t = x * x;
        float p = 1.986741957e-6f;
        p = p * t + 0.0002845648852f;
        p = p * t + 0.003883408501f;
        p = p * t + 0.05310197802f;
        p = p * t + 0.1935468671f;
        p = p * t + 1.128379139f;
        float q = 3.741969145e-5f;
        q = q * t + 0.001185581321f;
        q = q * t + 0.01520739778f;
        q = q * t + 0.1153507353f;
        q = q * t + 0.5048590017f;
        q = q * t + 1.0f;
        output[i] = x * p / q;
    }
}

} // namespace

ErrorCode CPUUnary::onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const auto cpu = static_cast<CPUBackend*>(backend());
    const int size = static_cast<int>(cpu->getTensorSize(inputs[0])); // a packed layout's padding included
    erf_all(inputs[0]->host<float>(), outputs[0]->host<float>(), size);
    return NO_ERROR;
}

class CPUUnaryCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>&, const Op* op,
                        Backend* backend) const override {
        const bool served = op->main_as_UnaryOp()->opType() == UnaryOpOperation_ERF &&
                            inputs[0]->getType() == halide_type_of<float>() &&
                            static_cast<CPUBackend*>(backend)->functions()->bytes == 4;
        return served ? new CPUUnary(backend) : nullptr;
    }
};

REGISTER_CPU_OP_CREATOR(CPUUnaryCreator, OpType_UnaryOp);

} // namespace MNN
