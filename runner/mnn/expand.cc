#include "mnn/expand.h"

#include "MNN_generated.h"
#include "device/expansion.h"
#include "jail.h"
#include "layout.h"
#include "mnn/OnnxExtraManager.hpp"
#include "mnn/dispatch.h"
#include "mnn/layouts.h"

#include <MNN/expr/ExprCreator.hpp>

#include <cstdio>
#include <map>
#include <memory>
#include <unistd.h>

namespace mkb::runner {

namespace {

using namespace MNN::Express;

constexpr std::size_t kMostExpressions = 10'000;

/// What the plug-in registered.
struct Registered {
    std::string wanted; ///< operator name
    const OnnxExtraManager::Transform* transform = nullptr;
    bool found = false;
    std::string names; ///< of all, for the message
};

void add_transform(void* context, const char* name, const OnnxExtraManager::Transform* transform) {
    auto* registered = static_cast<Registered*>(context);
    registered->names += (registered->names.empty() ? "" : ", ") + std::string(name);
    if (registered->wanted == name) {
        registered->transform = transform;
        registered->found = true;
    }
}

const OnnxExtraManager::Transform& transform_for(const Startup& child, const std::string& path,
                                                 const std::string& operator_name) {
    using Register = void (*)(void*, void (*)(void*, const char*, const OnnxExtraManager::Transform*));
    auto* register_transforms = reinterpret_cast<Register>(open_plugin(*child.channel, path, "mkb_transforms_v1"));
    Registered registered{.wanted = operator_name};
    register_transforms(&registered, add_transform);
    if (registered.found && registered.transform == nullptr) {
        end_with(Status::load_failed, "", ("registers nullptr for " + operator_name).c_str());
    }
    if (registered.transform == nullptr) {
        const std::string why =
            registered.names.empty()
                ? "nothing was registered: OnnxExtraManager::get()->insert(\"" + operator_name + "\", …) is missing"
                : "registers " + registered.names + ", but the task's operator is " + operator_name;
        end_with(Status::load_failed, "", why.c_str());
    }
    return *registered.transform;
}

halide_type_t type_of(const job::Tensor& tensor) {
    return tensor.type == ElementType::float32 ? halide_type_of<float>() : halide_type_of<int>();
}

INTS shape_of(const job::Tensor& tensor) {
    return {tensor.shape.begin(), tensor.shape.end()};
}

std::unique_ptr<MNN::BlobT> blob_of(const job::Constant& constant) {
    std::unique_ptr<MNN::BlobT> blob(new MNN::BlobT);
    blob->dims = shape_of(constant.tensor);
    blob->dataFormat = MNN::MNN_DATA_FORMAT_NCHW;
    const std::size_t count = constant.bytes.size() / 4;
    if (constant.tensor.type == ElementType::float32) {
        blob->dataType = MNN::DataType_DT_FLOAT;
        const auto* values = reinterpret_cast<const float*>(constant.bytes.data());
        blob->float32s.assign(values, values + count);
    } else {
        blob->dataType = MNN::DataType_DT_INT32;
        const auto* values = reinterpret_cast<const std::int32_t*>(constant.bytes.data());
        blob->int32s.assign(values, values + count);
    }
    return blob;
}

std::unique_ptr<MNN::AttributeT> attribute_of(const job::Attribute& attribute) {
    std::unique_ptr<MNN::AttributeT> made(new MNN::AttributeT);
    made->key = attribute.key;
    made->i = attribute.i;
    made->f = attribute.f;
    made->s = attribute.s;
    if (attribute.is_list) {
        made->list.reset(new MNN::ListValueT);
        made->list->i = attribute.ints;
        made->list->f = attribute.floats;
        made->list->s = attribute.strings;
    }
    if (attribute.tensor) {
        made->tensor = blob_of(*attribute.tensor);
    }
    return made;
}

/// The task's inputs as placeholders, its constants as such; null where an optional operand is left out.
VARP operand_of(const job::Operand& operand, const job::Job& job) {
    if (operand.constant) {
        VARP constant = _Const(operand.constant->bytes.data(), shape_of(operand.constant->tensor), NCHW,
                               type_of(operand.constant->tensor));
        constant->setName(operand.name);
        return constant;
    }
    for (const job::Tensor& input : job.inputs) {
        if (input.name == operand.name) {
            VARP placeholder = _Input(shape_of(input), NCHW, type_of(input));
            placeholder->setName(input.name);
            return placeholder;
        }
    }
    if (!operand.name.empty()) {
        world_trouble("the node reads '" + operand.name + "', which is neither an input of the task nor a constant");
    }
    return VARP();
}

/// The node as the converter presents it to a transform.
EXPRP expression_of(const job::Node& node, const job::Job& job) {
    std::unique_ptr<MNN::OpT> op(new MNN::OpT);
    op->name = node.name;
    op->type = MNN::OpType_Extra;
    op->main.type = MNN::OpParameter_Extra;
    auto* extra = new MNN::ExtraT; // the union owns it
    op->main.value = extra;
    extra->type = node.type;
    extra->engine = "ONNX";
    for (const job::Attribute& attribute : node.attributes) {
        extra->attr.push_back(attribute_of(attribute));
    }
    std::vector<VARP> operands;
    for (const job::Operand& operand : node.operands) {
        operands.push_back(operand_of(operand, job));
    }
    return Expr::create(std::move(op), operands, static_cast<int>(job.outputs.size()));
}

/// Whether the expressions below `root` have an order: saving does not end, or leaves out what it needs, when one
/// depends on itself. Not by recursion: a candidate's graph may be deep.
bool has_order(const EXPRP& root, std::string& why) {
    enum class State { open, done };
    std::map<const Expr*, State> states;
    std::vector<std::pair<const Expr*, std::size_t>> path = {{root.get(), 0}};
    states[root.get()] = State::open;
    while (!path.empty()) {
        auto& [expression, next] = path.back();
        const std::vector<VARP>& operands = expression->inputs();
        if (next == operands.size()) {
            states[expression] = State::done;
            path.pop_back();
            continue;
        }
        const VARP& operand = operands[next++];
        const Expr* below = operand.get() != nullptr ? operand->expr().first.get() : nullptr;
        if (below == nullptr) {
            why = "an operand of the expanded graph is missing";
            return false;
        }
        const auto known = states.find(below);
        if (known == states.end()) {
            states[below] = State::open;
            path.emplace_back(below, 0);
        } else if (known->second == State::open) {
            why = "the expanded graph has a cycle: an operator depends on its own result";
            return false;
        }
        if (states.size() > kMostExpressions) {
            why = "the expanded graph has more than " + std::to_string(kMostExpressions) + " operators";
            return false;
        }
    }
    return true;
}

/// As the converter leaves a model's outputs: packed ones are unpacked inside the graph, which is timed.
VARP in_plain_layout(VARP output) {
    const auto* info = output->getInfo();
    return info != nullptr && info->order != NCHW ? _Convert(output, NCHW) : output;
}

std::string save(const EXPRP& root, const job::Job& job) {
    if (root == nullptr) {
        end_with(Status::never_called, "", "the transform returned nullptr: it declines the operator");
    }
    std::string why;
    if (!has_order(root, why)) {
        end_with(Status::load_failed, "", why.c_str());
    }
    if (root->outputSize() != static_cast<int>(job.outputs.size())) {
        why = "the expanded graph has " + std::to_string(root->outputSize()) + " outputs, the task has " +
              std::to_string(job.outputs.size());
        end_with(Status::load_failed, "", why.c_str());
    }
    std::vector<VARP> outputs;
    MNN::NetT net;
    for (std::size_t i = 0; i < job.outputs.size(); ++i) {
        outputs.push_back(in_plain_layout(Variable::create(root, static_cast<int>(i))));
        outputs.back()->setName(job.outputs[i].name);
        net.outputName.push_back(job.outputs[i].name);
    }
    Variable::save(outputs, &net);
    add_layout_conversions(Variable::getExecuteOrder(outputs), net);
    flatbuffers::FlatBufferBuilder builder;
    builder.Finish(MNN::Net::Pack(builder, &net));
    return {reinterpret_cast<const char*>(builder.GetBufferPointer()), builder.GetSize()};
}

/// Before the jail: the executor and what it opens or allocates once.
void warm_up_expressions() {
    VARP one = _Scalar<float>(1);
    VARP two = one + one;
    if (two->readMap<float>() == nullptr) {
        world_trouble("the framework's expressions do not work here");
    }
}

} // namespace

void expand(const Startup& child) {
    job::Node node;
    std::string reason;
    if (!job::unpack(read_whole(child.job.node), node, reason)) {
        world_trouble("the node cannot be read: " + reason);
    }
    warm_up_expressions();
    const std::string plugin = path_beside(child.job.plugin);
    std::string layers;
    if (!enter_jail(plugin, child.job.memory_limit_mb, cpu_limit_s(child.job), layers, reason)) {
        world_trouble("jail: " + reason);
    }
    child.channel->stage.store(Stage::jailed);
    if (!restrict_to_loading(layers, reason)) {
        world_trouble("jail: " + reason);
    }
    std::snprintf(child.channel->jail, sizeof child.channel->jail, "%s", layers.c_str());
    let_candidate_in(*child.channel);
    const OnnxExtraManager::Transform& transform = transform_for(child, plugin, node.type);
    if (!restrict_to_running(reason)) {
        world_trouble("jail: " + reason);
    }
    child.channel->stage.store(Stage::expand);
    const EXPRP expression = expression_of(node, child.job);
    ++watch().in_candidate;
    const EXPRP expanded = transform.onExecute(expression);
    --watch().in_candidate;
    if (!leave_answer(child, save(expanded, child.job))) {
        end_with(Status::load_failed, "", "the expanded graph is larger than 64 MB");
    }
    wait_for_the_end(child);
}

} // namespace mkb::runner
