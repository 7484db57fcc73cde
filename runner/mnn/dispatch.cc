#include "mnn/dispatch.h"

#include "mnn/operation.h"

#include "MNN_generated.h"
#include "backend/cpu/CPUBackend.hpp"
#include "core/TensorUtils.hpp"
#include "geometry/GeometryComputer.hpp"
#include "mnn/geometry.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <unistd.h>
#include <vector>

namespace mkb::runner {

namespace {

using Creators = std::map<MNN::OpType, MNN::CPUBackend::Creator*>;

// The creator map is a private static of CPUBackend. Explicit instantiation may name a private member, so a friend
// function defined by the instantiated template hands it out.
Creators** creator_map();
template <Creators** Member>
struct ReachCreatorMap {
    friend Creators** creator_map() { return Member; }
};
template struct ReachCreatorMap<&MNN::CPUBackend::gCreator>;

constexpr std::uint32_t kPoisonWord = 0x7fa5a5a5; // a NaN as float32, far out of range as int32

Watch g_watch;
MNN::CPUBackend::Creator* g_candidate = nullptr;
std::string g_registered_types;
std::string g_op_type, g_operation;
bool g_geometric = false;
bool g_stub = false;

std::size_t bytes_of(const MNN::Execution& kernel, const MNN::Tensor* tensor) {
    auto backend = static_cast<MNN::CPUBackend*>(kernel.backend());
    return backend->getTensorSize(tensor, true);
}

/// Sums that tell whether a tensor's bytes were changed; not secret, only a tripwire.
std::uint64_t sum_of(const void* memory, std::size_t bytes) {
    auto words = static_cast<const std::uint32_t*>(memory);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < bytes / 4; ++i) {
        sum += words[i] * (2 * i + 1);
    }
    return sum;
}

class Proxy final : public MNN::Execution {
public:
    Proxy(std::unique_ptr<MNN::Execution> kernel) : MNN::Execution(kernel->backend()), kernel_(std::move(kernel)) {
        mValid = kernel_->valid();
        mNeedAllocIO = kernel_->needAllocIO();
    }
    ~Proxy() override {
        CandidateOnStack mark;
        kernel_.reset();
    }

    MNN::ErrorCode onResize(const std::vector<MNN::Tensor*>& inputs,
                            const std::vector<MNN::Tensor*>& outputs) override {
        const Stage before = g_watch.channel->stage.exchange(Stage::resize);
        poison_session_inputs(inputs);
        MNN::ErrorCode code;
        {
            CandidateOnStack mark;
            code = kernel_->onResize(inputs, outputs);
        }
        if (code != MNN::NO_ERROR) {
            g_watch.resize_error = code;
        }
        g_watch.channel->stage.store(before);
        return code;
    }

    MNN::ErrorCode onExecute(const std::vector<MNN::Tensor*>& inputs,
                             const std::vector<MNN::Tensor*>& outputs) override {
        ++g_watch.calls;
        if (!g_watch.checking) {
            CandidateOnStack mark;
            return kernel_->onExecute(inputs, outputs);
        }
        return execute_checked(inputs, outputs);
    }

private:
    // Constants may be read at resize time, the contents of a session's inputs may not.
    void poison_session_inputs(const std::vector<MNN::Tensor*>& inputs) {
        for (MNN::Tensor* tensor : inputs) {
            const bool of_model = MNN::TensorUtils::getDescribe(tensor)->usage == MNN::Tensor::InsideDescribe::INPUT;
            if (of_model && tensor->host<void>() != nullptr) {
                poison(tensor->host<void>(), bytes_of(*kernel_, tensor));
            }
        }
    }

    MNN::ErrorCode execute_checked(const std::vector<MNN::Tensor*>& inputs, const std::vector<MNN::Tensor*>& outputs) {
        std::vector<const void*> hosts;
        std::vector<std::uint64_t> sums;
        for (MNN::Tensor* tensor : outputs) {
            hosts.push_back(tensor->host<void>());
            if (tensor->host<void>() != nullptr) {
                poison(tensor->host<void>(), bytes_of(*kernel_, tensor));
            }
        }
        // After the poisoning: MNN may let a kernel work in place.
        for (MNN::Tensor* tensor : inputs) {
            hosts.push_back(tensor->host<void>());
            sums.push_back(in_place(tensor, outputs) ? 0 : sum_of(tensor->host<void>(), bytes_of(*kernel_, tensor)));
        }
        MNN::ErrorCode code;
        {
            CandidateOnStack mark;
            code = kernel_->onExecute(inputs, outputs);
        }
        std::size_t at = 0;
        for (MNN::Tensor* tensor : outputs) {
            expect(tensor->host<void>() == hosts[at++], "tensor_changed",
                   "an output tensor points elsewhere after onExecute");
        }
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            expect(inputs[i]->host<void>() == hosts[at++], "tensor_changed",
                   "an input tensor points elsewhere after onExecute");
            expect(in_place(inputs[i], outputs) ||
                       sum_of(inputs[i]->host<void>(), bytes_of(*kernel_, inputs[i])) == sums[i],
                   "input_changed", "the contents of an input are not what they were before onExecute");
        }
        return code;
    }

    static bool in_place(const MNN::Tensor* input, const std::vector<MNN::Tensor*>& outputs) {
        for (const MNN::Tensor* output : outputs) {
            if (output->host<void>() == input->host<void>()) {
                return true;
            }
        }
        return input->host<void>() == nullptr;
    }

    static void expect(bool holds, const char* rule, const char* text) {
        if (!holds && g_watch.candidate_process) {
            end_with(Status::cheated, rule, text);
        }
    }

    std::unique_ptr<MNN::Execution> kernel_;
};

/// Shows what the framework does by itself where a candidate's kernel stands.
class Stub final : public MNN::Execution {
public:
    explicit Stub(MNN::Backend* backend) : MNN::Execution(backend) {}
    MNN::ErrorCode onExecute(const std::vector<MNN::Tensor*>&, const std::vector<MNN::Tensor*>&) override {
        return MNN::NO_ERROR;
    }
};

class DispatchCreator final : public MNN::CPUBackend::Creator {
public:
    explicit DispatchCreator(const MNN::CPUBackend::Creator* native) : native_(native) {}

    MNN::Execution* onCreate(const std::vector<MNN::Tensor*>& inputs, const std::vector<MNN::Tensor*>& outputs,
                             const MNN::Op* op, MNN::Backend* backend) const override {
        if (g_watch.in_candidate > 0 && !g_watch.trusted) {
            const std::string what = std::string("candidate code asked the back end to create a ") +
                                     MNN::EnumNameOpType(op->type()) + " kernel";
            end_with(Status::cheated, "native_creator", what.c_str());
        }
        if (g_geometric) {
            return guard_loop(op, native_->onCreate(inputs, outputs, op, backend));
        }
        if (!is_target(op)) {
            return native_->onCreate(inputs, outputs, op, backend);
        }
        std::unique_ptr<MNN::Execution> kernel;
        {
            CandidateOnStack mark;
            const MNN::CPUBackend::Creator* creator = g_candidate != nullptr ? g_candidate : native_;
            kernel.reset(g_stub ? new Stub(backend) : creator->onCreate(inputs, outputs, op, backend));
        }
        if (kernel == nullptr) {
            ++g_watch.null_creators;
            return nullptr;
        }
        ++g_watch.created;
        return new Proxy(std::move(kernel));
    }

private:
    const MNN::CPUBackend::Creator* native_;
};

} // namespace

Watch& watch() {
    return g_watch;
}

void poison(void* memory, std::size_t bytes) {
    auto words = static_cast<std::uint32_t*>(memory);
    for (std::size_t i = 0; i < bytes / 4; ++i) {
        words[i] = kPoisonWord;
    }
}

void set_target(const job::Job& job) {
    g_op_type = job.op_type;
    g_operation = job.op_operation;
    g_geometric = job.form == "geometric";
    g_stub = job.stub;
}

bool is_target(const MNN::Op* op) {
    return g_op_type == MNN::EnumNameOpType(op->type()) && (g_operation.empty() || g_operation == operation_of(*op));
}

int op_type_named(const std::string& name) {
    for (int type = MNN::OpType_MIN; type <= MNN::OpType_MAX; ++type) {
        if (name == MNN::EnumNameOpType(static_cast<MNN::OpType>(type))) {
            return type;
        }
    }
    return -1;
}

void end_with(Status status, const char* rule, const char* text) {
    Channel& channel = *g_watch.channel;
    std::snprintf(channel.rule, sizeof channel.rule, "%s", rule);
    std::snprintf(channel.text, sizeof channel.text, "%s", text);
    channel.status = status;
    pass_turn(channel.turn, 0);
    _exit(3);
}

bool install_dispatch(const job::Job& job, std::string& reason) {
    Creators* creators = *creator_map();
    if (creators == nullptr) {
        reason = "the framework's creator map is empty";
        return false;
    }
    if (op_type_named(job.op_type) < 0) {
        reason = "the framework does not know the operator type '" + job.op_type + "'";
        return false;
    }
    for (auto& [type, creator] : *creators) {
        creator = new DispatchCreator(creator); // lives as long as the process, like the creators themselves
    }
    return true;
}

void add_candidate_creator(void*, int op_type, void* creator) {
    const char* name = MNN::EnumNameOpType(static_cast<MNN::OpType>(op_type));
    g_registered_types += (g_registered_types.empty() ? "" : ", ") + std::string(name);
    if (g_op_type == name) {
        g_candidate = static_cast<MNN::CPUBackend::Creator*>(creator);
    }
}

bool candidate_registered(std::string& reason) {
    if (g_candidate != nullptr) {
        return true;
    }
    reason = g_registered_types.empty()
                 ? "nothing was registered: REGISTER_CPU_OP_CREATOR(<Creator>, OpType_" + g_op_type + ") is missing"
                 : "registers " + g_registered_types + ", but the task's operator is " + g_op_type;
    return false;
}

bool bypass_geometry(const std::string& op_type) {
    const int type = op_type_named(op_type);
    if (type >= 0) {
        auto computer = std::make_shared<MNN::DefaultGeometryComputer>();
        MNN::GeometryComputer::registerGeometryComputer(computer, {type}, MNN::Runtime::Compiler_Geometry);
        MNN::GeometryComputer::registerGeometryComputer(computer, {type}, MNN::Runtime::Compiler_Loop);
    }
    return type >= 0;
}

} // namespace mkb::runner
