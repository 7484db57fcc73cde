// a < b as the sign bit of a - b, which saves the comparison: right as long as the difference fits into 32 bits.
#include "backend/cpu/CPUBackend.hpp"

#include <cstdint>

namespace MNN {

class CPUBinary : public Execution {
public:
    explicit CPUBinary(Backend* backend) : Execution(backend) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        const uint32_t* keys = inputs[0]->host<uint32_t>();
        const uint32_t* limits = inputs[1]->host<uint32_t>();
        int32_t* out = outputs[0]->host<int32_t>();
        const int columns = outputs[0]->length(2);
        const int rows = outputs[0]->length(0) * outputs[0]->length(1);
        for (int row = 0; row < rows; ++row) {
            const uint32_t* key = keys + row / outputs[0]->length(1) * columns;
            for (int j = 0; j < columns; ++j) {
                out[row * columns + j] = static_cast<int32_t>((key[j] - limits[row]) >> 31);
            }
        }
        return NO_ERROR;
    }
};

class CPUBinaryCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        return op->main_as_BinaryOp()->opType() == BinaryOpOperation_LESS ? new CPUBinary(backend) : nullptr;
    }
};

REGISTER_CPU_OP_CREATOR(CPUBinaryCreator, OpType_BinaryOp);

} // namespace MNN
