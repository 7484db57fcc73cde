#pragma once
// A task: one ONNX operator at one size, as it stands in `tasks/<category>/<Operator>/<case>/`. A run only reads it.
// Every field of task.json is described in docs/task-format.md and in tasks/task.schema.json.
#include "base/result.h"
#include "task/draw.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mkb {

/// Which files a candidate brings and how it registers (paper section 1).
enum class Form : std::uint8_t { atomic, geometric, composite };
/// Whether the candidate sees what the framework's geometry computer emits, or the original operator
/// (docs/task-format.md).
enum class Geometry : std::uint8_t { native, bypass };
/// Element types of the ONNX model. The framework sees int64, int32 and boolean as int32.
enum class OnnxType : std::uint8_t { float32, int32, int64, boolean };

std::string_view name_of(Form form);
std::string_view name_of(Geometry geometry);
std::string_view name_of(OnnxType type);
ElementType element_type_in_framework(OnnxType type);

struct TensorSpec {
    std::string name;
    OnnxType type = OnnxType::float32;
    std::vector<std::int64_t> shape;
    std::int64_t elements() const;
    /// In the framework: 4 bytes an element, whatever the ONNX type.
    std::size_t size_bytes() const { return static_cast<std::size_t>(elements()) * 4; }
};

/// One distribution per input. The first regime of a task is the one that timed iterations draw from.
struct Regime {
    std::string name;
    std::vector<Draw> inputs; ///< in the order of Task::inputs
};

/// A constant operand whose bytes stand verbatim (little-endian float32) in both model files, so that it can be drawn
/// anew.
struct Parameter {
    std::string name;
    std::vector<std::int64_t> shape;
    Draw draw;
    std::size_t onnx_offset = 0;
    /// Of its equal pieces, in order: the converter cuts a grouped convolution's operands into one piece a group.
    std::vector<std::size_t> mnn_offsets;
    std::size_t size_bytes() const;
};

/// A constant operand that stays as it is: the converter folds it into others, or the operator's form fixes it.
struct FixedOperand {
    std::string name;
    std::vector<std::int64_t> shape;
};

/// docs/task-format.md, Tolerance: max|got - ref| <= relative_to_max * max(max|ref|, floor), per output and regime.
/// Integers and booleans compare exactly. `elementwise`, where set, is required too: |got - ref| <= elementwise * |ref|
/// + floor*1e-4.
struct Tolerance {
    double relative_to_max = 1e-4;
    double floor = 1e-30; ///< for references that are zero or denormal
    std::optional<double> elementwise;
    std::string why; ///< empty for the default
};

/// A wrong answer that the verifier must reject in at least one regime. `kind` and its arguments: docs/task-format.md.
struct NegativeControl {
    std::string kind;
    nlohmann::json arguments;
};

/// The framework's operator that the candidate replaces, e.g. {"UnaryOp", "ATAN"}; `operation` is empty where the type
/// says it all.
struct FrameworkOperator {
    std::string type;
    std::string operation;
};

/// Where the native kernel is known to differ from ONNX; no regime goes there.
struct Deviation {
    std::string when;
    std::string native; ///< what it does there
    /// Largest error as a share of the largest reference, or the share of elements that are wrong (whole numbers,
    /// infinities); nothing where native crashes.
    std::optional<double> error;
    std::vector<Draw> inputs; ///< contents that show it, in the order of Task::inputs; empty when none were written
};

/// A task whose native kernel misses the tolerance: it stays the timed baseline, and this stands beside it. Errors as
/// shares of the largest reference, times in microseconds on the host that curated the task.
struct Baseline {
    std::string why;
    double error = 0;
    double time_us = 0;
    std::string passing_setting;              ///< for people: "Winograd off"
    std::map<std::string, int> passing_hints; ///< of the session, by name
    double passing_error = 0;
    double passing_time_us = 0;
};

struct Task {
    std::string id;            ///< "<category>/<Operator>/<case>", e.g. "pooling/MaxPool/k3s2p1_64x56"
    std::string category;      ///< "unary" … "others", the twelve of paper section 1
    std::string operator_name; ///< ONNX operator, e.g. "MaxPool"
    std::string case_name;
    std::string summary; ///< one line for people: what is computed, at which size, on which path
    std::string path;    ///< the code path that sets it apart from the operator's other cases
    Form form = Form::atomic;
    std::vector<std::string>
        files;               ///< what a candidate brings, e.g. CPUPool.hpp, CPUPool.cpp; the last one is compiled
    std::string native_file; ///< the framework's own, relative to its tree: "source/backend/cpu/CPUPool.cpp"
    FrameworkOperator target;
    Geometry geometry = Geometry::native;
    int calls_per_run = 1; ///< atomic: of onExecute, in one runSession; geometric: of onCompute, in one creation of the
                           ///< session; composite: 1
    std::vector<std::string>
        sequence; ///< executed framework operators in one native run, e.g. {"Raster","Pooling","Raster"}
    std::vector<std::string>
        native_entries; ///< function-table entries that are the native kernel (docs/rules.md, native_entry)
    /// Framework operators that a geometric candidate's computer, or a composite candidate's graph, may be made of;
    /// empty for atomic.
    std::vector<std::string> may_emit;
    std::vector<std::string> converter_flags; ///< that model.mnn was made with, e.g. {"--useOriginRNNImpl"}
    nlohmann::json attributes;                ///< of the ONNX node
    std::vector<TensorSpec> inputs;
    std::vector<TensorSpec> outputs;
    std::vector<Regime> regimes;
    std::vector<Parameter> parameters;
    std::vector<FixedOperand> fixed;
    Tolerance tolerance;
    std::vector<NegativeControl> negative_controls;
    double roofline_bytes = 0;      ///< must be moved: inputs + outputs + parameters, at least once
    double roofline_operations = 0; ///< floating-point or integer operations of the direct algorithm
    int threads = 1;
    std::vector<Deviation> deviations;
    std::optional<Baseline> baseline; ///< only where native misses the tolerance
    std::filesystem::path folder;     ///< holds model.py, model.onnx, model.mnn, task.json
    std::string hash;                 ///< SHA-256 over the four files: a record says exactly what was judged
};

/// Reads one task folder. bad_input with the field's JSON path when task.json is not what docs/task-format.md says.
Result<Task> load_task(const std::filesystem::path& folder);
/// All tasks below `root`, sorted by id. An unreadable task is an error, not a gap.
Result<std::vector<Task>> load_tasks(const std::filesystem::path& root);
/// By id, by "<Operator>/<case>", by the beginning of either, or by operator; bad_input with the choice when several
/// are meant, with the nearest ids when none is.
Result<Task> find_task(const std::vector<Task>& tasks, std::string_view name);

/// model.onnx and model.mnn as they are, or with every parameter drawn anew from `seed`.
struct ModelPair {
    std::string onnx;
    std::string mnn;
};
Result<ModelPair> load_models(const Task& task, const std::optional<Seed>& parameters_seed);

} // namespace mkb
