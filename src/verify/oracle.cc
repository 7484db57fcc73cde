#include "verify/oracle.h"

#include "verify/onnxruntime.h"

#include <algorithm>
#include <cstring>

/// Returns a bad_input error, `what` in front, when the call into ONNX Runtime fails.
#define MKB_ORT(what, call)                                                                                            \
    do {                                                                                                               \
        if (const std::string ort_fault = take_fault(call); !ort_fault.empty()) {                                      \
            return fail(ErrorKind::bad_input, "{}: {}", what, ort_fault);                                              \
        }                                                                                                              \
    } while (false)

namespace mkb {

struct Oracle::State {
    OrtSessionPtr session;
    std::string task_id;
    std::vector<TensorSpec> inputs;  ///< in the task's order
    std::vector<TensorSpec> outputs; ///< in the task's order; of a sibling its own
    bool sibling = false;
};

namespace {

ONNXTensorElementDataType onnx_type(OnnxType type) {
    switch (type) {
    case OnnxType::float32:
        return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
    case OnnxType::int32:
        return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32;
    case OnnxType::int64:
        return ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64;
    case OnnxType::boolean:
        return ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL;
    }
    MKB_CHECK(false);
}

std::optional<OnnxType> our_type(ONNXTensorElementDataType type) {
    for (const OnnxType candidate : {OnnxType::float32, OnnxType::int32, OnnxType::int64, OnnxType::boolean}) {
        if (onnx_type(candidate) == type) {
            return candidate;
        }
    }
    return std::nullopt;
}

/// Type and shape as the model declares them; sizes that it leaves open are -1.
Result<TensorSpec> spec_from(std::string name, const OrtTensorTypeAndShapeInfo* info) {
    const OrtApi& api = *OrtRuntime::get().api;
    auto type = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    std::size_t rank = 0;
    MKB_ORT(name, api.GetTensorElementType(info, &type));
    MKB_ORT(name, api.GetDimensionsCount(info, &rank));
    TensorSpec spec{.name = std::move(name), .type = OnnxType::float32, .shape = std::vector<std::int64_t>(rank)};
    MKB_ORT(spec.name, api.GetDimensions(info, spec.shape.data(), rank));
    const auto ours = our_type(type);
    if (!ours) {
        return fail(ErrorKind::bad_input, "tensor '{}' has ONNX element type {}, which no task can have", spec.name,
                    static_cast<int>(type));
    }
    spec.type = *ours;
    return spec;
}

enum class Side : std::uint8_t { input, output };

Result<std::vector<TensorSpec>> declared(const OrtSession* session, Side side) {
    const OrtRuntime& runtime = OrtRuntime::get();
    const OrtApi& api = *runtime.api;
    const bool in = side == Side::input;
    std::size_t count = 0;
    MKB_ORT("model", in ? api.SessionGetInputCount(session, &count) : api.SessionGetOutputCount(session, &count));
    std::vector<TensorSpec> specs;
    for (std::size_t i = 0; i < count; ++i) {
        char* raw_name = nullptr;
        MKB_ORT("model", in ? api.SessionGetInputName(session, i, runtime.allocator, &raw_name)
                            : api.SessionGetOutputName(session, i, runtime.allocator, &raw_name));
        const std::string name = raw_name;
        MKB_ORT(name, api.AllocatorFree(runtime.allocator, raw_name));
        OrtTypeInfo* raw_info = nullptr;
        MKB_ORT(name, in ? api.SessionGetInputTypeInfo(session, i, &raw_info)
                         : api.SessionGetOutputTypeInfo(session, i, &raw_info));
        const OrtTypeInfoPtr info(raw_info);
        const OrtTensorTypeAndShapeInfo* tensor = nullptr;
        MKB_ORT(name, api.CastTypeInfoToTensorInfo(info.get(), &tensor));
        if (tensor == nullptr) {
            return fail(ErrorKind::bad_input, "'{}' is no tensor, which no task can have", name);
        }
        MKB_TRY(spec, spec_from(name, tensor));
        specs.push_back(std::move(spec));
    }
    return specs;
}

std::string describe(const TensorSpec& spec) {
    return fmt::format("{}[{}]", name_of(spec.type), fmt::join(spec.shape, ","));
}

/// Open sizes (-1) of the model agree with anything.
bool agrees(const TensorSpec& model, const TensorSpec& task) {
    return model.type == task.type &&
           std::ranges::equal(model.shape, task.shape, [](auto m, auto t) { return m == t || m < 0; });
}

Result<void> check_agreement(const std::vector<TensorSpec>& model, const std::vector<TensorSpec>& task,
                             std::string_view side) {
    if (model.size() != task.size()) {
        return fail(ErrorKind::bad_input, "the model has {} {}s, task.json names {}", model.size(), side, task.size());
    }
    for (const TensorSpec& spec : task) {
        const auto at = std::ranges::find(model, spec.name, &TensorSpec::name);
        if (at == model.end()) {
            return fail(ErrorKind::bad_input, "the model has no {} '{}', which task.json names", side, spec.name);
        }
        if (!agrees(*at, spec)) {
            return fail(ErrorKind::bad_input, "{} '{}' is {} in the model but {} in task.json", side, spec.name,
                        describe(*at), describe(spec));
        }
    }
    return {};
}

Result<OrtSessionPtr> open_session(const std::string& onnx_model) {
    const OrtRuntime& runtime = OrtRuntime::get();
    if (!runtime.fault.empty()) {
        return fail(ErrorKind::environment, "ONNX Runtime cannot start: {}", runtime.fault);
    }
    const OrtApi& api = *runtime.api;
    OrtSessionOptions* raw_options = nullptr;
    MKB_ORT("options", api.CreateSessionOptions(&raw_options));
    const OrtOptionsPtr options(raw_options);
    MKB_ORT("options", api.SetIntraOpNumThreads(options.get(), 1));
    MKB_ORT("options", api.SetInterOpNumThreads(options.get(), 1));
    MKB_ORT("options", api.SetSessionExecutionMode(options.get(), ORT_SEQUENTIAL));
    MKB_ORT("options", api.SetDeterministicCompute(options.get(), true));
    MKB_ORT("options", api.SetSessionGraphOptimizationLevel(options.get(), ORT_ENABLE_ALL));
    // Its arena keeps the largest step's memory for ever, in every one of our workers.
    MKB_ORT("options", api.DisableCpuMemArena(options.get()));
    OrtSession* session = nullptr;
    MKB_ORT("ONNX Runtime refuses the model", api.CreateSessionFromArray(runtime.environment, onnx_model.data(),
                                                                         onnx_model.size(), options.get(), &session));
    return OrtSessionPtr(session);
}

/// The bytes ONNX Runtime wants: the value's own, or widened or narrowed into `converted`.
std::span<std::byte> to_onnx(const TensorValue& value, OnnxType type, std::vector<std::byte>& converted) {
    if (type == OnnxType::float32 || type == OnnxType::int32) {
        // The C interface takes a pointer to non-const for inputs too and does not write through it.
        return {const_cast<std::byte*>(value.bytes.data()), value.bytes.size()};
    }
    const auto ints = value.ints();
    if (type == OnnxType::boolean) {
        converted.resize(ints.size());
        std::ranges::transform(ints, converted.begin(), [](std::int32_t x) { return std::byte{x != 0}; });
        return converted;
    }
    converted.resize(ints.size() * sizeof(std::int64_t));
    for (std::size_t i = 0; i < ints.size(); ++i) {
        const std::int64_t wide = ints[i];
        std::memcpy(converted.data() + i * sizeof wide, &wide, sizeof wide);
    }
    return converted;
}

/// One output's bytes in the framework's type.
Result<std::vector<std::byte>> from_onnx(const TensorSpec& spec, const void* data) {
    const auto count = static_cast<std::size_t>(spec.elements());
    std::vector<std::byte> bytes(count * 4);
    if (spec.type == OnnxType::float32 || spec.type == OnnxType::int32) {
        if (count > 0) {
            std::memcpy(bytes.data(), data, bytes.size());
        }
        return bytes;
    }
    for (std::size_t i = 0; i < count; ++i) {
        std::int64_t wide = 0;
        if (spec.type == OnnxType::boolean) {
            wide = static_cast<const bool*>(data)[i] ? 1 : 0;
        } else {
            wide = static_cast<const std::int64_t*>(data)[i];
        }
        const auto narrow = static_cast<std::int32_t>(wide);
        if (narrow != wide) {
            return fail(ErrorKind::bad_input, "output '{}' holds {}, which does not fit into the framework's int32",
                        spec.name, wide);
        }
        std::memcpy(bytes.data() + i * sizeof narrow, &narrow, sizeof narrow);
    }
    return bytes;
}

Result<TensorValue> take_output(OrtValue* value, const TensorSpec& expected, bool sibling) {
    const OrtApi& api = *OrtRuntime::get().api;
    OrtTensorTypeAndShapeInfo* raw_info = nullptr;
    MKB_ORT(expected.name, api.GetTensorTypeAndShape(value, &raw_info));
    const OrtShapeInfoPtr info(raw_info);
    MKB_TRY(spec, spec_from(expected.name, info.get()));
    if (!sibling && !agrees(spec, expected)) {
        return fail(ErrorKind::bad_input, "output '{}' came out as {} but task.json says {}", spec.name, describe(spec),
                    describe(expected));
    }
    void* data = nullptr;
    MKB_ORT(expected.name, api.GetTensorMutableData(value, &data));
    MKB_TRY(bytes, from_onnx(spec, data));
    return TensorValue{element_type_in_framework(spec.type), spec.shape, std::move(bytes)};
}

} // namespace

Oracle::Oracle(std::unique_ptr<State> state) : state_(std::move(state)) {}
Oracle::Oracle(Oracle&&) noexcept = default;
Oracle& Oracle::operator=(Oracle&&) noexcept = default;
Oracle::~Oracle() = default;

Result<Oracle> Oracle::open(const Task& task, const std::string& onnx_model, bool sibling) {
    auto state = std::make_unique<State>(State{nullptr, task.id, task.inputs, task.outputs, sibling});
    const auto prepare = [&]() -> Result<void> {
        MKB_TRY(session, open_session(onnx_model));
        MKB_TRY(inputs, declared(session.get(), Side::input));
        MKB_TRY(outputs, declared(session.get(), Side::output));
        MKB_DO(check_agreement(inputs, task.inputs, "input"));
        if (sibling) {
            state->outputs = std::move(outputs);
        } else {
            MKB_DO(check_agreement(outputs, task.outputs, "output"));
        }
        state->session = std::move(session);
        return {};
    };
    if (auto prepared = prepare(); !prepared) {
        return fail_in(fmt::format("task {}", task.id), prepared.error());
    }
    return Oracle(std::move(state));
}

Result<Oracle> Oracle::load(const Task& task, const std::string& onnx_model) {
    return open(task, onnx_model, false);
}

Result<Oracle> Oracle::load_sibling(const Task& task, const std::string& onnx_model) {
    return open(task, onnx_model, true);
}

Result<std::vector<TensorValue>> Oracle::run(const std::vector<TensorValue>& inputs) {
    const OrtRuntime& runtime = OrtRuntime::get();
    const OrtApi& api = *runtime.api;
    const std::string doing = fmt::format("task {}: reference", state_->task_id);
    MKB_CHECK(inputs.size() == state_->inputs.size());
    std::vector<std::vector<std::byte>> converted(inputs.size());
    std::vector<OrtValuePtr> owned;
    std::vector<const OrtValue*> input_values;
    std::vector<const char*> input_names;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const TensorSpec& spec = state_->inputs[i];
        MKB_CHECK(inputs[i].bytes.size() == spec.size_bytes());
        const auto bytes = to_onnx(inputs[i], spec.type, converted[i]);
        OrtValue* value = nullptr;
        MKB_ORT(doing, api.CreateTensorWithDataAsOrtValue(runtime.memory, bytes.data(), bytes.size(), spec.shape.data(),
                                                          spec.shape.size(), onnx_type(spec.type), &value));
        owned.emplace_back(value);
        input_values.push_back(value);
        input_names.push_back(spec.name.c_str());
    }
    std::vector<const char*> output_names;
    for (const TensorSpec& spec : state_->outputs) {
        output_names.push_back(spec.name.c_str());
    }
    std::vector<OrtValue*> output_values(output_names.size(), nullptr);
    const std::string fault =
        take_fault(api.Run(state_->session.get(), nullptr, input_names.data(), input_values.data(), input_values.size(),
                           output_names.data(), output_names.size(), output_values.data()));
    for (OrtValue* value : output_values) {
        owned.emplace_back(value);
    }
    if (!fault.empty()) {
        return fail(ErrorKind::bad_input, "{}: ONNX Runtime refuses the inputs: {}", doing, fault);
    }
    std::vector<TensorValue> outputs;
    for (std::size_t i = 0; i < output_values.size(); ++i) {
        auto output = take_output(output_values[i], state_->outputs[i], state_->sibling);
        if (!output) {
            return fail_in(doing, output.error());
        }
        outputs.push_back(std::move(*output));
    }
    return outputs;
}

std::string oracle_version() {
    return OrtGetApiBase()->GetVersionString();
}

} // namespace mkb
