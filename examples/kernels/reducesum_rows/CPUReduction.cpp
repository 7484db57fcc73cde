// Sum over an inner axis, row by row. The data is [outside, axis, inside]: eight rows of `inside` values are added to
// the result at a time, so memory is read in order, in eight streams that the prefetcher follows, and the result stays
// in the first-level cache. The framework goes down strips 32 values wide, which touches a new page every other row.
#include "backend/cpu/CPUReduction.hpp"
#include "backend/cpu/CPUBackend.hpp"

#if defined(__x86_64__)
#define REDUCE_TARGET __attribute__((target("avx2,fma")))
#else
#define REDUCE_TARGET
#endif

namespace MNN {
namespace {

/// Adds eight rows, `stride` apart, to `sum`; the tree of additions also rounds less than a chain.
template <typename T>
REDUCE_TARGET void add_eight_rows(const T* __restrict rows, int stride, int width, T* __restrict sum) {
    const T* lower = rows;
    const T* upper = rows + 4 * stride;
    for (int i = 0; i < width; ++i) {
        const T a = (lower[i] + lower[stride + i]) + (lower[2 * stride + i] + lower[3 * stride + i]);
        const T b = (upper[i] + upper[stride + i]) + (upper[2 * stride + i] + upper[3 * stride + i]);
        sum[i] += a + b;
    }
}

template <typename T>
REDUCE_TARGET void add_row(const T* __restrict row, int width, T* __restrict sum) {
    for (int i = 0; i < width; ++i) {
        sum[i] += row[i];
    }
}

/// The sum of values that lie side by side, in 32 partial sums.
template <typename T>
REDUCE_TARGET T sum_sequence(const T* data, int size) {
    T partial[32] = {};
    int i = 0;
    for (; i + 32 <= size; i += 32) {
        for (int j = 0; j < 32; ++j) {
            partial[j] += data[i + j];
        }
    }
    for (int j = 0; i < size; ++i, ++j) {
        partial[j] += data[i];
    }
    for (int half = 16; half > 0; half /= 2) {
        for (int j = 0; j < half; ++j) {
            partial[j] += partial[j + half];
        }
    }
    return partial[0];
}

template <typename T>
void reduce(const T* source, T* result, int outside, int axis, int inside) {
    for (int o = 0; o < outside; ++o, source += axis * inside, result += inside) {
        if (inside == 1) {
            *result = sum_sequence(source, axis);
            continue;
        }
        std::fill(result, result + inside, T(0));
        int row = 0;
        for (; row + 8 <= axis; row += 8) {
            add_eight_rows(source + row * inside, inside, inside, result);
        }
        for (; row < axis; ++row) {
            add_row(source + row * inside, inside, result);
        }
    }
}

} // namespace

ErrorCode CPUReduction::onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const Tensor* input = inputs[0];
    int outside = 1;
    int inside = 1;
    for (int i = 0; i < axis_; ++i) {
        outside *= input->length(i);
    }
    for (int i = axis_ + 1; i < input->dimensions(); ++i) {
        inside *= input->length(i);
    }
    const int axis = input->length(axis_);
    if (input->getType().code == halide_type_float) {
        reduce(input->host<float>(), outputs[0]->host<float>(), outside, axis, inside);
    } else {
        reduce(input->host<int32_t>(), outputs[0]->host<int32_t>(), outside, axis, inside);
    }
    return NO_ERROR;
}

class CPUReductionCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>&, const Op* op,
                        Backend* backend) const override {
        const auto parameters = op->main_as_ReductionParam();
        const bool served = parameters->operation() == ReductionType_SUM && inputs[0]->getType().bits == 32 &&
                            parameters->dim() != nullptr && parameters->dim()->size() == 1;
        return served ? new CPUReduction(backend, parameters->dim()->data()[0]) : nullptr;
    }
};

REGISTER_CPU_OP_CREATOR(CPUReductionCreator, OpType_Reduction);

} // namespace MNN
