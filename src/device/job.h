#pragma once
// What the host asks of the runner, and what comes back. The runner returns bytes and times, never a verdict.
// Shared by host and runner; on the wire: job.json beside the runner, result.cbor and outputs.bin from it.
#include "device/blocks.h"
#include "task/draw.h"

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mkb::job {

struct Tensor {
    std::string name;
    ElementType type = ElementType::float32;
    std::vector<std::int64_t> shape;
};

/// Addresses in libMNN that are the native kernel: overwritten with traps in the candidate's process (docs/rules.md,
/// native_code).
struct CodeRange {
    std::uint64_t offset = 0; ///< virtual address in the library file
    std::uint64_t size = 0;
    std::string name; ///< of the function, for evidence
};

/// The framework's library with the candidate inside, which both children load in place of the plain one, so that they
/// differ in dispatch only. Offsets are virtual addresses in the library file.
struct InTree {
    std::string library;            ///< file name beside the runner; empty: there is none
    std::uint64_t constructors = 0; ///< table of the candidate's constructors, which run at the load stage, in the jail
    std::uint64_t constructor_count = 0;
    std::uint64_t code = 0; ///< the candidate's functions
    std::uint64_t code_bytes = 0;
};

/// One run in verification: which model, which stream.
struct Step {
    std::uint32_t model = 0; ///< 0: models[0] (the task's parameters), 1: models[1] (secret parameters)
    std::uint32_t regime = 0;
    std::uint64_t iteration = 0;
};

struct Measure {
    int pairs = 20;
    int first_pair = 0; ///< number of the first one: a job that goes on where another ended repeats no contents
    Blocks blocks{.quads = 0,
                  .runs = 0}; ///< 0 quadruples: what the first pair's warm-up takes decides, within `bounds`
    BlockBounds bounds;
    int warm_up_runs = 1;
    int samples = 20; ///< timed iterations of the candidate, drawn at random over all pairs, whose outputs come back
    double extra_work =
        0;           ///< the second child does this share more real work (self-test A/B); needs a job without candidate
    bool pin = true; ///< supervisor and children on one core; off only to show what it is worth (bench/measurement)
    bool random_slots = true; ///< which process is started first is drawn per pair; off only for the same comparison
};

struct Job {
    int version = 1;
    std::string mode;                ///< "verify", "measure", "count", "calibrate", "expand", "inspect"
    std::vector<std::string> models; ///< file names beside the runner
    std::string plugin;              ///< file name; empty: no plug-in
    InTree in_tree;                  ///< the other way to bring a candidate's code; never both
    /// Composite: the candidate's graphs, in the place of `models` and as many; there is no plug-in then. For
    /// "inspect": the one graph to be looked at.
    std::vector<std::string> candidate_models;
    std::string node;                  ///< expand: file with the ONNX node that the plug-in turns into a graph
    std::string form = "atomic";       ///< name_of(Task::form)
    std::vector<std::string> may_emit; ///< Task::may_emit
    std::string op_type;               ///< e.g. "UnaryOp"
    std::string op_operation;          ///< e.g. "ATAN", or empty
    bool bypass_geometry = false;
    bool stub = false;    ///< a kernel of the runner's own, which does nothing, in the place of an atomic candidate's
    bool trusted = false; ///< guard and traps off: MNN's own file as candidate, never for a model's answer
    std::vector<std::string> native_entries;
    std::vector<CodeRange> native_code;
    std::vector<Tensor> inputs, outputs;
    std::vector<std::vector<Draw>> regimes; ///< [regime][input]
    std::vector<Step> steps;                ///< verify
    Measure measure;                        ///< measure
    Seed seed;
    int threads = 1;
    int core = -1;           ///< -1: the runner chooses
    double run_limit_s = 10; ///< one runSession, one load, one creation
    double memory_limit_mb = 2048;
    std::size_t output_limit_bytes = 64U << 10; ///< of what a child prints
    std::vector<std::string>
        launcher; ///< Device::launcher(): starts the children, in front of the runner's own name; takes -E NAME=VALUE
    /// Whether a candidate's own code runs beside the native kernel's.
    bool has_code() const { return !plugin.empty() || !in_tree.library.empty(); }
    /// Else native runs in both children (A/A).
    bool has_candidate() const { return has_code() || !candidate_models.empty(); }
};

nlohmann::json to_json(const Job& job);
bool from_json(const nlohmann::json& json, Job& job, std::string& reason);

/// How a child ended, if it did not live to the end of its work.
struct ChildEnd {
    /// "", "crashed", "timed_out", "load_failed", "never_called", "cheated", "world" (not the kernel's fault), or
    /// "blames_world": the child reports trouble that would not be the kernel's fault, but candidate code has been in
    /// it and may have written that itself. To be believed only if it comes without the candidate as well.
    std::string kind = {};
    std::string stage = {}; ///< load, create, resize, execute
    int signal = 0;
    std::string rule = {};   ///< for "cheated"; for "blames_world" the rule that the candidate broke if it is not true
    std::string detail = {}; ///< where, why, evidence
};

/// Output tensors of one run, concatenated in outputs.bin from `offset` on in the order of Job::outputs.
struct Returned {
    std::uint32_t model = 0, regime = 0;
    std::uint64_t iteration = 0;
    std::uint64_t offset = 0;
    std::vector<Tensor> outputs = {}; ///< as the session had them; may differ from what was asked
    std::uint32_t pair = 0;           ///< measure
    bool candidate = true;
    Phase phase = Phase::verification;
};

struct Pair {
    int first_slot_candidate = 0; ///< 1: the candidate's process was started first
    int first_mover_candidate = 0;
    std::vector<std::uint32_t> native_ns, candidate_ns;                 ///< child's clock, in order of execution
    std::vector<std::uint32_t> native_witness_ns, candidate_witness_ns; ///< supervisor's clock around the hand-over
    double native_cpu_share = 0, candidate_cpu_share = 0;               ///< process CPU time / wall time while timed
    double native_create_us = 0, candidate_create_us = 0;               ///< session creation, resize included
    std::uint64_t contents_ns = 0; ///< drawing the inputs of the timed iterations, both sides; 0 in older samples
};

/// Bytes read and written per second by a copy loop over a working set of that size.
struct Bandwidth {
    std::uint64_t working_set_bytes = 0;
    double gb_s = 0;
};

struct JobResult {
    int version = 1;
    ChildEnd candidate, native;
    std::vector<Returned> returned;
    std::vector<int> calls_per_run;         ///< of the candidate, in each verification step
    std::vector<std::string> sequence;      ///< executed operators of one run of the candidate's session
    std::vector<std::uint64_t> sequence_ns; ///< what each of them took, the least of a few runs; the candidate's word
    std::vector<Pair> pairs;
    Blocks blocks{.quads = 0, .runs = 0};                                   ///< measure: of each pair
    std::vector<std::uint64_t> native_instructions, candidate_instructions; ///< count: of each counted runSession
    std::string printed;                                                    ///< by the candidate, capped
    std::vector<std::string> jail; ///< layers in force in the candidate's process: "seccomp", "landlock", "uid", …
    int core = -1;
    std::vector<Bandwidth> bandwidth; ///< calibrate
    double peak_gflop_s = 0;          ///< calibrate: fused multiply-adds, two operations each
    double wall_ms = 0;
    /// measure: of all cores together, what other programs kept busy while it ran, 0…1; -1: nobody can tell
    double others_busy_share = -1;
};

nlohmann::json to_json(const JobResult& result);
bool from_json(const nlohmann::json& json, JobResult& result, std::string& reason);

} // namespace mkb::job
