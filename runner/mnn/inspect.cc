#include "MNN_generated.h"
#include "device/expansion.h"
#include "jail.h"
#include "mnn/dispatch.h"
#include "mnn/expand.h"
#include "mnn/operation.h"

#include <MNN/Interpreter.hpp>
#include <MNN/Tensor.hpp>

#include <cstdio>
#include <memory>

namespace mkb::runner {

namespace {

constexpr double kCpuLimitS = 60;

std::string text_of(const flatbuffers::String* text) {
    return text != nullptr ? text->str() : std::string();
}

std::vector<std::int64_t> numbers_of(const flatbuffers::Vector<std::int32_t>* numbers) {
    return numbers != nullptr ? std::vector<std::int64_t>(numbers->begin(), numbers->end())
                              : std::vector<std::int64_t>();
}

/// What makes a graph more than operators on tensors, or "".
std::string oddity_of(const MNN::Net& net) {
    if (net.subgraphs() != nullptr && net.subgraphs()->size() > 0) {
        return "has subgraphs";
    }
    if (net.extraTensorDescribe() != nullptr && net.extraTensorDescribe()->size() > 0) {
        return "describes its tensors (quantization)";
    }
    if (net.usage() != MNN::Usage_INFERENCE) {
        return "is not a plain model for inference";
    }
    for (const MNN::Op* op : *net.oplists()) {
        const auto* blob = op->main_as_Blob();
        const bool outside = blob != nullptr && blob->external() != nullptr && blob->external()->size() > 0;
        if (outside || !text_of(op->externalPath()).empty()) {
            return "keeps contents in another file";
        }
        if (op->type() == MNN::OpType_Input && op->main_as_Input() == nullptr) {
            return "has an input without a shape";
        }
    }
    return "";
}

job::Tensor input_of(const MNN::Op& op, const std::vector<std::string>& names) {
    job::Tensor tensor;
    const MNN::Input& input = *op.main_as_Input();
    const std::vector<std::int64_t> outputs = numbers_of(op.outputIndexes());
    const bool named = outputs.size() == 1 && outputs[0] >= 0 && outputs[0] < static_cast<std::int64_t>(names.size());
    tensor.name = named ? names[static_cast<std::size_t>(outputs[0])] : "";
    tensor.type = input.dtype() == MNN::DataType_DT_INT32 ? ElementType::int32 : ElementType::float32;
    tensor.shape = numbers_of(input.dims());
    if (input.dformat() != MNN::MNN_DATA_FORMAT_NCHW) {
        tensor.shape = {-1}; // fits nothing: the child fills inputs in ONNX's layout
    }
    return tensor;
}

/// False for bytes that the framework's verifier refuses.
bool read_graph(const std::string& model, job::Graph& graph) {
    flatbuffers::Verifier verifier(reinterpret_cast<const std::uint8_t*>(model.data()), model.size());
    if (!MNN::VerifyNetBuffer(verifier)) {
        return false;
    }
    const MNN::Net& net = *MNN::GetNet(model.data());
    if (net.oplists() == nullptr || net.tensorName() == nullptr) {
        return false;
    }
    for (const flatbuffers::String* name : *net.tensorName()) {
        graph.tensors.push_back(name->str());
    }
    graph.oddity = oddity_of(net);
    for (const MNN::Op* op : *net.oplists()) {
        graph.operators.push_back({.type = MNN::EnumNameOpType(op->type()),
                                   .operation = operation_of(*op),
                                   .inputs = numbers_of(op->inputIndexes()),
                                   .outputs = numbers_of(op->outputIndexes())});
        if (op->type() == MNN::OpType_Input && op->main_as_Input() != nullptr) {
            graph.inputs.push_back(input_of(*op, graph.tensors));
        }
    }
    return true;
}

/// As the session has them; an output that it has not is left out.
std::vector<job::Tensor> work_out_outputs(const std::string& model, const job::Job& job,
                                          const MNN::ScheduleConfig& config, const MNN::RuntimeInfo& runtime) {
    std::vector<job::Tensor> outputs;
    const std::shared_ptr<MNN::Interpreter> net(MNN::Interpreter::createFromBuffer(model.data(), model.size()),
                                                MNN::Interpreter::destroy);
    MNN::Session* session = net != nullptr ? net->createSession(config, runtime) : nullptr;
    int resize = 1;
    if (session == nullptr || !net->getSessionInfo(session, MNN::Interpreter::RESIZE_STATUS, &resize) || resize != 0) {
        return outputs;
    }
    for (const job::Tensor& wanted : job.outputs) {
        const MNN::Tensor* tensor = net->getSessionOutput(session, wanted.name.c_str());
        if (tensor == nullptr) {
            continue;
        }
        job::Tensor& output = outputs.emplace_back();
        output.name = wanted.name;
        output.type = tensor->getType().code == halide_type_int ? ElementType::int32 : ElementType::float32;
        const std::vector<int> shape = tensor->shape();
        output.shape.assign(shape.begin(), shape.end());
        if (tensor->getDimensionType() != MNN::Tensor::CAFFE) {
            output.shape = {-1}; // fits nothing: native's outputs are in the plain layout, inside the timed run
        }
    }
    return outputs;
}

} // namespace

void inspect(const Startup& child) {
    const std::string model = read_whole(child.job.candidate_models.front());
    MNN::BackendConfig backend;
    backend.precision = MNN::BackendConfig::Precision_High;
    MNN::ScheduleConfig config;
    config.type = MNN_FORWARD_CPU;
    config.numThread = 1;
    config.backendConfig = &backend;
    const MNN::RuntimeInfo runtime = MNN::Interpreter::createRuntime({config});
    std::string layers;
    std::string reason;
    if (!enter_jail("", child.job.memory_limit_mb, kCpuLimitS, layers, reason) ||
        !restrict_to_loading(layers, reason) || !restrict_to_running(reason)) {
        world_trouble("jail: " + reason);
    }
    std::snprintf(child.channel->jail, sizeof child.channel->jail, "%s", layers.c_str());
    let_candidate_in(*child.channel);
    child.channel->stage.store(Stage::create);
    job::Graph graph;
    if (!read_graph(model, graph)) {
        end_with(Status::load_failed, "", "the expanded graph is not a model file: the verifier refuses its bytes");
    }
    if (!leave_answer(child, job::pack(graph))) {
        end_with(Status::load_failed, "", "the expanded graph has too many operators");
    }
    graph.outputs = work_out_outputs(model, child.job, config, runtime);
    leave_answer(child, job::pack(graph));
    wait_for_the_end(child);
}

} // namespace mkb::runner
