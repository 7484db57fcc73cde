#pragma once
// A small task folder for tests, written as a curator would write it.
#include "base/files.h"
#include "task/task.h"

#include <gtest/gtest.h>

namespace mkb {

inline nlohmann::json valid_task_json() {
    return nlohmann::json::parse(R"({
        "version": 1, "id": "pooling/MaxPool/k3_small", "category": "pooling", "operator": "MaxPool",
        "case": "k3_small", "summary": "Max pooling of a small picture", "path": "3x3, stride 2", "form": "atomic",
        "files": ["CPUPool.hpp", "CPUPool.cpp"], "native_file": "source/backend/cpu/CPUPool.cpp",
        "target": {"type": "Pooling", "operation": ""}, "geometry": "bypass", "calls_per_run": 2,
        "sequence": ["Raster", "Pooling"], "native_entries": ["MNNMaxPool"],
        "may_emit": [], "converter_flags": ["--useOriginRNNImpl"], "attributes": {"kernel_shape": [3, 3]},
        "inputs": [{"name": "x", "type": "float32", "shape": [1, 2, 4]},
                   {"name": "mask", "type": "bool", "shape": [2]}],
        "outputs": [{"name": "y", "type": "int64", "shape": []}],
        "regimes": [{"name": "typical", "inputs": {"x": {"kind": "uniform", "low": -1, "high": 1},
                                                   "mask": {"kind": "integers", "low": 0, "high": 1}}},
                    {"name": "ties", "inputs": {"x": {"kind": "choice", "values": [1, 2]},
                                                "mask": {"kind": "choice", "values": [1]}}}],
        "parameters": [{"name": "w", "shape": [2, 2], "draw": {"kind": "uniform", "low": -1, "high": 1},
                        "onnx_offset": 5, "mnn_offsets": [3]}],
        "fixed": [{"name": "mean", "shape": [4]}],
        "tolerance": {"relative_to_max": 1e-4, "elementwise": 0.001, "why": "wide range"},
        "negative_controls": [{"kind": "zeros"}, {"kind": "copy_input", "input": 0}],
        "roofline_bytes": 64, "roofline_operations": 0, "threads": 1,
        "deviations": [{"when": "all are equal", "native": "is off by one", "error": 0.5},
                       {"when": "x is 0", "native": "crashes", "error": null,
                        "inputs": {"x": {"kind": "choice", "values": [0]}, "mask": {"kind": "choice", "values": [1]}}}],
        "baseline": {"why": "Winograd", "error": 6e-4, "time_us": 120,
                     "passing": {"setting": "Winograd off", "hints": {"WINOGRAD_MEMORY_LEVEL": 0}, "error": 1e-6,
                                 "time_us": 300}}})");
}

/// Below `root`, in category/Operator/case as the JSON's id says. The parameter's sixteen bytes stand in both models.
inline std::filesystem::path write_task(const std::filesystem::path& root, const nlohmann::json& task,
                                        const std::string& onnx = "onnx:0123456789abcdef!",
                                        const std::string& mnn = "mnn0123456789abcdef?") {
    const auto folder = root / task["id"].get<std::string>();
    EXPECT_TRUE(write_file_atomic(folder / "task.json", task.dump(2)));
    EXPECT_TRUE(write_file_atomic(folder / "model.py", "import torch\n"));
    EXPECT_TRUE(write_file_atomic(folder / "model.onnx", onnx));
    EXPECT_TRUE(write_file_atomic(folder / "model.mnn", mnn));
    return folder;
}

} // namespace mkb
