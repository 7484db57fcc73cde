#include "framework/mnn/reading.h"

#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string_view>

namespace mkb::mnn {

namespace fs = std::filesystem;

namespace {

using Cut = ReadingPart::Cut;

/// A kernel of the framework that may serve as a worked example, and the ONNX operators that it computes: for these it
/// is the native kernel, or so near to it that showing it would give the task away.
struct Example {
    const char* stem; ///< of its files below source/
    const char* of;
    std::array<std::string_view, 4> operators;
};

// Short ones, each with something that the categories it serves have to get right.
constexpr Example kScale = {
    "backend/cpu/CPUScale", "Scale: packed layout, constants at creation, threads", {"BatchNormalization"}};
constexpr Example kSelect = {"backend/cpu/CPUSelect", "Select: plain layout, operands of one element", {"Where"}};
constexpr Example kTopK = {"backend/cpu/CPUTopKV2", "TopKV2: along the last axis, two outputs", {"TopK"}};
constexpr Example kPool = {"backend/cpu/CPUPool",
                           "Pooling: packed layout, windows and borders",
                           {"MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool"}};
constexpr Example kArgMax = {"backend/cpu/CPUArgMax", "ArgMax: along any axis", {"ArgMax", "ArgMin"}};
constexpr Example kDet = {"backend/cpu/CPUDet", "Det: scratch memory, a matrix for each thread", {"Det"}};
constexpr Example kSpaceToBatch = {"geometry/GeometrySpaceToBatchND", "SpaceToBatchND: regions with strides", {}};
constexpr Example kPermute = {"geometry/GeometryPermute", "Permute: one region for a change of axes", {"Transpose"}};
constexpr Example kCosine = {
    "geometry/GeometryCosineSimilarity", "CosineSimilarity: commands and tensors between them", {}};
constexpr Example kCumSum = {"geometry/GeometryCumSum", "CumSum: a loop", {"CumSum"}};

std::vector<Example> atomic_examples(const Task& task) {
    static const std::map<std::string_view, std::vector<Example>> kByCategory = {
        {"pooling", {kScale, kSelect}},
        {"convolution", {kPool, kScale}},
        {"matrix", {kTopK, kDet, kSelect}},
        {"reduction", {kArgMax, kTopK, kSelect}},
        {"normalization", {kScale, kTopK, kSelect}},
        {"others", {kPool, kScale, kSelect}},
    };
    const auto found = kByCategory.find(task.category);
    return found != kByCategory.end() ? found->second : std::vector<Example>{kScale, kSelect, kTopK};
}

std::vector<Example> geometric_examples(const Task& task) {
    const auto emits = [&](std::string_view what) {
        return std::ranges::find(task.may_emit, what) != task.may_emit.end();
    };
    // Where only regions may be emitted, an example of commands teaches nothing.
    if (emits("While")) {
        return {kCumSum, kCosine, kSpaceToBatch};
    }
    return task.may_emit.size() > 1 ? std::vector<Example>{kCosine, kSpaceToBatch, kPermute}
                                    : std::vector<Example>{kPermute, kSpaceToBatch};
}

/// Our own kernels for the composite form, for a tree without the converter.
constexpr Example kOwnComposite[] = {
    {"hardsigmoid_clipped/OnnxHardSigmoid", "HardSigmoid: attributes, scalars, a clipped line", {"HardSigmoid"}},
    {"reducel2_axes/OnnxReduceL2", "ReduceL2: axes as a constant operand", {"ReduceL2", "ReduceL1", "ReduceLogSumExp"}},
    {"instancenorm_plain/OnnxInstanceNormalization",
     "InstanceNormalization: shapes, several operands",
     {"InstanceNormalization"}},
};
/// The converter's, where the tree has it.
constexpr const char* kTransforms = "tools/converter/source/optimizer/onnxextra/";
constexpr Example kComposite[] = {
    {"OnnxHardSigmoid", "HardSigmoid: attributes, scalars, a clipped line", {"HardSigmoid"}},
    {"OnnxGemm", "Gemm: attributes, optional operands", {"Gemm"}},
};

ReadingPart part(const fs::path& root, std::string file, Cut cut, std::vector<std::string> names, std::string why) {
    return {.root = root, .file = std::move(file), .cut = cut, .names = std::move(names), .why = std::move(why)};
}

bool serves(const Example& example, const Task& task) {
    const fs::path native = fs::path(task.native_file).stem();
    return std::ranges::find(example.operators, task.operator_name) == example.operators.end() &&
           fs::path(example.stem).filename() != native;
}

std::vector<WorkedExample> examples_below(std::span<const Example> choice, const Task& task, const fs::path& root,
                                          const std::string& folder) {
    std::vector<WorkedExample> examples;
    for (const Example& each : choice) {
        if (!serves(each, task)) {
            continue;
        }
        WorkedExample example{.of = each.of, .files = {}};
        for (const char* extension : {".hpp", ".cpp"}) {
            const std::string file = folder + each.stem + extension;
            std::error_code error;
            if (fs::exists(root / file, error)) {
                example.files.push_back(part(root, file, Cut::whole, {}, each.of));
            }
        }
        if (!example.files.empty()) {
            examples.push_back(std::move(example));
        }
    }
    return examples;
}

/// The class of the schema that holds an operator's attributes, and the enumerations that its fields have.
std::vector<ReadingPart> schema_of(const std::string& type, const fs::path& root) {
    struct Parameters {
        const char* file;
        std::vector<std::string> names;
    };
    static const std::map<std::string_view, Parameters> kParameters = {
        {"ArgMax", {"CaffeOp", {"ArgMax"}}},
        {"ArgMin", {"CaffeOp", {"ArgMax"}}},
        {"BinaryOp", {"TensorflowOp", {"BinaryOp", "BinaryOpOperation"}}},
        {"Convolution", {"CaffeOp", {"Convolution2D", "Convolution2DCommon", "PadMode"}}},
        {"ConvolutionDepthwise", {"CaffeOp", {"Convolution2D", "Convolution2DCommon", "PadMode"}}},
        {"Deconvolution", {"CaffeOp", {"Convolution2D", "Convolution2DCommon", "PadMode"}}},
        {"DeconvolutionDepthwise", {"CaffeOp", {"Convolution2D", "Convolution2DCommon", "PadMode"}}},
        {"Interp", {"CaffeOp", {"Interp", "CoordinateTransformationMode"}}},
        {"LayerNorm", {"TensorflowOp", {"LayerNorm"}}},
        {"MatMul", {"TensorflowOp", {"MatMul"}}},
        {"BatchMatMul", {"TensorflowOp", {"BatchMatMulParam"}}},
        {"Pooling", {"CaffeOp", {"Pool", "PoolType", "PoolPadType", "AvgPoolCountType"}}},
        {"Pooling3D", {"CaffeOp", {"Pool3D", "PoolType", "PoolPadType"}}},
        {"ROIAlign", {"CaffeOp", {"RoiParameters", "PoolType"}}},
        {"Reduction", {"TensorflowOp", {"ReductionParam", "ReductionType"}}},
        {"ReLU", {"CaffeOp", {"Relu"}}},
        {"Scale", {"CaffeOp", {"Scale"}}},
        {"Softmax", {"CaffeOp", {"Axis"}}},
        {"Stft", {"MNN", {"StftParam"}}},
        {"TopKV2", {"TensorflowOp", {"TopKV2"}}},
        {"UnaryOp", {"TensorflowOp", {"UnaryOp", "UnaryOpOperation"}}},
        {"Concat", {"CaffeOp", {"Axis"}}},
        {"CumSum", {"CaffeOp", {"CumSum"}}},
        {"DepthToSpace", {"TensorflowOp", {"DepthSpaceParam", "DepthToSpaceMode"}}},
        {"ELU", {"CaffeOp", {"ELU"}}},
        {"GatherV2", {"TensorflowOp", {"GatherV2"}}},
        {"GatherElements", {"CaffeOp", {"Axis"}}},
        {"LSTM", {"CaffeOp", {"LSTM"}}},
        {"RNN", {"CaffeOp", {"LSTM"}}},
        {"Padding", {"TensorflowOp", {"PadParam", "PadValueMode"}}},
        {"Permute", {"CaffeOp", {"Permute"}}},
        {"Reshape", {"CaffeOp", {"Reshape"}}},
        {"Flatten", {"CaffeOp", {"Flatten"}}},
        {"ScatterElements", {"CaffeOp", {"Axis"}}},
        {"Slice", {"CaffeOp", {"Slice"}}},
        {"Squeeze", {"TensorflowOp", {"SqueezeParam"}}},
        {"StridedSlice", {"TensorflowOp", {"StridedSliceParam"}}},
        {"Unsqueeze", {"TensorflowOp", {"SqueezeParam"}}},
    };
    const auto found = kParameters.find(type);
    if (found == kParameters.end()) {
        return {}; // all that it has are its inputs
    }
    return {part(root, std::string("schema/current/") + found->second.file + "_generated.h", Cut::table,
                 found->second.names, "the operator's attributes, from op->main_as_…()")};
}

void read_atomic(const Task& task, const fs::path& root, Reading& reading) {
    reading.lifecycle = {
        part(root, "source/core/Execution.hpp", Cut::outline,
             {"Execution::Execution", "Execution::onResize", "Execution::onExecute", "Execution::onClone",
              "Execution::valid", "Execution::backend", "Execution::mValid"},
             "the base class of a kernel"),
        part(root, "source/backend/cpu/CPUBackend.hpp", Cut::outline,
             {"CPUBackend::Creator", "CPUBackend::functions", "CPUBackend::threadNumber", "REGISTER_CPU_OP_CREATOR"},
             "creation and registration"),
        part(root, "include/MNN/ErrorCode.hpp", Cut::outline, {"ErrorCode"}, "what onResize and onExecute return")};
    reading.headers = {
        part(root, "include/MNN/Tensor.hpp", Cut::outline,
             {"Tensor::host", "Tensor::shape", "Tensor::length", "Tensor::stride", "Tensor::dimensions",
              "Tensor::elementSize", "Tensor::batch", "Tensor::channel", "Tensor::height", "Tensor::width",
              "Tensor::getType", "Tensor::createDevice"},
             "inputs and outputs"),
        part(root, "source/core/Macro.h", Cut::outline, {"UP_DIV", "ROUND_UP", "ALIMIN", "ALIMAX"}, "arithmetic")};
    const auto schema = schema_of(task.target.type, root);
    reading.headers.insert(reading.headers.begin(), schema.begin(), schema.end());
    const std::vector<ReadingPart> more = {
        part(root, "source/core/Concurrency.h", Cut::outline, {"MNN_CONCURRENCY_BEGIN", "MNN_CONCURRENCY_END"},
             "threads: between the two stands the body for one of them"),
        part(root, "source/core/Backend.hpp", Cut::outline,
             {"Backend::StorageType", "Backend::onAcquireBuffer", "Backend::onReleaseBuffer"}, "scratch memory"),
        part(root, "source/core/TensorUtils.hpp", Cut::outline,
             {"TensorUtils::getDescribe", "TensorUtils::getDimType", "TensorUtils::copyShape",
              "TensorUtils::getRawSize"},
             "layout of a tensor"),
        part(root, "source/backend/cpu/compute/CommonOptFunction.h", Cut::outline,
             {"CoreFunctions::pack", "CoreFunctions::bytes", "CoreFunctions::MNNPackCUnit",
              "CoreFunctions::MNNUnpackCUnit", "CoreFunctions::MNNCopyC4WithStride"},
             "the packed layout NC4HW4: `pack` channels lie together"),
        part(root, "source/core/AutoStorage.h", Cut::outline, {"AutoStorage"}, "memory that frees itself")};
    reading.headers.insert(reading.headers.end(), more.begin(), more.end());
    reading.examples = examples_below(atomic_examples(task), task, root, "source/");
    reading.included = {"MNN_generated.h",
                        "backend/cpu/CPUBackend.hpp",
                        "backend/cpu/compute/CommonOptFunction.h",
                        "core/Execution.hpp",
                        "core/TensorUtils.hpp",
                        "core/Concurrency.h",
                        "core/Macro.h",
                        "<algorithm> <cmath> <cstring> <limits> <vector>"};
}

void read_geometric(const Task& task, const fs::path& root, Reading& reading) {
    reading.lifecycle = {
        part(root, "source/geometry/GeometryComputer.hpp", Cut::outline,
             {"GeometryComputer::onCompute", "GeometryComputer::registerGeometryComputer", "REGISTER_GEOMETRY"},
             "the base class of a computer and its registration"),
        part(root, "source/core/TensorUtils.hpp", Cut::outline, {"InsideDescribe::View", "InsideDescribe::Region"},
             "a region: what is copied from where to where, three strides deep"),
        part(root, "source/core/Command.hpp", Cut::outline, {"Command", "CommandBuffer"}, "what a computer emits")};
    reading.headers = schema_of(task.target.type, root);
    const std::vector<ReadingPart> more = {
        part(root, "include/MNN/Tensor.hpp", Cut::outline,
             {"Tensor::shape", "Tensor::length", "Tensor::stride", "Tensor::dimensions", "Tensor::elementSize",
              "Tensor::batch", "Tensor::channel", "Tensor::height", "Tensor::width", "Tensor::host",
              "Tensor::createDevice"},
             "inputs and outputs"),
        part(root, "source/core/TensorUtils.hpp", Cut::outline,
             {"TensorUtils::getDescribe", "TensorUtils::makeFullSlice", "TensorUtils::makeFullRef",
              "TensorUtils::setupTensorInfo", "TensorUtils::copyShape"},
             "regions and shapes"),
        part(root, "source/geometry/GeometryComputer.hpp", Cut::outline,
             {"Context::allocConst", "Context::allocTensor"}, "constants of a computer"),
        part(root, "source/geometry/GeometryComputerUtils.hpp", Cut::outline,
             {"GeometryComputerUtils::makeCommand", "GeometryComputerUtils::makeBinary",
              "GeometryComputerUtils::makeUnary", "GeometryComputerUtils::makeReduce",
              "GeometryComputerUtils::makeMatMul", "GeometryComputerUtils::makePool"},
             "commands"),
        part(root, "source/core/OpCommonUtils.hpp", Cut::outline, {"OpCommonUtils"}, "sizes around an axis"),
        part(root, "source/core/Macro.h", Cut::outline, {"UP_DIV", "ROUND_UP", "ALIMIN", "ALIMAX"}, "arithmetic")};
    reading.headers.insert(reading.headers.end(), more.begin(), more.end());
    if (std::ranges::find(task.may_emit, "While") != task.may_emit.end()) {
        reading.headers.push_back(part(root, "schema/current/MNN_generated.h", Cut::table,
                                       {"LoopParam", "RegionCommand", "View"}, "loops: the While operator"));
    }
    reading.examples = examples_below(geometric_examples(task), task, root, "source/");
    reading.included = {"MNN_generated.h",
                        "geometry/GeometryComputer.hpp",
                        "geometry/GeometryComputerUtils.hpp",
                        "core/Command.hpp",
                        "core/OpCommonUtils.hpp",
                        "core/TensorUtils.hpp",
                        "core/Macro.h",
                        "<algorithm> <array> <cmath> <cstring> <limits> <map> <memory> <numeric> <vector>"};
}

void read_composite(const Task& task, const fs::path& root, const fs::path& home, Reading& reading) {
    reading.lifecycle = {
        part(home, "runner/mnn/OnnxExtraManager.hpp", Cut::outline, {}, "the interface of a transform"),
        part(root, "include/MNN/expr/Expr.hpp", Cut::outline,
             {"Expr::create", "Expr::get", "Expr::inputs", "Expr::setName", "Variable::create", "Variable::expr",
              "Variable::getInfo", "Variable::Info", "Variable::readMap"},
             "expressions and their variables"),
        part(root, "schema/current/Tensor_generated.h", Cut::table, {"Attribute", "ListValue"},
             "the ONNX node's attributes"),
        part(root, "schema/current/MNN_generated.h", Cut::table, {"Extra"}, "the ONNX node, from op->main_as_Extra()")};
    reading.headers = {
        part(root, "include/MNN/expr/MathOp.hpp", Cut::outline, {}, "arithmetic and reductions as functions"),
        part(root, "include/MNN/expr/NeuralNetWorkOp.hpp", Cut::outline, {}, "everything else as functions"),
        part(root, "include/MNN/expr/Expr.hpp", Cut::outline,
             {"VARP::operator+", "VARP::operator-", "VARP::operator*", "VARP::operator/"}, "the same as operators"),
    };
    reading.examples = examples_below(kComposite, task, root, kTransforms);
    const auto own = examples_below(kOwnComposite, task, home, "examples/kernels/");
    reading.examples.insert(reading.examples.end(), own.begin(), own.end());
    reading.included = {"MNN_generated.h", "OnnxExtraManager.hpp", "<MNN/expr/ExprCreator.hpp>"};
}

} // namespace

Reading reading_for(const Task& task, const fs::path& sources, const fs::path& home) {
    Reading reading;
    reading.root = sources;
    switch (task.form) {
    case Form::atomic:
        read_atomic(task, sources, reading);
        reading.folders = {{"source/core", "core"},
                           {"source/backend/cpu", "backend/cpu"},
                           {"source/backend/cpu/compute", "backend/cpu/compute"},
                           {"include/MNN", "MNN"},
                           {"source/math", "math"}};
        break;
    case Form::geometric:
        read_geometric(task, sources, reading);
        reading.folders = {{"source/geometry", "geometry"}, {"source/core", "core"}, {"include/MNN", "MNN"}};
        break;
    case Form::composite:
        read_composite(task, sources, home, reading);
        reading.folders = {{"include/MNN/expr", "MNN/expr"}, {"include/MNN", "MNN"}};
        break;
    }
    // The native kernel and its header. What is asked for is another kernel than this one, not a copy of it: shown, it
    // would be measured how well a model copies.
    const fs::path native = task.native_file;
    reading.hidden.push_back((native.parent_path() / native.stem()).string() + ".");
    return reading;
}

} // namespace mkb::mnn
