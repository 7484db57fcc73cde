#include "backend/cpu/CPUMatMul.hpp"
#include "backend/cpu/CPUBackend.hpp"

#include <cstring>

#if defined(__x86_64__)
#define WIDE_VECTORS __attribute__((target("avx2,fma")))
#else
#define WIDE_VECTORS
#endif

namespace MNN {

namespace {

// A vector type of the compiler: one register with AVX, two with NEON or SSE, and no intrinsics in the source.
typedef float Vector __attribute__((vector_size(32)));
constexpr int kVector = 8;
constexpr int kTileRows = 6; // 6 x 2 sums, 2 of B and 1 of A: 15 of the 16 registers of AVX2
constexpr int kTileColumns = 2 * kVector;

struct Matrices {
    const float* a; // depth floats a row
    const float* b; // columns floats a row
    float* c;       // columns floats a row
    int depth;
    int columns;
};

/// A tile of C stays in registers while the whole depth passes by: each value of B is used `Rows` times, of A 16 times.
template <int Rows>
WIDE_VECTORS void multiply_tile(const Matrices& m, int row, int column) {
    Vector sum[Rows][2];
    for (int i = 0; i < Rows; ++i) {
        sum[i][0] = Vector{};
        sum[i][1] = Vector{};
    }
    const float* a = m.a + row * m.depth;
    const float* b = m.b + column;
    for (int k = 0; k < m.depth; ++k) {
        Vector left, right;
        std::memcpy(&left, b + k * m.columns, sizeof left);
        std::memcpy(&right, b + k * m.columns + kVector, sizeof right);
        for (int i = 0; i < Rows; ++i) {
            sum[i][0] += a[i * m.depth + k] * left;
            sum[i][1] += a[i * m.depth + k] * right;
        }
    }
    for (int i = 0; i < Rows; ++i) {
        std::memcpy(m.c + (row + i) * m.columns + column, sum[i], sizeof sum[i]);
    }
}

/// The columns that fill no tile.
void multiply_rest(const Matrices& m, int row, int column) {
    for (int j = column; j < m.columns; ++j) {
        float sum = 0;
        for (int k = 0; k < m.depth; ++k) {
            sum += m.a[row * m.depth + k] * m.b[k * m.columns + j];
        }
        m.c[row * m.columns + j] = sum;
    }
}

void multiply(const Matrices& m, int rows) {
    int column = 0;
    // Columns outside: 16 columns of B (16 KB at a depth of 256) stay in the first cache while all of A goes by.
    for (; column + kTileColumns <= m.columns; column += kTileColumns) {
        int row = 0;
        for (; row + kTileRows <= rows; row += kTileRows) {
            multiply_tile<kTileRows>(m, row, column);
        }
        for (; row < rows; ++row) {
            multiply_tile<1>(m, row, column);
        }
    }
    for (int row = 0; row < rows && column < m.columns; ++row) {
        multiply_rest(m, row, column);
    }
}

} // namespace

ErrorCode CPUMatMul::onResize(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    if (inputs.size() != 2 || inputs[0]->dimensions() != 2 || inputs[1]->dimensions() != 2) {
        return NOT_SUPPORT;
    }
    mRows = inputs[0]->length(0);
    mDepth = inputs[0]->length(1);
    mColumns = inputs[1]->length(1);
    return NO_ERROR;
}

ErrorCode CPUMatMul::onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) {
    const Matrices matrices = {inputs[0]->host<float>(), inputs[1]->host<float>(), outputs[0]->host<float>(), mDepth,
                               mColumns};
    multiply(matrices, mRows);
    return NO_ERROR;
}

class CPUMatMulCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        const MatMul* parameters = op->main_as_MatMul();
        if (parameters->transposeA() || parameters->transposeB()) {
            return nullptr;
        }
        return new CPUMatMul(backend);
    }
};

REGISTER_CPU_OP_CREATOR(CPUMatMulCreator, OpType_MatMul);

} // namespace MNN
