// What the jailed reader says about a graph comes from a process that hostile bytes may have broken: whatever it says
// must be judged, and a graph that passes must hold what the device relies on.
#include "base/result.h"
#include "device/expansion.h"
#include "framework/mnn/graph_check.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace {

mkb::Task small_task() {
    mkb::Task task;
    task.form = mkb::Form::composite;
    task.target = {.type = "Extra", .operation = "HardSigmoid"};
    task.may_emit = {"BinaryOp", "ReLU6"};
    task.inputs = {{.name = "x", .type = mkb::OnnxType::float32, .shape = {1, 4}}};
    task.outputs = {{.name = "y", .type = mkb::OnnxType::float32, .shape = {1, 4}}};
    return task;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const mkb::Task task = small_task();
    mkb::job::Graph graph;
    std::string reason;
    if (!mkb::job::unpack(std::string(reinterpret_cast<const char*>(data), size), graph, reason)) {
        MKB_CHECK(!reason.empty());
        return 0;
    }
    const auto count = static_cast<std::int64_t>(graph.tensors.size());
    if (mkb::mnn::check_structure(task, graph).kind.empty()) {
        for (const mkb::job::GraphOperator& op : graph.operators) {
            const auto known = [&](std::int64_t tensor) { return tensor >= 0 && tensor < count; };
            MKB_CHECK(std::ranges::all_of(op.inputs, known) && std::ranges::all_of(op.outputs, known));
            MKB_CHECK(op.type != "Extra" && op.type != "Plugin");
        }
        if (mkb::mnn::check_outputs(task, graph).kind.empty()) {
            MKB_CHECK(graph.outputs.size() == 1 && graph.outputs[0].shape == task.outputs[0].shape);
        }
    }
    MKB_CHECK(mkb::mnn::operators_text(graph).size() < size + 64 * graph.operators.size());
    return 0;
}
