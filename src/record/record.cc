#include "record/record.h"

#include "record/fields.h"
#include "record/printable.h"

#include <algorithm>
#include <fmt/format.h>

namespace mkb {
namespace {

// Copying and writing nested JSON recurses: a foreign file must not be able to exhaust the stack.
constexpr int kSettingsDepth = 32;

bool deeper_than(const nlohmann::json& json, int levels) {
    if (!json.is_structured()) {
        return false;
    }
    if (levels == 0) {
        return true;
    }
    for (const nlohmann::json& child : json) {
        if (deeper_than(child, levels - 1)) {
            return true;
        }
    }
    return false;
}

// Settings are free JSON: their texts may be ill formed and their numbers not finite, which dump() cannot write.
nlohmann::json writable(const nlohmann::json& json) {
    if (json.is_string()) {
        return valid_utf8(json.get_ref<const std::string&>());
    }
    if (json.is_number_float()) {
        return number_to_json(json.get<double>());
    }
    nlohmann::json copy = json;
    if (json.is_array()) {
        for (nlohmann::json& child : copy) {
            child = writable(child);
        }
    } else if (json.is_object()) {
        copy = nlohmann::json::object();
        for (const auto& [name, child] : json.items()) {
            copy[valid_utf8(name)] = writable(child);
        }
    }
    return copy;
}

nlohmann::json numbers_to_json(const std::vector<double>& values) {
    nlohmann::json list = nlohmann::json::array();
    for (const double value : values) {
        list.push_back(number_to_json(value));
    }
    return list;
}

nlohmann::json to_json(const FrameworkFacts& f) {
    return {{"name", valid_utf8(f.name)},
            {"version", valid_utf8(f.version)},
            {"source", valid_utf8(f.source)},
            {"build_key", valid_utf8(f.build_key)},
            {"compiler", valid_utf8(f.compiler)}};
}

FrameworkFacts read_framework(FieldReader fields, FieldReader& parent) {
    FrameworkFacts facts{.name = fields.text("name"),
                         .version = fields.text("version"),
                         .source = fields.text("source"),
                         .build_key = fields.text("build_key"),
                         .compiler = fields.text("compiler")};
    parent.refuse(fields.reason());
    return facts;
}

nlohmann::json to_json(const DeviceFacts& d) {
    return {{"name", valid_utf8(d.name)},
            {"cpu", valid_utf8(d.cpu)},
            {"target", valid_utf8(d.target)},
            {"isolation", valid_utf8(d.isolation)},
            {"emulated", d.emulated}};
}

DeviceFacts read_device(FieldReader fields, FieldReader& parent) {
    DeviceFacts facts{.name = fields.text("name"),
                      .cpu = fields.text("cpu"),
                      .target = fields.text("target"),
                      .isolation = fields.text("isolation"),
                      .emulated = fields.boolean("emulated")};
    parent.refuse(fields.reason());
    return facts;
}

// Left out where they are 0: the device does not show them, or nothing was waited for.
constexpr std::pair<const char*, double MeasurementFacts::*> kOfTheDevice[] = {
    {"temperature_c", &MeasurementFacts::temperature_c},
    {"frequency_mhz", &MeasurementFacts::frequency_mhz},
    {"frequency_limit", &MeasurementFacts::frequency_limit},
    {"battery_percent", &MeasurementFacts::battery_percent},
    {"temperature_after_c", &MeasurementFacts::temperature_after_c},
    {"cooled_s", &MeasurementFacts::cooled_s},
};

nlohmann::json to_json(const MeasurementFacts& m) {
    nlohmann::json json{{"pair_ratios", numbers_to_json(m.pair_ratios)},
                        {"pair_ratios_witness", numbers_to_json(m.pair_ratios_witness)},
                        {"native_us", numbers_to_json(m.native_us)},
                        {"candidate_us", numbers_to_json(m.candidate_us)},
                        {"iterations_per_side", m.iterations_per_side},
                        {"core", m.core},
                        {"idle_share_before", number_to_json(m.idle_share_before)},
                        {"quiet", m.quiet},
                        {"samples_artifact", valid_utf8(m.samples_artifact)},
                        {"resize_us", number_to_json(m.resize_us)},
                        {"native_resize_us", number_to_json(m.native_resize_us)}};
    for (const auto& [name, member] : kOfTheDevice) {
        if (m.*member > 0) {
            json[name] = number_to_json(m.*member);
        }
    }
    if (m.others_busy_share >= 0) {
        json["others_busy_share"] = number_to_json(m.others_busy_share);
    }
    return json;
}

MeasurementFacts read_measurement(FieldReader fields, FieldReader& parent) {
    MeasurementFacts facts{.pair_ratios = fields.numbers("pair_ratios"),
                           .pair_ratios_witness = fields.numbers("pair_ratios_witness"),
                           .native_us = fields.numbers("native_us"),
                           .candidate_us = fields.numbers("candidate_us"),
                           .iterations_per_side = fields.small_integer("iterations_per_side", 0),
                           .core = fields.small_integer("core"),
                           .idle_share_before = fields.number("idle_share_before"),
                           .quiet = fields.boolean("quiet"),
                           .samples_artifact = fields.text("samples_artifact"),
                           .resize_us = fields.number("resize_us"),
                           .native_resize_us = fields.number("native_resize_us")};
    for (const auto& [name, member] : kOfTheDevice) {
        facts.*member = fields.optional(name) != nullptr ? fields.number(name) : 0;
    }
    if (fields.optional("others_busy_share") != nullptr) {
        facts.others_busy_share = fields.number("others_busy_share");
    }
    parent.refuse(fields.reason());
    return facts;
}

nlohmann::json to_json(const ExpandedGraph& g) {
    return {{"operators", valid_utf8(g.operators)},
            {"executed", valid_utf8(g.executed)},
            {"model_artifact", valid_utf8(g.model_artifact)}};
}

ExpandedGraph read_graph(FieldReader fields, FieldReader& parent) {
    ExpandedGraph graph{.operators = fields.text("operators"),
                        .executed = fields.text("executed"),
                        .model_artifact = fields.text("model_artifact")};
    parent.refuse(fields.reason());
    return graph;
}

nlohmann::json to_json(const InstructionCounts& i) {
    return {{"native", i.native}, {"candidate", i.candidate}, {"how", valid_utf8(i.how)}};
}

InstructionCounts read_instructions(FieldReader fields, FieldReader& parent) {
    InstructionCounts counts{
        .native = fields.integer("native", 0), .candidate = fields.integer("candidate", 0), .how = fields.text("how")};
    parent.refuse(fields.reason());
    return counts;
}

std::vector<OperatorTime> read_operators(FieldReader& fields) {
    std::vector<OperatorTime> operators;
    if (fields.optional("operators") == nullptr) {
        return operators;
    }
    for (const nlohmann::json& entry : fields.list("operators")) {
        FieldReader one(entry, "operator");
        operators.push_back({.type = one.text("type"), .us = one.number("us")});
        fields.refuse(one.reason());
    }
    return operators;
}

std::map<std::string, std::string> read_source_artifacts(FieldReader& fields) {
    std::map<std::string, std::string> sources;
    for (const auto& [name, hash] : fields.object("source_artifacts").items()) {
        if (!hash.is_string()) {
            fields.refuse("'source_artifacts' of the record is not a map of texts");
            break;
        }
        sources[name] = hash.get<std::string>();
    }
    return sources;
}

std::vector<RegimeError> read_regime_errors(FieldReader& fields) {
    std::vector<RegimeError> errors;
    for (const nlohmann::json& entry : fields.list("regime_errors")) {
        FieldReader error(entry, "regime error");
        errors.push_back(
            {.regime = error.text("regime"), .output = error.text("output"), .error = error.number("error")});
        fields.refuse(error.reason());
    }
    return errors;
}

std::vector<StageTime> read_stages(FieldReader& fields) {
    std::vector<StageTime> stages;
    for (const nlohmann::json& entry : fields.list("stages")) {
        FieldReader stage(entry, "stage");
        stages.push_back(
            {.name = stage.text("name"), .wall_ms = stage.number("wall_ms"), .cpu_ms = stage.number("cpu_ms")});
        fields.refuse(stage.reason());
    }
    return stages;
}

void read_names(FieldReader& fields, Record& record) {
    record.id = fields.text("id");
    record.key = fields.text("key");
    record.created = fields.text("created");
    record.tool_version = fields.text("tool_version");
    record.task_id = fields.text("task_id");
    record.task_hash = fields.text("task_hash");
    record.category = fields.text("category");
    record.operator_name = fields.text("operator");
    record.form = fields.text("form");
    record.label = fields.text("label");
    record.method = fields.text("method");
    record.model = fields.text("model");
    record.sample = fields.small_integer("sample", 0);
    record.candidate_hash = fields.text("candidate_hash");
    record.origin = fields.text("origin");
    record.answer_artifact = fields.text("answer_artifact");
    record.build_log_artifact = fields.text("build_log_artifact");
    record.run_log_artifact = fields.text("run_log_artifact");
    record.build = fields.text("build");
    record.profile = fields.text("profile");
    record.seed = fields.text("seed");
    if (fields.ok() && (record.id.empty() || record.key.empty() || record.task_id.empty())) {
        fields.refuse("the record's 'id', 'key' or 'task_id' is empty");
    }
}

void read_facts(FieldReader& fields, Record& record) {
    record.source_artifacts = read_source_artifacts(fields);
    record.framework = read_framework({fields.object("framework"), "framework"}, fields);
    record.device = read_device({fields.object("device"), "device"}, fields);
    record.regime_errors = read_regime_errors(fields);
    if (const nlohmann::json* measurement = fields.optional("measurement")) {
        record.measurement = read_measurement({*measurement, "measurement"}, fields);
    }
    if (const nlohmann::json* graph = fields.optional("graph")) {
        record.graph = read_graph({*graph, "graph"}, fields);
    }
    if (const nlohmann::json* instructions = fields.optional("instructions")) {
        record.instructions = read_instructions({*instructions, "instructions"}, fields);
    }
    record.operators = read_operators(fields);
    record.stages = read_stages(fields);
    record.flags = fields.texts("flags");
    if (const nlohmann::json* settings = fields.optional("settings")) {
        if (deeper_than(*settings, kSettingsDepth)) {
            fields.refuse(fmt::format("'settings' of the record is nested deeper than {} levels", kSettingsDepth));
        } else {
            record.settings = *settings;
        }
    }
}

/// What schema 1 did not say: a candidate was built for its device's target alone.
void migrate_from_1(Record& record) {
    if (compiled(record.outcome)) {
        record.targets = {record.device.target};
    }
}

} // namespace

bool below_roofline(const Record& record) {
    return std::ranges::any_of(record.flags, [](const std::string& flag) { return flag.starts_with(kBelowRoofline); });
}

nlohmann::json to_json(const Record& record) {
    nlohmann::json json = {{"schema", record.schema},
                           {"id", valid_utf8(record.id)},
                           {"key", valid_utf8(record.key)},
                           {"created", valid_utf8(record.created)},
                           {"tool_version", valid_utf8(record.tool_version)},
                           {"task_id", valid_utf8(record.task_id)},
                           {"task_hash", valid_utf8(record.task_hash)},
                           {"category", valid_utf8(record.category)},
                           {"operator", valid_utf8(record.operator_name)},
                           {"form", valid_utf8(record.form)},
                           {"label", valid_utf8(record.label)},
                           {"method", valid_utf8(record.method)},
                           {"model", valid_utf8(record.model)},
                           {"sample", record.sample},
                           {"candidate_hash", valid_utf8(record.candidate_hash)},
                           {"origin", valid_utf8(record.origin)},
                           {"answer_artifact", valid_utf8(record.answer_artifact)},
                           {"build_log_artifact", valid_utf8(record.build_log_artifact)},
                           {"run_log_artifact", valid_utf8(record.run_log_artifact)},
                           {"framework", to_json(record.framework)},
                           {"device", to_json(record.device)},
                           {"build", valid_utf8(record.build)},
                           {"profile", valid_utf8(record.profile)},
                           {"settings", writable(record.settings)},
                           {"seed", valid_utf8(record.seed)},
                           {"outcome", to_json(record.outcome)},
                           {"targets", nlohmann::json::array()},
                           {"source_artifacts", nlohmann::json::object()},
                           {"regime_errors", nlohmann::json::array()},
                           {"stages", nlohmann::json::array()},
                           {"flags", nlohmann::json::array()}};
    for (const auto& [name, hash] : record.source_artifacts) {
        json["source_artifacts"][valid_utf8(name)] = valid_utf8(hash);
    }
    for (const RegimeError& e : record.regime_errors) {
        json["regime_errors"].push_back(
            {{"regime", valid_utf8(e.regime)}, {"output", valid_utf8(e.output)}, {"error", number_to_json(e.error)}});
    }
    for (const StageTime& s : record.stages) {
        json["stages"].push_back({{"name", valid_utf8(s.name)},
                                  {"wall_ms", number_to_json(s.wall_ms)},
                                  {"cpu_ms", number_to_json(s.cpu_ms)}});
    }
    for (const std::string& flag : record.flags) {
        json["flags"].push_back(valid_utf8(flag));
    }
    if (record.graph) {
        json["graph"] = to_json(*record.graph);
    }
    for (const std::string& target : record.targets) {
        json["targets"].push_back(valid_utf8(target));
    }
    if (record.instructions) {
        json["instructions"] = to_json(*record.instructions);
    }
    for (const OperatorTime& o : record.operators) {
        json["operators"].push_back({{"type", valid_utf8(o.type)}, {"us", number_to_json(o.us)}});
    }
    if (record.measurement) {
        json["measurement"] = to_json(*record.measurement);
    }
    return json;
}

std::variant<Record, std::string> record_from_json(const nlohmann::json& json) {
    FieldReader fields(json, "record");
    const int schema = fields.small_integer("schema");
    if (fields.ok() && (schema < 1 || schema > kRecordSchema)) {
        return fmt::format("the record has schema {}; this program reads 1 to {}", schema, kRecordSchema);
    }
    if (!fields.ok()) {
        return fields.reason();
    }
    Record record;
    read_names(fields, record);
    const std::optional<Outcome> outcome = outcome_from_json(fields.object("outcome"));
    if (!outcome) {
        fields.refuse("'outcome' of the record is none that this program knows");
    } else {
        record.outcome = *outcome;
    }
    read_facts(fields, record);
    if (schema == 1) {
        migrate_from_1(record);
    } else {
        record.targets = fields.texts("targets");
    }
    if (!fields.ok()) {
        return fields.reason();
    }
    return record;
}

} // namespace mkb
