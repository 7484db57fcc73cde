#include "device/job.h"

#include "device/job_reader.h"

namespace mkb::job {

namespace {

using nlohmann::json;

json code_to_json(const CodeRange& range) {
    return {{"offset", range.offset}, {"size", range.size}, {"name", range.name}};
}

bool code_from_json(const json& from, CodeRange& range, std::string& reason) {
    Reader reader(from, reason);
    reader.read("offset", range.offset);
    reader.read("size", range.size);
    reader.read("name", range.name);
    return reader.ok();
}

json in_tree_to_json(const InTree& in_tree) {
    return {{"library", in_tree.library},
            {"constructors", in_tree.constructors},
            {"constructor_count", in_tree.constructor_count},
            {"code", in_tree.code},
            {"code_bytes", in_tree.code_bytes}};
}

bool in_tree_from_json(const json& from, InTree& in_tree, std::string& reason) {
    Reader reader(from, reason);
    reader.read("library", in_tree.library);
    reader.read("constructors", in_tree.constructors);
    reader.read("constructor_count", in_tree.constructor_count);
    reader.read("code", in_tree.code);
    reader.read("code_bytes", in_tree.code_bytes);
    return reader.ok();
}

json step_to_json(const Step& step) {
    return {{"model", step.model}, {"regime", step.regime}, {"iteration", step.iteration}};
}

bool step_from_json(const json& from, Step& step, std::string& reason) {
    Reader reader(from, reason);
    reader.read("model", step.model);
    reader.read("regime", step.regime);
    reader.read("iteration", step.iteration);
    return reader.ok();
}

json measure_to_json(const Measure& measure) {
    return {{"pairs", measure.pairs},
            {"first_pair", measure.first_pair},
            {"quads", measure.blocks.quads},
            {"runs_per_block", measure.blocks.runs},
            {"least_quads", measure.bounds.least_quads},
            {"most_quads", measure.bounds.most_quads},
            {"most_runs", measure.bounds.most_runs},
            {"budget_ms", measure.bounds.budget_ms},
            {"warm_up_runs", measure.warm_up_runs},
            {"samples", measure.samples},
            {"extra_work", measure.extra_work},
            {"pin", measure.pin},
            {"random_slots", measure.random_slots}};
}

bool measure_from_json(const json& from, Measure& measure, std::string& reason) {
    Reader reader(from, reason);
    reader.read("pairs", measure.pairs);
    reader.read("first_pair", measure.first_pair);
    reader.read("quads", measure.blocks.quads);
    reader.read("runs_per_block", measure.blocks.runs);
    reader.read("least_quads", measure.bounds.least_quads);
    reader.read("most_quads", measure.bounds.most_quads);
    reader.read("most_runs", measure.bounds.most_runs);
    reader.read("budget_ms", measure.bounds.budget_ms);
    reader.read("warm_up_runs", measure.warm_up_runs);
    reader.read("samples", measure.samples);
    reader.read("extra_work", measure.extra_work);
    reader.read("pin", measure.pin);
    reader.read("random_slots", measure.random_slots);
    return reader.ok();
}

json end_to_json(const ChildEnd& end) {
    return {
        {"kind", end.kind}, {"stage", end.stage}, {"signal", end.signal}, {"rule", end.rule}, {"detail", end.detail}};
}

bool end_from_json(const json& from, ChildEnd& end, std::string& reason) {
    Reader reader(from, reason);
    reader.read("kind", end.kind);
    reader.read("stage", end.stage);
    reader.read("signal", end.signal);
    reader.read("rule", end.rule);
    reader.read("detail", end.detail);
    return reader.ok();
}

json returned_to_json(const Returned& returned) {
    return {{"model", returned.model},
            {"regime", returned.regime},
            {"iteration", returned.iteration},
            {"offset", returned.offset},
            {"outputs", list(returned.outputs, tensor_to_json)},
            {"pair", returned.pair},
            {"candidate", returned.candidate},
            {"phase", static_cast<int>(returned.phase)}};
}

bool returned_from_json(const json& from, Returned& returned, std::string& reason) {
    Reader reader(from, reason);
    int phase = 0;
    reader.read("model", returned.model);
    reader.read("regime", returned.regime);
    reader.read("iteration", returned.iteration);
    reader.read("offset", returned.offset);
    reader.read_list("outputs", returned.outputs, tensor_from_json);
    reader.read("pair", returned.pair);
    reader.read("candidate", returned.candidate);
    reader.read("phase", phase);
    returned.phase = static_cast<Phase>(phase);
    return reader.ok();
}

json pair_to_json(const Pair& pair) {
    return {{"first_slot_candidate", pair.first_slot_candidate},
            {"first_mover_candidate", pair.first_mover_candidate},
            {"native_ns", pair.native_ns},
            {"candidate_ns", pair.candidate_ns},
            {"native_witness_ns", pair.native_witness_ns},
            {"candidate_witness_ns", pair.candidate_witness_ns},
            {"native_cpu_share", pair.native_cpu_share},
            {"candidate_cpu_share", pair.candidate_cpu_share},
            {"native_create_us", pair.native_create_us},
            {"candidate_create_us", pair.candidate_create_us},
            {"contents_ns", pair.contents_ns}};
}

bool pair_from_json(const json& from, Pair& pair, std::string& reason) {
    Reader reader(from, reason);
    reader.read("first_slot_candidate", pair.first_slot_candidate);
    reader.read("first_mover_candidate", pair.first_mover_candidate);
    reader.read("native_ns", pair.native_ns);
    reader.read("candidate_ns", pair.candidate_ns);
    reader.read("native_witness_ns", pair.native_witness_ns);
    reader.read("candidate_witness_ns", pair.candidate_witness_ns);
    reader.read("native_cpu_share", pair.native_cpu_share);
    reader.read("candidate_cpu_share", pair.candidate_cpu_share);
    reader.read("native_create_us", pair.native_create_us);
    reader.read("candidate_create_us", pair.candidate_create_us);
    reader.read_if_there("contents_ns", pair.contents_ns);
    return reader.ok();
}

json bandwidth_to_json(const Bandwidth& bandwidth) {
    return {{"working_set_bytes", bandwidth.working_set_bytes}, {"gb_s", bandwidth.gb_s}};
}

bool bandwidth_from_json(const json& from, Bandwidth& bandwidth, std::string& reason) {
    Reader reader(from, reason);
    reader.read("working_set_bytes", bandwidth.working_set_bytes);
    reader.read("gb_s", bandwidth.gb_s);
    return reader.ok();
}

json regime_to_json(const std::vector<Draw>& draws) {
    return list(draws, [](const Draw& draw) { return mkb::to_json(draw); });
}

bool regime_from_json(const json& from, std::vector<Draw>& draws, std::string& reason) {
    if (!from.is_array()) {
        reason = "a regime is not a list";
        return false;
    }
    for (const json& item : from) {
        Draw draw;
        if (!parse_draw(item, draw, reason)) {
            return false;
        }
        draws.push_back(std::move(draw));
    }
    return true;
}

} // namespace

nlohmann::json to_json(const Job& job) {
    return {{"version", job.version},
            {"mode", job.mode},
            {"models", job.models},
            {"plugin", job.plugin},
            {"in_tree", in_tree_to_json(job.in_tree)},
            {"candidate_models", job.candidate_models},
            {"node", job.node},
            {"form", job.form},
            {"may_emit", job.may_emit},
            {"op_type", job.op_type},
            {"op_operation", job.op_operation},
            {"bypass_geometry", job.bypass_geometry},
            {"stub", job.stub},
            {"trusted", job.trusted},
            {"native_entries", job.native_entries},
            {"native_code", list(job.native_code, code_to_json)},
            {"inputs", list(job.inputs, tensor_to_json)},
            {"outputs", list(job.outputs, tensor_to_json)},
            {"regimes", list(job.regimes, regime_to_json)},
            {"steps", list(job.steps, step_to_json)},
            {"measure", measure_to_json(job.measure)},
            {"seed", to_hex(job.seed)},
            {"threads", job.threads},
            {"core", job.core},
            {"run_limit_s", job.run_limit_s},
            {"memory_limit_mb", job.memory_limit_mb},
            {"output_limit_bytes", job.output_limit_bytes},
            {"launcher", job.launcher}};
}

bool from_json(const nlohmann::json& from, Job& job, std::string& reason) {
    if (!from.is_object()) {
        reason = "the job is not an object";
        return false;
    }
    Reader reader(from, reason);
    std::string seed;
    reader.read("version", job.version);
    reader.read("mode", job.mode);
    reader.read("models", job.models);
    reader.read("plugin", job.plugin);
    reader.read_object("in_tree", job.in_tree, in_tree_from_json);
    reader.read("candidate_models", job.candidate_models);
    reader.read("node", job.node);
    reader.read("form", job.form);
    reader.read("may_emit", job.may_emit);
    reader.read("op_type", job.op_type);
    reader.read("op_operation", job.op_operation);
    reader.read("bypass_geometry", job.bypass_geometry);
    reader.read("stub", job.stub);
    reader.read("trusted", job.trusted);
    reader.read("native_entries", job.native_entries);
    reader.read_list("native_code", job.native_code, code_from_json);
    reader.read_list("inputs", job.inputs, tensor_from_json);
    reader.read_list("outputs", job.outputs, tensor_from_json);
    reader.read_list("regimes", job.regimes, regime_from_json);
    reader.read_list("steps", job.steps, step_from_json);
    reader.read_object("measure", job.measure, measure_from_json);
    reader.read("seed", seed);
    reader.read("threads", job.threads);
    reader.read("core", job.core);
    reader.read("run_limit_s", job.run_limit_s);
    reader.read("memory_limit_mb", job.memory_limit_mb);
    reader.read("output_limit_bytes", job.output_limit_bytes);
    reader.read("launcher", job.launcher);
    if (reason.empty() && !parse_seed(seed, job.seed)) {
        reason = "'seed' is not 32 hexadecimal digits";
    }
    return reason.empty();
}

nlohmann::json to_json(const JobResult& result) {
    return {{"version", result.version},
            {"candidate", end_to_json(result.candidate)},
            {"native", end_to_json(result.native)},
            {"returned", list(result.returned, returned_to_json)},
            {"calls_per_run", result.calls_per_run},
            {"sequence", result.sequence},
            {"sequence_ns", result.sequence_ns},
            {"pairs", list(result.pairs, pair_to_json)},
            {"native_instructions", result.native_instructions},
            {"candidate_instructions", result.candidate_instructions},
            {"printed", result.printed},
            {"jail", result.jail},
            {"core", result.core},
            {"bandwidth", list(result.bandwidth, bandwidth_to_json)},
            {"peak_gflop_s", result.peak_gflop_s},
            {"wall_ms", result.wall_ms},
            {"quads", result.blocks.quads},
            {"runs_per_block", result.blocks.runs},
            {"others_busy_share", result.others_busy_share}};
}

bool from_json(const nlohmann::json& from, JobResult& result, std::string& reason) {
    if (!from.is_object()) {
        reason = "the result is not an object";
        return false;
    }
    Reader reader(from, reason);
    reader.read("version", result.version);
    reader.read_object("candidate", result.candidate, end_from_json);
    reader.read_object("native", result.native, end_from_json);
    reader.read_list("returned", result.returned, returned_from_json);
    reader.read("calls_per_run", result.calls_per_run);
    reader.read("sequence", result.sequence);
    reader.read_if_there("sequence_ns", result.sequence_ns);
    reader.read_list("pairs", result.pairs, pair_from_json);
    reader.read("native_instructions", result.native_instructions);
    reader.read("candidate_instructions", result.candidate_instructions);
    reader.read("printed", result.printed);
    reader.read("jail", result.jail);
    reader.read("core", result.core);
    reader.read_list("bandwidth", result.bandwidth, bandwidth_from_json);
    reader.read("peak_gflop_s", result.peak_gflop_s);
    reader.read("wall_ms", result.wall_ms);
    reader.read_if_there("quads", result.blocks.quads);
    reader.read_if_there("runs_per_block", result.blocks.runs);
    reader.read_if_there("others_busy_share", result.others_busy_share);
    return reason.empty();
}

} // namespace mkb::job
