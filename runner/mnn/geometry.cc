#include "mnn/geometry.h"

#include "MNN_generated.h"
#include "core/TensorUtils.hpp"
#include "geometry/GeometryComputer.hpp"
#include "mnn/dispatch.h"
#include "mnn/read_emission.h"

#include <memory>
#include <utility>

namespace MNN {

/// Mirrors the head of a class that the framework declares in a .cpp only. Nobody else can keep the native computers
/// alive: registering replaces, and the tables hold the only owners. What it says is compared with
/// GeometryComputer::search before it is used.
class GeometryComputerManager {
public:
    static GeometryComputerManager* gInstance;
    std::vector<std::shared_ptr<GeometryComputer>> tables[2]; ///< Compiler_Geometry, Compiler_Loop
};

} // namespace MNN

namespace mkb::runner {

namespace {

using MNN::GeometryComputer;
using Computer = std::shared_ptr<GeometryComputer>;
using Tensors = std::vector<MNN::Tensor*>;

GeometryComputer* g_candidate = nullptr;
std::string g_registered_types;
EmissionRules g_rules;
std::vector<ExpectedRun> g_expected;

/// What a computer must leave alone: shapes, types and formats of the operator's tensors, and its inputs' contents.
struct TensorState {
    std::vector<int> shape;
    halide_type_t type;
    MNN::MNN_DATA_FORMAT format;
    MNN::Tensor::InsideDescribe::MemoryType memory;
    std::size_t regions;
    const void* host;

    bool operator==(const TensorState& other) const = default;
};

TensorState state_of(const MNN::Tensor* tensor, bool input) {
    const auto* describe = MNN::TensorUtils::getDescribe(tensor);
    TensorState state{.shape = {},
                      .type = tensor->getType(),
                      .format = describe->dimensionFormat,
                      .memory = input ? describe->memoryType : MNN::Tensor::InsideDescribe::MEMORY_BACKEND,
                      .regions = input ? describe->regions.size() : 0,
                      .host = tensor->host<void>()};
    for (int i = 0; i < tensor->dimensions(); ++i) {
        state.shape.push_back(tensor->length(i));
    }
    return state;
}

std::vector<TensorState> states_of(const Tensors& inputs, const Tensors& outputs) {
    std::vector<TensorState> states;
    for (const MNN::Tensor* tensor : inputs) {
        states.push_back(state_of(tensor, true));
    }
    for (const MNN::Tensor* tensor : outputs) {
        states.push_back(state_of(tensor, false));
    }
    return states;
}

/// The model's inputs have no contents yet. Whatever stands there instead is no use to anybody.
void poison_model_inputs(const Tensors& inputs) {
    for (const MNN::Tensor* tensor : inputs) {
        const bool of_model = MNN::TensorUtils::getDescribe(tensor)->usage == MNN::Tensor::InsideDescribe::INPUT;
        if (of_model && tensor->host<void>() != nullptr) {
            poison(tensor->host<void>(), static_cast<std::size_t>(tensor->size()));
        }
    }
}

[[noreturn]] void end_with_fault(const EmissionFault& fault) {
    switch (fault.kind) {
    case EmissionFault::Kind::nothing:
        end_with(Status::never_called, "", fault.text.c_str());
    case EmissionFault::Kind::target:
        end_with(Status::cheated, "emits_target", fault.text.c_str());
    case EmissionFault::Kind::unlisted:
        end_with(Status::cheated, "emits_unlisted", fault.text.c_str());
    case EmissionFault::Kind::execution:
        end_with(Status::cheated, "emits_execution", fault.text.c_str());
    case EmissionFault::Kind::invalid:
        break;
    }
    end_with(Status::run_failed, "", ("emitted by onCompute: " + fault.text).c_str());
}

class Proxy final : public GeometryComputer {
public:
    explicit Proxy(Computer native) : native_(std::move(native)) {}

    bool onCompute(const MNN::Op* op, const Tensors& inputs, const Tensors& outputs, Context& context,
                   MNN::CommandBuffer& buffer) const override {
        if (!is_target(op)) {
            return native_->onCompute(op, inputs, outputs, context, buffer);
        }
        ++watch().computed;
        const Stage before = watch().channel->stage.exchange(Stage::resize);
        const bool done = g_candidate != nullptr ? compute_checked(op, inputs, outputs, context, buffer)
                                                 : compute_natively(op, inputs, outputs, context, buffer);
        watch().channel->stage.store(before);
        return done;
    }

    // A second way to the same result, for a session that changes its shapes. Ours do not, and the framework asks the
    // first time too: with this answer it goes on to onCompute.
    bool onRecompute(const MNN::Op*, const Tensors&, const Tensors&, Context&, MNN::CommandBuffer&) const override {
        return false;
    }

private:
    bool compute_natively(const MNN::Op* op, const Tensors& inputs, const Tensors& outputs, Context& context,
                          MNN::CommandBuffer& buffer) const {
        const bool done = native_->onCompute(op, inputs, outputs, context, buffer);
        Emission emission;
        if (done && !read_emission(op, inputs, outputs, context, buffer, emission)) {
            g_rules.zero_fill = g_rules.zero_fill || leaves_zeros(emission);
        }
        return done;
    }

    static bool compute_checked(const MNN::Op* op, const Tensors& inputs, const Tensors& outputs, Context& context,
                                MNN::CommandBuffer& buffer) {
        poison_model_inputs(inputs);
        const std::vector<TensorState> states = states_of(inputs, outputs);
        CandidateOnStack mark; // the check too: what it reads was made by the candidate
        if (!g_candidate->onCompute(op, inputs, outputs, context, buffer)) {
            end_with(Status::never_called, "", "the candidate's onCompute returned false");
        }
        if (states_of(inputs, outputs) != states) {
            end_with(Status::cheated, "tensor_changed",
                     "onCompute changed shape, type or memory of the operator's own tensors");
        }
        Emission emission;
        auto fault = read_emission(op, inputs, outputs, context, buffer, emission);
        if (!fault) {
            fault = check_emission(emission, g_rules);
        }
        if (fault) {
            end_with_fault(*fault);
        }
        g_expected.push_back(expected_run(emission));
        return true;
    }

    Computer native_;
};

} // namespace

bool install_geometry(const job::Job& job, std::string& reason) {
    const int type = op_type_named(job.op_type);
    auto* manager = MNN::GeometryComputerManager::gInstance;
    if (type < 0 || manager == nullptr) {
        reason = "the framework does not know the operator type '" + job.op_type + "'";
        return false;
    }
    const auto at = static_cast<std::size_t>(type);
    // As the framework searches: its table of loops first.
    const auto& [geometry, loops] = manager->tables;
    const bool mirrored = geometry.size() > at && loops.size() == geometry.size();
    Computer native = !mirrored ? nullptr : loops[at] != nullptr ? loops[at] : geometry[at];
    if (native == nullptr || native.get() != GeometryComputer::search(type, MNN::Runtime::Compiler_Loop)) {
        reason = mirrored ? "the framework has no geometry computer for the operator type '" + job.op_type + "'"
                          : "this framework keeps its geometry computers in another way than the runner knows";
        return false;
    }
    g_rules = {.target = job.op_type, .may_emit = job.may_emit};
    auto proxy = std::make_shared<Proxy>(std::move(native));
    for (const auto table : {MNN::Runtime::Compiler_Geometry, MNN::Runtime::Compiler_Loop}) {
        GeometryComputer::registerGeometryComputer(proxy, {type}, table);
    }
    return true;
}

void add_candidate_computer(void*, int op_type, void* computer) {
    const std::string name = MNN::EnumNameOpType(static_cast<MNN::OpType>(op_type));
    g_registered_types += (g_registered_types.empty() ? "" : ", ") + name;
    if (name == g_rules.target) {
        g_candidate = static_cast<GeometryComputer*>(computer);
    }
}

bool computer_registered(std::string& reason) {
    if (g_candidate != nullptr) {
        return true;
    }
    reason =
        g_registered_types.empty()
            ? "nothing was registered: REGISTER_GEOMETRY(<Class>, <function>) is missing, or its function does not "
              "call GeometryComputer::registerGeometryComputer with OpType_" +
                  g_rules.target
            : "registers " + g_registered_types + ", but the task's operator is " + g_rules.target;
    return false;
}

std::vector<ExpectedRun> take_expected_runs() {
    return std::exchange(g_expected, {});
}

} // namespace mkb::runner
