#include "verify/controls.h"

#include "base/files.h"
#include "verify/verify.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace mkb {
namespace {

using nlohmann::json;
using Outputs = std::vector<TensorValue>;

std::string name_of(const NegativeControl& control) {
    json whole = control.arguments.is_object() ? control.arguments : json::object();
    whole["kind"] = control.kind;
    return whole.dump(-1, ' ', true, json::error_handler_t::replace);
}

/// A control's arguments: takes them by name, remembers the first that is missing, wrong or left over.
class Arguments {
public:
    explicit Arguments(const NegativeControl& control)
        : rest_(control.arguments.is_null() ? json::object() : control.arguments) {}
    std::int64_t whole(const char* name, std::int64_t low, std::int64_t high) {
        const json value = take(name);
        const bool held = value.is_number_integer() && value >= low && value <= high;
        note(held, "{} must be a whole number from {} to {}", name, low, high);
        return held ? value.get<std::int64_t>() : low;
    }
    double number(const char* name) {
        const json value = take(name);
        note(value.is_number(), "{} must be a number", name);
        return value.is_number() ? value.get<double>() : 0;
    }
    std::vector<std::int64_t> wholes(const char* name) {
        const json value = take(name);
        const bool held =
            value.is_array() && std::ranges::all_of(value, [](const json& each) { return each.is_number_integer(); });
        note(held, "{} must be an array of whole numbers", name);
        return held ? value.get<std::vector<std::int64_t>>() : std::vector<std::int64_t>{};
    }
    std::string text(const char* name) {
        const json value = take(name);
        note(value.is_string(), "{} must be a text", name);
        return value.is_string() ? value.get<std::string>() : "";
    }
    /// Any value, for a person's eyes only.
    void ignore(const char* name) { take(name); }
    std::string fault() {
        note(rest_.is_object() && rest_.empty(), "it has arguments that its kind does not take");
        return fault_;
    }

private:
    json take(const char* name) {
        if (!rest_.is_object() || !rest_.contains(name)) {
            return nullptr;
        }
        json value = rest_[name];
        rest_.erase(name);
        return value;
    }
    template <class... Args>
    void note(bool good, fmt::format_string<Args...> text, Args&&... args) {
        if (!good && fault_.empty()) {
            fault_ = fmt::format(text, std::forward<Args>(args)...);
        }
    }
    json rest_;
    std::string fault_;
};

std::unexpected<Error> unfit(const NegativeControl& control, const ControlContext& context, std::string_view why) {
    return fail(ErrorKind::bad_input, "task {}: negative control {}: {}; correct it in task.json", context.task.id,
                name_of(control), why);
}

/// The reference with `change` applied to every output that it fits.
std::optional<Outputs> changed_reference(const ControlContext& context, const Change& change) {
    Outputs outputs = context.reference;
    bool any = false;
    for (TensorValue& output : outputs) {
        any = change(output) || any;
    }
    return any ? std::optional(std::move(outputs)) : std::nullopt;
}

/// The changes that need nothing but the reference; nothing when the kind is another.
std::optional<Change> change_of(const std::string& kind, Arguments& arguments) {
    constexpr std::int64_t kFar = 1'000'000'000;
    if (kind == "zeros" || kind == "ones") {
        return fill_with(kind == "ones" ? 1 : 0);
    }
    if (kind == "nan") {
        return fill_with_nan();
    }
    if (kind == "scale") {
        return scale_by(arguments.number("factor"));
    }
    if (kind == "last_off_by_one") {
        return last_from_before();
    }
    if (kind == "shift") {
        const std::int64_t axis = arguments.whole("axis", -16, 15);
        return rolled(axis, arguments.whole("by", -kFar, kFar));
    }
    if (kind == "reverse") {
        return reversed(arguments.whole("axis", -16, 15));
    }
    if (kind == "border") {
        return last_slice_from_before(arguments.whole("axis", 0, 15));
    }
    if (kind == "shuffle") {
        const std::int64_t axis = arguments.whole("axis", 0, 15);
        return shuffled(axis, arguments.whole("groups", 2, kFar));
    }
    if (kind == "layout") {
        return laid_out(arguments.wholes("order"));
    }
    if (kind == "absolute") {
        return absolute();
    }
    if (kind == "transpose_hw") {
        return transposed_hw();
    }
    if (kind == "round_output_half") {
        return rounded_to_half();
    }
    return std::nullopt;
}

Outputs copies_of(const TensorValue& input, const Outputs& reference) {
    Outputs outputs;
    for (const TensorValue& output : reference) {
        outputs.push_back(poured_into(output, input));
    }
    return outputs;
}

bool same_form(const TensorValue& a, const TensorValue& b) {
    return a.type == b.type && a.shape == b.shape;
}

/// Inputs for the kinds that ask the task's own oracle about other inputs; nothing when they do not fit. `change` is
/// applied to the one input, where there is one.
std::optional<Outputs> other_inputs(const std::string& kind, std::size_t input, const std::optional<Change>& change,
                                    const Outputs& inputs) {
    Outputs others = inputs;
    if (change) {
        return (*change)(others[input]) ? std::optional(std::move(others)) : std::nullopt;
    }
    if (kind == "swap_inputs") {
        if (inputs.size() < 2 || !same_form(inputs[0], inputs[1])) {
            return std::nullopt;
        }
        std::swap(others[0], others[1]);
        return others;
    }
    if (kind == "zero_input") {
        std::ranges::fill(others[input].bytes, std::byte{0});
        return others;
    }
    bool any = false;
    for (TensorValue& other : others) {
        any = rounded_to_half()(other) || any;
    }
    return any ? std::optional(std::move(others)) : std::nullopt;
}

Result<Outputs> run_sibling(const ControlContext& context, const std::string& model) {
    MKB_TRY(bytes, read_file(context.task.folder / model));
    MKB_TRY(oracle, Oracle::load_sibling(context.task, bytes));
    MKB_TRY(outputs, oracle.run(context.inputs));
    if (outputs.size() != context.reference.size()) {
        return fail(ErrorKind::bad_input, "{} has {} outputs, the task {}", model, outputs.size(),
                    context.reference.size());
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (!same_form(outputs[i], context.reference[i])) {
            outputs[i] = poured_into(context.reference[i], outputs[i]);
        }
    }
    return outputs;
}

Result<Outputs> run_with_parameter(const ControlContext& context, const Parameter& parameter, double value) {
    std::string model = context.onnx_model;
    const std::size_t size = parameter.size_bytes();
    if (size > model.size() || parameter.onnx_offset > model.size() - size) {
        return fail(ErrorKind::bad_input, "parameter '{}' reaches beyond the end of the model", parameter.name);
    }
    const auto constant = static_cast<float>(value);
    for (std::size_t at = 0; at < size; at += sizeof constant) {
        std::memcpy(model.data() + parameter.onnx_offset + at, &constant, sizeof constant);
    }
    MKB_TRY(oracle, Oracle::load(context.task, model));
    return oracle.run(context.inputs);
}

/// Kinds whose answer is the reference of a sibling model. What else they say is for people.
Result<Outputs> apply_sibling(const NegativeControl& control, const ControlContext& context, Arguments& arguments) {
    const std::string model = arguments.text("model");
    if (control.kind == "cyclic_input") {
        arguments.whole("input", 0, 15);
    } else {
        arguments.text("name");
    }
    if (control.kind == "attribute") {
        arguments.ignore("value");
    }
    if (const std::string fault = arguments.fault(); !fault.empty()) {
        return unfit(control, context, fault);
    }
    if (model.find('/') != std::string::npos || !model.ends_with(".onnx")) {
        return unfit(control, context, "model must be the name of an .onnx file in the task's folder");
    }
    return run_sibling(context, model);
}

Result<Outputs> apply_parameter(const NegativeControl& control, const ControlContext& context, Arguments& arguments) {
    const std::string name = arguments.text("parameter");
    const double value = arguments.number("value");
    if (const std::string fault = arguments.fault(); !fault.empty()) {
        return unfit(control, context, fault);
    }
    const auto at = std::ranges::find(context.task.parameters, name, &Parameter::name);
    if (at == context.task.parameters.end()) {
        return unfit(control, context, "the task has no such parameter");
    }
    return run_with_parameter(context, *at, value);
}

/// Kinds that read one of the inputs, or ask the oracle about others.
Result<Outputs> apply_inputs(const NegativeControl& control, const ControlContext& context, Arguments& arguments) {
    const bool one = control.kind != "swap_inputs" && control.kind != "half_precision";
    const auto count = static_cast<std::int64_t>(context.inputs.size());
    const auto input =
        one ? static_cast<std::size_t>(arguments.whole("input", 0, std::max<std::int64_t>(count, 1) - 1)) : 0;
    std::optional<Change> change;
    if (control.kind == "zero_tail") {
        const std::int64_t axis = arguments.whole("axis", 0, 15);
        change = tail_zeroed(axis, arguments.whole("count", 1, 1'000'000'000));
    } else if (control.kind == "roll_input") {
        const std::int64_t axis = arguments.whole("axis", 0, 15);
        change = rolled(axis, arguments.whole("by", -1'000'000'000, 1'000'000'000));
    }
    std::string fault = arguments.fault();
    if (fault.empty() && one && count == 0) {
        fault = "the task has no inputs";
    }
    if (!fault.empty()) {
        return unfit(control, context, fault);
    }
    if (control.kind == "copy_input") {
        return copies_of(context.inputs[input], context.reference);
    }
    const auto others = other_inputs(control.kind, input, change, context.inputs);
    if (!others) {
        return unfit(control, context, "it does not fit the task's inputs");
    }
    return context.oracle.run(*others);
}

struct RegimeRun {
    Outputs inputs, reference, previous;
};

Result<RegimeRun> run_regime(const Task& task, Oracle& oracle, std::uint32_t regime, const Seed& seed) {
    auto inputs = make_inputs(task, regime, seed, Phase::verification, 0);
    MKB_TRY(reference, oracle.run(inputs));
    MKB_TRY(previous, oracle.run(make_inputs(task, regime, seed, Phase::verification, 1)));
    return RegimeRun{std::move(inputs), std::move(reference), std::move(previous)};
}

} // namespace

Result<std::vector<TensorValue>> apply_control(const NegativeControl& control, const ControlContext& context) {
    Arguments arguments(control);
    constexpr std::string_view kSiblingKinds[] = {"attribute", "operator", "cyclic_input"};
    if (std::ranges::find(kSiblingKinds, control.kind) != std::end(kSiblingKinds)) {
        return apply_sibling(control, context, arguments);
    }
    if (control.kind == "parameter_trivial") {
        return apply_parameter(control, context, arguments);
    }
    constexpr std::string_view kInputKinds[] = {"copy_input", "swap_inputs", "half_precision",
                                                "zero_input", "zero_tail",   "roll_input"};
    if (std::ranges::find(kInputKinds, control.kind) != std::end(kInputKinds)) {
        return apply_inputs(control, context, arguments);
    }
    const auto change = change_of(control.kind, arguments);
    if (const std::string fault = arguments.fault(); !fault.empty()) {
        return unfit(control, context, fault);
    }
    if (control.kind == "replay") {
        return context.previous_reference;
    }
    if (!change) {
        return unfit(control, context, "unknown kind");
    }
    auto outputs = changed_reference(context, *change);
    if (!outputs) {
        return unfit(control, context, "it fits none of the task's outputs");
    }
    return std::move(*outputs);
}

Result<std::vector<ControlResult>> check_controls(const Task& task, const Seed& seed) {
    MKB_TRY(models, load_models(task, std::nullopt));
    MKB_TRY(oracle, Oracle::load(task, models.onnx));
    std::vector<ControlResult> results;
    for (const NegativeControl& control : task.negative_controls) {
        results.push_back({control, false, ""});
    }
    for (std::uint32_t regime = 0; regime < task.regimes.size(); ++regime) {
        const std::string& name = task.regimes[regime].name;
        MKB_TRY(run, run_regime(task, oracle, regime, seed));
        const ControlContext context{task, models.onnx, oracle, run.inputs, run.reference, run.previous};
        for (ControlResult& result : results) {
            if (result.rejected) {
                continue;
            }
            MKB_TRY(outputs, apply_control(result.control, context));
            if (compare_outputs(task, name, outputs, run.reference)) {
                result.rejected = true;
                result.by_regime = name;
            }
        }
    }
    return results;
}

} // namespace mkb
