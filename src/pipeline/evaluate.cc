#include "pipeline/evaluate.h"

#include "base/files.h"
#include "base/hash.h"
#include "pipeline/counting.h"
#include "pipeline/expansion.h"
#include "pipeline/measurement.h"
#include "pipeline/verification.h"

#include <algorithm>
#include <chrono>
#include <future>

namespace mkb {

namespace {

constexpr int kTries = 3; ///< for transient trouble of a device

class Evaluation {
public:
    Evaluation(Judge& judge, const Task& task, const LoadedCandidate& loaded, const EvaluateOptions& options)
        : judge_(judge), task_(task), loaded_(loaded), options_(options), seed_(options.seed.value_or(secret_seed())) {}

    Result<Judgement> judge() {
        MKB_DO(identify());
        keep_sources();
        if (!loaded_.extraction.complete() && !options_.native_twice) {
            return finish(NoSource{.why = loaded_.extraction.why_not});
        }
        // The oracle works while the compiler does.
        auto plan = std::async(std::launch::async,
                               [this] { return plan_verification(judge_, task_, seed_, options_.seed.has_value()); });
        if (!options_.native_twice) {
            MKB_TRY(fault, build());
            if (fault) {
                return finish(std::move(*fault));
            }
        }
        MKB_TRY(references, plan.get());
        note_stage("oracle", references.oracle_ms);
        if (built_ && built_->as == Built::As::transform) {
            MKB_TRY(fault, expand(references.secret.onnx));
            if (fault) {
                return finish(std::move(*fault));
            }
        }
        MKB_TRY(fault, verify(references));
        if (fault) {
            return finish(std::move(*fault));
        }
        return measure();
    }

private:
    Result<void> identify() {
        MKB_TRY(framework, judge_.framework().facts());
        MKB_TRY(device, judge_.device().facts());
        MKB_TRY(key, evaluation_key(judge_, task_, loaded_, options_));
        Record& record = judgement_.record;
        record.id = new_record_id();
        record.key = key;
        record.created = utc_now_rfc3339();
        record.tool_version = MKB_VERSION;
        record.task_id = task_.id;
        record.task_hash = task_.hash;
        record.category = task_.category;
        record.operator_name = task_.operator_name;
        record.form = name_of(task_.form);
        record.label = options_.label;
        record.method = options_.method;
        record.model = options_.model;
        record.sample = options_.sample;
        record.candidate_hash = loaded_.candidate.hash();
        record.origin = loaded_.candidate.origin;
        record.framework = framework;
        record.device = device;
        record.build = name_of(options_.way);
        record.profile = options_.profile.name;
        record.settings = {{"profile", to_json(options_.profile)},
                           {"trusted", options_.trusted},
                           {"extra_work", options_.extra_work},
                           {"native_twice", options_.native_twice},
                           {"count_instructions", options_.count_instructions},
                           {"cool_down_s", std::chrono::duration<double>(judge_.cooling().most).count()},
                           {"oracle", "onnxruntime " + oracle_version()}};
        if (const std::string cores = judge_.device().cores(); !cores.empty()) {
            record.settings["cores"] = cores;
        }
        record.seed = to_hex(seed_);
        return {};
    }

    std::string keep(const char* kind, std::string content) {
        std::string hash = sha256_hex(content);
        judgement_.artifacts.emplace_back(kind, std::move(content));
        return hash;
    }

    void keep_sources() {
        Record& record = judgement_.record;
        for (const SourceFile& source : loaded_.candidate.sources) {
            record.source_artifacts[source.name] = keep("source", source.text);
        }
        if (!loaded_.candidate.answer.empty()) {
            record.answer_artifact = keep("answer", loaded_.candidate.answer);
        }
    }

    void note_stage(const char* name, double wall_ms, double cpu_ms = 0) {
        judgement_.record.stages.push_back({.name = name, .wall_ms = wall_ms, .cpu_ms = cpu_ms});
    }

    /// For the device's own target, then for the others. Failing to build for any of them counts before everything that
    /// a finished plug-in can be refused for.
    Result<std::optional<Outcome>> build() {
        MKB_TRY(folder, TempDir::make("mkb-build"));
        folder_ = std::move(folder);
        std::vector<Framework*> frameworks = judge_.also();
        frameworks.insert(frameworks.begin(), &judge_.framework());
        std::string log;
        std::optional<Outcome> fault;
        for (Framework* framework : frameworks) {
            MKB_TRY(found, build_for(*framework, log));
            const bool failed = found && std::holds_alternative<BuildFailed>(*found);
            if (!fault || failed) {
                fault = std::move(found);
            }
            if (failed) {
                break;
            }
            judgement_.record.targets.emplace_back(name_of(framework->target()));
        }
        if (!log.empty()) {
            judgement_.record.build_log_artifact = keep("log", std::move(log));
        }
        return fault;
    }

    Result<std::optional<Outcome>> build_for(Framework& framework, std::string& log) {
        const bool own = &framework == &judge_.framework();
        const std::string target(name_of(framework.target()));
        MKB_TRY(built, framework.build(task_, loaded_.candidate, own ? folder_->path() : folder_->path() / target,
                                       {.way = options_.way, .trusted = options_.trusted}));
        for (StageTime& stage : built.stages) {
            stage.name += own ? "" : " " + target;
            judgement_.record.stages.push_back(std::move(stage));
        }
        if (own) {
            isolation_.push_back("compiler " + built.isolation);
        }
        if (!built.log.empty()) {
            log += own ? built.log : fmt::format("{}target {}:\n{}", log.empty() ? "" : "\n", target, built.log);
        }
        if (auto* outcome = std::get_if<Outcome>(&built.result)) {
            return std::optional(own ? std::move(*outcome) : for_target(std::move(*outcome), target));
        }
        if (own) {
            built_ = std::get<Built>(std::move(built.result));
        }
        return std::optional<Outcome>();
    }

    /// A building's outcome, saying for which target.
    static Outcome for_target(Outcome outcome, const std::string& target) {
        if (auto* failed = std::get_if<BuildFailed>(&outcome)) {
            failed->target = target;
        } else if (auto* refused = std::get_if<LoadFailed>(&outcome)) {
            refused->why = fmt::format("built for {}: {}", target, refused->why);
        }
        return outcome;
    }

    /// `secret_onnx`: with the parameters of verification, or "" where the task has none.
    Result<std::optional<Outcome>> expand(const std::string& secret_onnx) {
        MKB_TRY(models, load_models(task_, std::nullopt));
        MKB_TRY(own, expand_candidate(judge_, task_, *built_, seed_, models.onnx));
        double wall_ms = own.wall_ms;
        expansion_jail_ = std::move(own.jail);
        note_isolation(*expansion_jail_);
        Record& record = judgement_.record;
        if (!own.printed.empty()) {
            record.run_log_artifact = keep("log", own.printed);
        }
        if (!own.graph.empty()) {
            record.graph =
                ExpandedGraph{.operators = own.operators, .executed = "", .model_artifact = keep("graph", own.graph)};
        }
        std::optional<Outcome> fault = std::move(own.fault);
        built_->graph = std::move(own.graph);
        if (!fault && !secret_onnx.empty()) {
            MKB_TRY(secret, expand_candidate(judge_, task_, *built_, seed_, secret_onnx));
            wall_ms += secret.wall_ms;
            fault = std::move(secret.fault);
            built_->secret_graph = std::move(secret.graph);
        }
        note_stage("expand", wall_ms);
        return fault;
    }

    Result<std::optional<Outcome>> verify(const VerificationPlan& plan) {
        MKB_TRY(verified, verify_candidate(judge_, task_, built_, seed_, plan, options_.trusted));
        note_stage("verify", verified.wall_ms + verified.compare_ms);
        Record& record = judgement_.record;
        record.regime_errors = verified.errors;
        note_isolation(verified.job.jail);
        note_operators(verified.job);
        if (record.graph) {
            record.graph->executed = fmt::format("{}", fmt::join(verified.job.sequence, " "));
        }
        if (!verified.job.printed.empty() && record.run_log_artifact.empty()) {
            record.run_log_artifact = keep("log", verified.job.printed);
        }
        return std::move(verified.fault);
    }

    void note_operators(const job::JobResult& result) {
        Record& record = judgement_.record;
        const std::size_t timed = record.device.emulated ? 0 : result.sequence_ns.size();
        for (std::size_t i = 0; i < std::min(timed, result.sequence.size()); ++i) {
            record.operators.push_back(
                {.type = result.sequence[i], .us = static_cast<double>(result.sequence_ns[i]) / 1000});
        }
    }

    /// "full" when every layer of docs/jail.md is in force, for the compiler and the candidate; else what is missing.
    void note_isolation(const std::vector<std::string>& layers) {
        std::string missing;
        const auto in_force = [&](std::string_view layer) { return std::ranges::find(layers, layer) != layers.end(); };
        for (const char* layer : {"no_new_privs", "landlock", "rlimits", "seccomp"}) {
            // A composite candidate's own code ran where it was expanded: on this host.
            const bool expanded =
                !expansion_jail_ || std::ranges::find(*expansion_jail_, layer) != expansion_jail_->end();
            if (!in_force(layer) || !expanded) {
                const bool emulated = expanded && layer == std::string_view("seccomp") && in_force("emulator");
                missing += (missing.empty() ? "" : ", ") +
                           std::string(emulated ? "seccomp of its own: the emulator filters its system calls" : layer);
            }
        }
        const bool compiler_full = isolation_.empty() || isolation_.front() == "compiler full";
        if (!compiler_full) {
            missing += (missing.empty() ? "" : ", ") + isolation_.front();
        }
        judgement_.record.device.isolation = missing.empty() ? "full" : "partial (without " + missing + ")";
    }

    Result<Judgement> measure() {
        // Times of an emulated device are nobody's. What a timed run would show besides, counting shows.
        const bool emulated = judgement_.record.device.emulated;
        if (options_.count_instructions || (options_.profile.measure && emulated)) {
            MKB_TRY(fault, count());
            if (fault) {
                return finish(std::move(*fault));
            }
        }
        if (!options_.profile.measure || emulated) {
            return finish(Correct{.measured = false});
        }
        // All of it: the runs on the device, the gate before them, and the oracle on the outputs of timed runs.
        const auto start = std::chrono::steady_clock::now();
        MKB_TRY(measured, measure_candidate(judge_, task_, built_, seed_, options_));
        const std::chrono::duration<double, std::milli> all = std::chrono::steady_clock::now() - start;
        if (measured.spoiled_ms > 0) {
            note_stage("spoiled", measured.spoiled_ms);
        }
        note_stage("measure", all.count() - measured.spoiled_ms);
        Record& record = judgement_.record;
        std::ranges::copy(measured.flags, std::back_inserter(record.flags));
        if (record.graph) {
            record.flags.emplace_back(
                "of the converter's clean-up, which native's model had, the expanded graph had the "
                "changes of layout only (docs/measurement.md)");
        }
        if (!measured.samples.empty()) {
            measured.facts.samples_artifact = keep("samples", measured.samples);
            record.measurement = measured.facts;
        }
        if (measured.fault) {
            return finish(std::move(*measured.fault));
        }
        return finish(measured.correct);
    }

    Result<std::optional<Outcome>> count() {
        MKB_TRY(counted, count_candidate(judge_, task_, built_, seed_, options_));
        note_stage("count", counted.wall_ms);
        judgement_.record.instructions = std::move(counted.counts);
        return std::move(counted.fault);
    }

    Result<Judgement> finish(Outcome outcome) {
        judgement_.record.outcome = std::move(outcome);
        return std::move(judgement_);
    }

    Judge& judge_;
    const Task& task_;
    const LoadedCandidate& loaded_;
    const EvaluateOptions& options_;
    Seed seed_;
    Judgement judgement_;
    std::optional<TempDir> folder_;
    std::optional<Built> built_;
    std::vector<std::string> isolation_;
    std::optional<std::vector<std::string>> expansion_jail_;
};

} // namespace

std::string evaluation_key(const KeyPlace& place, const Task& task, const LoadedCandidate& loaded,
                           const EvaluateOptions& options) {
    nlohmann::json identity{{"task", task.hash},
                            {"candidate", loaded.candidate.hash()},
                            {"answer", sha256_hex(loaded.candidate.answer)},
                            {"label", options.label},
                            {"method", options.method},
                            {"model", options.model},
                            {"sample", options.sample},
                            {"profile", to_json(options.profile)},
                            {"framework", place.framework},
                            {"also", place.also},
                            {"count_instructions", options.count_instructions},
                            {"device", place.device},
                            {"build", name_of(options.way)},
                            {"trusted", options.trusted},
                            {"extra_work", options.extra_work},
                            {"native_twice", options.native_twice}};
    // Only what was asked for, so that keys of earlier runs stay what they are.
    if (!place.cores.empty()) {
        identity["cores"] = place.cores;
    }
    if (options.seed) {
        identity["seed"] = to_hex(*options.seed);
    }
    if (options.core >= 0) {
        identity["core"] = options.core;
    }
    return sha256_hex(identity.dump());
}

Result<std::string> evaluation_key(Judge& judge, const Task& task, const LoadedCandidate& loaded,
                                   const EvaluateOptions& options) {
    MKB_TRY(framework, judge.framework().facts());
    KeyPlace place{
        .framework = framework.build_key, .also = {}, .device = judge.device().name(), .cores = judge.device().cores()};
    for (Framework* other : judge.also()) {
        MKB_TRY(facts, other->facts());
        place.also.push_back(facts.build_key);
    }
    return evaluation_key(place, task, loaded, options);
}

Result<Judgement> evaluate(Judge& judge, const Task& task, const LoadedCandidate& loaded,
                           const EvaluateOptions& options) {
    for (int attempt = 1;; ++attempt) {
        auto judgement = Evaluation(judge, task, loaded, options).judge();
        if (judgement || judgement.error().kind != ErrorKind::transient || attempt == kTries) {
            return judgement;
        }
    }
}

} // namespace mkb
