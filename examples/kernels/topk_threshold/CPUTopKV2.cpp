// TopK by a threshold. The k best values so far sit in a heap whose root is the worst of them. Blocks of 32 values are
// compared with that root at once, and nearly every block is skipped: of n values in random order only about
// k * ln(n / k) ever enter the heap. The framework copies every row into (value, index) pairs first and then sorts
// those in part, one comparison at a time.
#include "backend/cpu/CPUTopKV2.hpp"
#include "backend/cpu/CPUBackend.hpp"

#if defined(__x86_64__)
#define TOPK_TARGET __attribute__((target("avx2,fma")))
#else
#define TOPK_TARGET
#endif

namespace MNN {
namespace {

const int kBlock = 32;

template <typename T>
struct Entry {
    T value;
    int index;
};

/// Whether `a` ranks before `b`; equal values rank by their index, as ONNX wants it.
template <typename T, bool kLargest>
struct Before {
    bool operator()(const Entry<T>& a, const Entry<T>& b) const {
        if (a.value != b.value) {
            return kLargest ? a.value > b.value : a.value < b.value;
        }
        return a.index < b.index;
    }
};

/// The first block of [begin, end) that holds a value better than `threshold`; `end` if none does.
template <typename T, bool kLargest>
TOPK_TARGET int skip_blocks(const T* row, int begin, int end, T threshold) {
    for (; begin + kBlock <= end; begin += kBlock) {
        const T* block = row + begin;
        int better = 0;
        for (int i = 0; i < kBlock; ++i) {
            better |= kLargest ? block[i] > threshold : block[i] < threshold;
        }
        if (better != 0) {
            return begin;
        }
    }
    return begin;
}

template <typename T, bool kLargest>
void top_of_row(const T* row, int size, int k, Entry<T>* heap, T* values, int* indices) {
    const Before<T, kLargest> before = {};
    for (int i = 0; i < k; ++i) {
        heap[i] = {row[i], i};
    }
    std::make_heap(heap, heap + k, before);
    int next = k;
    while (next < size) {
        next = skip_blocks<T, kLargest>(row, next, size, heap[0].value);
        const int end = std::min(next + kBlock, size);
        for (; next < end; ++next) {
            if (kLargest ? row[next] > heap[0].value : row[next] < heap[0].value) {
                std::pop_heap(heap, heap + k, before);
                heap[k - 1] = {row[next], next};
                std::push_heap(heap, heap + k, before);
            }
        }
    }
    std::sort_heap(heap, heap + k, before);
    for (int i = 0; i < k; ++i) {
        values[i] = heap[i].value;
        indices[i] = heap[i].index;
    }
}

template <typename T>
void top_of_rows(const Tensor* input, const Tensor* values, const Tensor* indices, int k, bool largest) {
    const int size = input->length(input->dimensions() - 1);
    const int rows = input->elementSize() / size;
    std::vector<Entry<T>> heap(k);
    for (int r = 0; r < rows; ++r) {
        const T* row = input->host<T>() + r * size;
        auto top = largest ? top_of_row<T, true> : top_of_row<T, false>;
        top(row, size, k, heap.data(), values->host<T>() + r * k, indices->host<int32_t>() + r * k);
    }
}

} // namespace

ErrorCode CPUTopKV2::onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const int k = inputs[1]->host<int32_t>()[0];
    if (k <= 0 || inputs[0]->elementSize() == 0) {
        return NO_ERROR;
    }
    if (inputs[0]->getType().code == halide_type_float) {
        top_of_rows<float>(inputs[0], outputs[0], outputs[1], k, largest_);
    } else {
        top_of_rows<int32_t>(inputs[0], outputs[0], outputs[1], k, largest_);
    }
    return NO_ERROR;
}

class CPUTopKV2Creator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>&, const Op* op,
                        Backend* backend) const override {
        if (inputs[0]->getType().bits != 32) {
            return nullptr;
        }
        const auto parameters = op->main_as_TopKV2();
        return new CPUTopKV2(backend, parameters == nullptr || parameters->largest());
    }
};

REGISTER_CPU_OP_CREATOR(CPUTopKV2Creator, OpType_TopKV2);

} // namespace MNN
