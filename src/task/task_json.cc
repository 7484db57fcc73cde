#include "task/task_json.h"

#include "task/json_reader.h"

#include <algorithm>

namespace mkb {
namespace {

using nlohmann::json;

constexpr std::int64_t kVersion = 1;

/// The paper's twelve, section 1.
const std::vector<std::string_view> kCategories = {"unary",         "binary",  "trigonometry", "activation",
                                                   "normalization", "pooling", "convolution",  "matrix",
                                                   "reduction",     "tensor",  "logic",        "others"};
const std::vector<std::string_view> kForms = {"atomic", "geometric", "composite"};
const std::vector<std::string_view> kGeometries = {"native", "bypass"};
const std::vector<std::string_view> kTypes = {"float32", "int32", "int64", "bool"};

/// Letters, digits, "_", and after the first one also "-", "+" and ".": safe as a file's or folder's name.
bool plain_name(std::string_view name) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !name.empty() && plain(name.front()) &&
           std::all_of(name.begin(), name.end(), [&](char c) { return plain(c) || c == '-' || c == '+' || c == '.'; });
}

std::string plain_text(JsonObject& object, const char* name, JsonFault& fault) {
    std::string text = object.text(name);
    if (!plain_name(text)) {
        fault.add("field {} must be letters, digits, '_', '-', '+' or '.' only", object.path_to(name));
    }
    return text;
}

std::vector<TensorSpec> read_tensors(JsonObject& task, const char* name, JsonFault& fault) {
    std::vector<TensorSpec> tensors;
    for (const json& item : task.array(name, 1)) {
        JsonObject object(item, fmt::format("/{}/{}", name, tensors.size()), fault);
        TensorSpec& tensor = tensors.emplace_back();
        tensor.name = object.text("name");
        tensor.type = static_cast<OnnxType>(object.one_of("type", kTypes));
        tensor.shape = object.sizes("shape");
        const auto same = [&](const TensorSpec& other) { return other.name == tensor.name; };
        if (std::count_if(tensors.begin(), tensors.end(), same) > 1) {
            fault.add("field {} stands twice", object.path_to("name"));
        }
    }
    return tensors;
}

Draw read_draw(const json& item, const std::string& path, OnnxType type, const std::vector<std::int64_t>& shape,
               JsonFault& fault) {
    Draw draw;
    std::string reason;
    if (!parse_draw(item, draw, reason) || !fits(draw, element_type_in_framework(type), shape, reason)) {
        fault.add("field {}: {}", path, reason);
        return draw;
    }
    const auto truth = [](double value) { return value == 0 || value == 1; };
    const bool bounded = draw.kind != Draw::Kind::integers || (truth(draw.low) && truth(draw.high));
    if (type == OnnxType::boolean && !(bounded && std::all_of(draw.values.begin(), draw.values.end(), truth))) {
        fault.add("field {}: a bool tensor is drawn from 0 and 1", path);
    }
    return draw;
}

/// One draw per input.
std::vector<Draw> read_draws(const json& item, const std::string& path, const std::vector<TensorSpec>& inputs,
                             JsonFault& fault) {
    JsonObject object(item, path, fault);
    std::vector<Draw> draws;
    for (const TensorSpec& input : inputs) {
        const json& draw = object.get(input.name.c_str());
        draws.push_back(read_draw(draw, object.path_to(input.name), input.type, input.shape, fault));
    }
    return draws;
}

std::vector<Regime> read_regimes(JsonObject& task, const std::vector<TensorSpec>& inputs, JsonFault& fault) {
    std::vector<Regime> regimes;
    for (const json& item : task.array("regimes", 1)) {
        JsonObject object(item, fmt::format("/regimes/{}", regimes.size()), fault);
        Regime& regime = regimes.emplace_back();
        regime.name = plain_text(object, "name", fault);
        const auto same = [&](const Regime& other) { return other.name == regime.name; };
        if (std::count_if(regimes.begin(), regimes.end(), same) > 1) {
            fault.add("field {} stands twice", object.path_to("name"));
        }
        regime.inputs = read_draws(object.get("inputs"), object.path_to("inputs"), inputs, fault);
    }
    return regimes;
}

std::vector<Parameter> read_parameters(JsonObject& task, JsonFault& fault) {
    constexpr std::int64_t kLargestModel = std::int64_t{1} << 32;
    std::vector<Parameter> parameters;
    for (const json& item : task.array("parameters", 0)) {
        JsonObject object(item, fmt::format("/parameters/{}", parameters.size()), fault);
        Parameter& parameter = parameters.emplace_back();
        parameter.name = object.text("name");
        parameter.shape = object.sizes("shape");
        parameter.draw =
            read_draw(object.get("draw"), object.path_to("draw"), OnnxType::float32, parameter.shape, fault);
        parameter.onnx_offset = static_cast<std::size_t>(object.whole("onnx_offset", 0, kLargestModel));
        for (const json& offset : object.array("mnn_offsets", 1)) {
            if (!offset.is_number_unsigned() || offset > kLargestModel) {
                fault.add("field {} must hold whole numbers from 0 to {}", object.path_to("mnn_offsets"),
                          kLargestModel);
                break;
            }
            parameter.mnn_offsets.push_back(offset.get<std::size_t>());
        }
        if (!parameter.mnn_offsets.empty() && parameter.size_bytes() / 4 % parameter.mnn_offsets.size() != 0) {
            fault.add("field {} does not cut the parameter into equal pieces", object.path_to("mnn_offsets"));
        }
    }
    return parameters;
}

std::vector<FixedOperand> read_fixed(JsonObject& task, JsonFault& fault) {
    std::vector<FixedOperand> fixed;
    for (const json& item : task.array("fixed", 0)) {
        JsonObject object(item, fmt::format("/fixed/{}", fixed.size()), fault);
        FixedOperand& operand = fixed.emplace_back();
        operand.name = object.text("name");
        operand.shape = object.sizes("shape");
    }
    return fixed;
}

Tolerance read_tolerance(JsonObject& task, JsonFault& fault) {
    JsonObject object(task.get("tolerance"), "/tolerance", fault);
    Tolerance tolerance;
    tolerance.relative_to_max = object.number("relative_to_max", true);
    if (object.find("floor") != nullptr) {
        tolerance.floor = object.number("floor", true);
    }
    if (const json* elementwise = object.find("elementwise"); elementwise != nullptr && !elementwise->is_null()) {
        tolerance.elementwise = object.number("elementwise", true);
    }
    if (object.find("why") != nullptr) {
        tolerance.why = object.text("why", true);
    }
    return tolerance;
}

std::vector<NegativeControl> read_controls(JsonObject& task, JsonFault& fault) {
    std::vector<NegativeControl> controls;
    for (const json& item : task.array("negative_controls", 0)) {
        const std::string path = fmt::format("/negative_controls/{}", controls.size());
        if (!item.is_object() || !item.contains("kind") || !item["kind"].is_string()) {
            fault.add("field {} must be an object with a kind", path);
            return controls;
        }
        // Which arguments a kind takes is the verifier's knowledge: check_controls refuses what it does not know.
        json arguments = item;
        arguments.erase("kind");
        controls.push_back({item["kind"].get<std::string>(), std::move(arguments)});
    }
    return controls;
}

std::vector<Deviation> read_deviations(JsonObject& task, const std::vector<TensorSpec>& inputs, JsonFault& fault) {
    std::vector<Deviation> deviations;
    for (const json& item : task.array("deviations", 0)) {
        JsonObject object(item, fmt::format("/deviations/{}", deviations.size()), fault);
        Deviation& deviation = deviations.emplace_back();
        deviation.when = object.text("when");
        deviation.native = object.text("native");
        if (!object.get("error").is_null()) {
            deviation.error = object.number("error", true);
        }
        if (const json* contents = object.find("inputs"); contents != nullptr) {
            deviation.inputs = read_draws(*contents, object.path_to("inputs"), inputs, fault);
        }
    }
    return deviations;
}

std::optional<Baseline> read_baseline(JsonObject& task, JsonFault& fault) {
    if (task.get("baseline").is_null()) {
        return std::nullopt;
    }
    JsonObject object(task.get("baseline"), "/baseline", fault);
    Baseline baseline;
    baseline.why = object.text("why");
    baseline.error = object.number("error", true);
    baseline.time_us = object.number("time_us", true);
    JsonObject passing(object.get("passing"), "/baseline/passing", fault);
    baseline.passing_setting = passing.text("setting");
    baseline.passing_error = passing.number("error", true);
    baseline.passing_time_us = passing.number("time_us", true);
    const json& values = passing.get("hints");
    JsonObject hints(values, "/baseline/passing/hints", fault);
    if (values.is_object()) {
        for (const auto& [name, value] : values.items()) {
            baseline.passing_hints[name] = static_cast<int>(hints.whole(name.c_str(), 0, 1'000'000));
        }
    }
    return baseline;
}

std::vector<std::string> read_files(JsonObject& task, JsonFault& fault) {
    auto files = task.texts("files");
    const auto is_source = [](std::string_view name) {
        return plain_name(name) && (name.ends_with(".hpp") || name.ends_with(".cpp"));
    };
    if (files.empty() || !std::all_of(files.begin(), files.end(), is_source) || !files.back().ends_with(".cpp")) {
        fault.add("field /files must be names Plain.hpp or Plain.cpp, the last one a .cpp");
    }
    if (std::set<std::string>(files.begin(), files.end()).size() != files.size()) {
        fault.add("field /files names a file twice");
    }
    return files;
}

void read_identity(JsonObject& object, Task& task, JsonFault& fault) {
    task.category = kCategories[object.one_of("category", kCategories)];
    task.operator_name = plain_text(object, "operator", fault);
    task.case_name = plain_text(object, "case", fault);
    task.id = object.text("id");
    const std::string expected = fmt::format("{}/{}/{}", task.category, task.operator_name, task.case_name);
    if (task.id != expected) {
        fault.add("field /id must be \"{}\", as category, operator and case say", expected);
    }
    task.summary = object.text("summary");
    task.path = object.text("path");
}

void read_framework_side(JsonObject& object, Task& task, JsonFault& fault) {
    task.form = static_cast<Form>(object.one_of("form", kForms));
    task.files = read_files(object, fault);
    task.native_file = object.text("native_file");
    if (task.native_file.starts_with('/') || task.native_file.find("..") != std::string::npos) {
        fault.add("field /native_file must be a path inside the framework's tree");
    }
    {
        JsonObject target(object.get("target"), "/target", fault);
        task.target.type = target.text("type");
        task.target.operation = target.text("operation", true);
    }
    task.geometry = static_cast<Geometry>(object.one_of("geometry", kGeometries));
    if (task.form == Form::geometric && task.geometry != Geometry::native) {
        fault.add("field /geometry must be \"native\" in the geometric form: the candidate is the geometry computer");
    }
    task.calls_per_run = static_cast<int>(object.whole("calls_per_run", 1, 100'000));
    task.sequence = object.texts("sequence");
    task.native_entries = object.texts("native_entries");
    task.may_emit = object.texts("may_emit");
    if (task.may_emit.empty() != (task.form == Form::atomic)) {
        fault.add(
            "field /may_emit must name operators in the geometric and composite forms, and none in the atomic one");
    }
    task.converter_flags = object.texts("converter_flags");
}

void read_task(const json& parsed, Task& task, JsonFault& fault) {
    JsonObject object(parsed, "", fault);
    if (const json* version = object.find("version"); version != nullptr && *version != kVersion) {
        fault.add("field /version must be {}; this program reads no other format", kVersion);
    }
    object.get("version");
    read_identity(object, task, fault);
    read_framework_side(object, task, fault);
    task.attributes = object.get("attributes");
    if (!task.attributes.is_object()) {
        fault.add("field /attributes must be an object");
    }
    task.inputs = read_tensors(object, "inputs", fault);
    task.outputs = read_tensors(object, "outputs", fault);
    task.regimes = read_regimes(object, task.inputs, fault);
    task.parameters = read_parameters(object, fault);
    task.fixed = read_fixed(object, fault);
    task.tolerance = read_tolerance(object, fault);
    task.negative_controls = read_controls(object, fault);
    task.roofline_bytes = object.number("roofline_bytes", true);
    task.roofline_operations = object.number("roofline_operations", false);
    task.threads = static_cast<int>(object.whole("threads", 1, 64));
    task.deviations = read_deviations(object, task.inputs, fault);
    task.baseline = read_baseline(object, fault);
}

} // namespace

std::string_view name_of(Form form) {
    return kForms[static_cast<std::size_t>(form)];
}
std::string_view name_of(Geometry geometry) {
    return kGeometries[static_cast<std::size_t>(geometry)];
}
std::string_view name_of(OnnxType type) {
    return kTypes[static_cast<std::size_t>(type)];
}

Result<Task> parse_task(std::string_view text) {
    JsonFault fault;
    json parsed;
    Task task;
    if (parse_strict_json(text, parsed, fault)) {
        read_task(parsed, task, fault);
    }
    if (fault.found()) {
        return fail(ErrorKind::bad_input, "{}", fault.text());
    }
    return task;
}

} // namespace mkb
