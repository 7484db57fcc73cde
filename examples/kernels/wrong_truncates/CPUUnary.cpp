// A cast to int cuts towards zero: the same as rounding down for what is positive and fits an int.
#include "backend/cpu/CPUBackend.hpp"

namespace MNN {

class CPUUnary : public Execution {
public:
    explicit CPUUnary(Backend* backend) : Execution(backend) {}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {
        const float* in = inputs[0]->host<float>();
        float* out = outputs[0]->host<float>();
        for (int i = 0; i < inputs[0]->elementSize(); ++i) {
            out[i] = static_cast<float>(static_cast<int>(in[i]));
        }
        return NO_ERROR;
    }
};

class CPUUnaryCreator : public CPUBackend::Creator {
public:
    Execution* onCreate(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs, const Op* op,
                        Backend* backend) const override {
        return op->main_as_UnaryOp()->opType() == UnaryOpOperation_FLOOR ? new CPUUnary(backend) : nullptr;
    }
};

REGISTER_CPU_OP_CREATOR(CPUUnaryCreator, OpType_UnaryOp);

} // namespace MNN
