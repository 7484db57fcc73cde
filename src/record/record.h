#pragma once
// A record: all that anyone after a judgement may see. Every figure shown anywhere can be recomputed from records
// alone.
#include "record/outcome.h"

#include <map>
#include <string>
#include <vector>

namespace mkb {

constexpr int kRecordSchema = 2; ///< 2: targets, instructions

struct StageTime {
    /// build, audit (of another target: "build aarch64"), oracle, expand, verify, count, spoiled, measure
    std::string name;
    double wall_ms = 0;
    double cpu_ms = 0; ///< of build and audit; 0: nobody took it
};

struct FrameworkFacts {
    std::string name;      ///< "mnn"
    std::string version;   ///< "3.6.1"
    std::string source;    ///< "mnn-sys 0.2.0" or "MNN_SOURCE"
    std::string build_key; ///< hash of sources, compiler and flags
    std::string compiler;
};

struct DeviceFacts {
    std::string name;      ///< "local"
    std::string cpu;       ///< model name
    std::string target;    ///< "host", "aarch64"
    std::string isolation; ///< "full" or "partial (what is missing)"
    bool emulated = false;
};

/// Result of one regime of verification, kept for correct candidates too: how near to the limit they came.
struct RegimeError {
    std::string regime;
    std::string output;
    double error = 0; ///< max|got - ref| / max|ref|; 0 for exact outputs that agree
};

/// The timed pairs of fresh processes. Raw samples are an artifact (CBOR, docs/record-format.md).
struct MeasurementFacts {
    std::vector<double> pair_ratios;         ///< native / candidate by the child's clock, one per pair
    std::vector<double> pair_ratios_witness; ///< the same by the supervisor's clock
    std::vector<double> native_us;           ///< median per pair
    std::vector<double> candidate_us;
    int iterations_per_side = 0; ///< timed, over all pairs
    int core = -1;
    /// Of all cores, 0…1, our own part left out: while the first pairs were timed; where these were spoiled, after the
    /// wait for quiet.
    double idle_share_before = 1;
    bool quiet = true; ///< so much was idle as docs/measurement.md, step 4, asks for
    // Of the device; 0 where it does not show it.
    double temperature_c = 0; ///< before timing, as the next three
    double frequency_mhz = 0;
    double frequency_limit = 0; ///< what its cores may reach, as a share of what they could, 0…1
    double battery_percent = 0;
    double temperature_after_c = 0;
    double cooled_s = 0;           ///< waited until it was cool
    double others_busy_share = -1; ///< what other programs kept busy while it was timed, of all cores, 0…1; -1: unknown
    std::string samples_artifact;  ///< hash in the store
    double resize_us = 0; ///< creation of the candidate's session, onResize included, median: work moved there shows
    double native_resize_us = 0;
};

/// Composite form: what the candidate's transform made of the task's node, with the task's own parameters.
struct ExpandedGraph {
    std::string operators;      ///< "BinaryOp MUL BinaryOp ADD ReLU6"
    std::string executed;       ///< framework operators of one run of it: "BinaryOp BinaryOp ReLU6"
    std::string model_artifact; ///< hash in the store: the model file
};

/// One operator in a run of the candidate's session.
struct OperatorTime {
    std::string type; ///< the framework's: "Raster", "UnaryOp"
    double us = 0;    ///< the least of a few runs in verification; told by the candidate's process, so no verdict
};

/// Cost where times are worth nothing: instructions of one run of the session, on the same contents for both.
/// Repeatable, but no time, so it enters no score.
struct InstructionCounts {
    std::int64_t native = 0; ///< median of the counted runs
    std::int64_t candidate = 0;
    std::string how; ///< who counted: "QEMU 7.2.22, plug-in"
};

struct Record {
    int schema = kRecordSchema;
    std::string id;  ///< 26 characters, sorts by time
    std::string key; ///< what was judged under which settings; an evaluation with this key is never made twice in a run
    std::string created; ///< UTC, RFC 3339
    std::string tool_version;
    std::string task_id, task_hash, category, operator_name, form;
    std::string label;                      ///< the user's name for the candidate, e.g. the example's
    std::string method = "evaluate", model; ///< who made the candidate; used by score and report
    int sample = 0;                         ///< of pass@k
    std::string candidate_hash, origin;
    std::map<std::string, std::string> source_artifacts; ///< file name → hash
    std::string answer_artifact, build_log_artifact, run_log_artifact;
    FrameworkFacts framework;
    DeviceFacts device;
    std::string build = "plugin";
    std::vector<std::string> targets; ///< it was built for these, the device's own first; empty where nothing was built
    std::string profile;              ///< "standard", "short", …: numbers of pairs, blocks and runs are in `settings`
    nlohmann::json settings;
    std::string seed; ///< of this judgement, shown after the fact for replay
    Outcome outcome = NoSource{};
    std::vector<RegimeError> regime_errors;
    std::optional<MeasurementFacts> measurement;
    std::optional<ExpandedGraph> graph;
    std::optional<InstructionCounts> instructions;
    std::vector<OperatorTime> operators; ///< in order of execution; empty where times are emulated, or not verified
    std::vector<StageTime> stages;
    std::vector<std::string> flags; ///< for a look: "below the roofline: …", "the device was not quiet: …"
};

/// How the flag begins of a time in which this device could not even have moved the task's bytes: the kernel did not
/// do its work, or a clock is wrong. Such a record's time enters no score.
constexpr std::string_view kBelowRoofline = "below the roofline";
bool below_roofline(const Record& record);

nlohmann::json to_json(const Record& record);
/// bad content gives a one-line reason instead of a record; older schemas are migrated here.
std::variant<Record, std::string> record_from_json(const nlohmann::json& json);

/// New id: time in milliseconds and 80 random bits in Crockford's base 32.
std::string new_record_id();
std::string utc_now_rfc3339();

} // namespace mkb
