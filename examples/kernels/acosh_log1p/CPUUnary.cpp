// acosh(x) = log(x + sqrt(x^2 - 1)), but not in this form: near 1 the difference and the logarithm cancel, and x^2 is
// infinite from 2^64 on. With t = x - 1, which is exact near 1, it is log(1 + w) where w = t + sqrt(t) * sqrt(x + 1).
// Everything is computed for w / 2, which is finite for every finite x. A loop with std::sqrt stays scalar, since that
// function may set errno: vector types of the compiler and its elementwise root do not.
#include "backend/cpu/CPUUnary.hpp"
#include "backend/cpu/CPUBackend.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#define WIDE_VECTORS __attribute__((target("avx2,fma")))
#else
#define WIDE_VECTORS
#endif

namespace MNN {
namespace {

constexpr int kLanes = 8; // one register with AVX, two with NEON
typedef float Floats __attribute__((vector_size(4 * kLanes)));
typedef int32_t Ints __attribute__((vector_size(4 * kLanes)));

/// log(2 * half) for 0.5 <= half; exact near 0.5.
WIDE_VECTORS inline Floats log_of_double(Floats half) {
    constexpr int32_t kRootHalf = 0x3f3504f3; // the bits of sqrt(1/2)
    Ints bits;
    std::memcpy(&bits, &half, sizeof bits);
    bits -= kRootHalf;
    const Ints exponent = (bits >> 23) + 1;            // half = 2^(exponent - 1) * m
    const Ints rest = (bits & 0x007fffff) + kRootHalf; // the bits of m, sqrt(1/2) <= m < sqrt(2)
    Floats m;
    std::memcpy(&m, &rest, sizeof m);
    const Floats s = (m - 1.0f) / (m + 1.0f); // log(m) = 2 * (s + s^3/3 + s^5/5 + …) and |s| < 0.172
    const Floats z = s * s;
    Floats series = z * (2.0f / 9.0f) + 2.0f / 7.0f;
    series = series * z + 2.0f / 5.0f;
    series = series * z + 2.0f / 3.0f;
    series = series * z + 2.0f;
    return s * series + __builtin_convertvector(exponent, Floats) * 0.693147181f;
}

WIDE_VECTORS inline Floats acosh_of(Floats x) {
    const Floats t = x - 1.0f;
    const Floats root = __builtin_elementwise_sqrt(t) * __builtin_elementwise_sqrt(x + 1.0f);
    const Floats w = 0.5f * t + 0.5f * root;
    const Floats half = 0.5f + w;
    const Floats lost = w - (half - 0.5f); // what the addition rounded away
    return log_of_double(half) + lost / half;
}

WIDE_VECTORS void acosh_all(const float* input, float* output, int size) {
    for (int i = 0; i < size; i += kLanes) {
        const size_t bytes = sizeof(float) * std::min(kLanes, size - i);
        Floats x = Floats{} + 1.0f;
        std::memcpy(&x, input + i, bytes);
        const Floats y = acosh_of(x);
        std::memcpy(output + i, &y, bytes);
    }
}

} // namespace

ErrorCode CPUUnary::onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const auto cpu = static_cast<CPUBackend*>(backend());
    const int size = static_cast<int>(cpu->getTensorSize(inputs[0])); // a packed layout's padding included
    acosh_all(inputs[0]->host<float>(), outputs[0]->host<float>(), size);
    return NO_ERROR;
}

class CPUUnaryCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>&, const Op* op,
                        Backend* backend) const override {
        const bool served = op->main_as_UnaryOp()->opType() == UnaryOpOperation_ACOSH &&
                            inputs[0]->getType() == halide_type_of<float>() &&
                            static_cast<CPUBackend*>(backend)->functions()->bytes == 4;
        return served ? new CPUUnary(backend) : nullptr;
    }
};

REGISTER_CPU_OP_CREATOR(CPUUnaryCreator, OpType_UnaryOp);

} // namespace MNN
