#pragma once
// Records that look like those of a real run, from a seed: for tests of store, score and report, and for benchmarks.
#include "record/record.h"
#include "store/store.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace mkb::sample {

struct SampleTask {
    const char* category;
    const char* operator_name;
    const char* size;
    double native_us;
    double limit_share; ///< of the native kernel
};

inline constexpr std::array kTasks = {
    SampleTask{"unary", "Exp", "1x64x56x56", 92.0, 0.41},
    SampleTask{"unary", "Floor", "1x32x64x64", 31.0, 0.22},
    SampleTask{"binary", "Add", "bcast_1x64x56x56", 70.0, 0.62},
    SampleTask{"trigonometry", "Sin", "1x16x96x96", 410.0, 0.12},
    SampleTask{"activation", "Softmax", "axis1_8x1000", 55.0, 0.2},
    SampleTask{"activation", "HardSigmoid", "1x64x56x56", 48.0, 0.55},
    SampleTask{"normalization", "LayerNormalization", "4x196x768", 870.0, 0.18},
    SampleTask{"normalization", "BatchNormalization", "1x64x56x56", 66.0, 0.6},
    SampleTask{"pooling", "MaxPool", "k3s2p1_64x56", 160.0, 0.33},
    SampleTask{"pooling", "AveragePool", "k2s2_128x28", 44.0, 0.4},
    SampleTask{"convolution", "Conv", "k3_64x56_64", 2600.0, 0.71},
    SampleTask{"convolution", "ConvTranspose", "k4s2_32x28_16", 3900.0, 0.23},
    SampleTask{"matrix", "MatMul", "256x512x256", 720.0, 0.77},
    SampleTask{"matrix", "Gemm", "transB_64x1024x512", 980.0, 0.69},
    SampleTask{"reduction", "ReduceSum", "axis2_keep_64x128x64", 83.0, 0.3},
    SampleTask{"reduction", "ArgMax", "axis1_32x4096", 240.0, 0.11},
    SampleTask{"tensor", "Concat", "axis1_3x64x56x56", 110.0, 0.52},
    SampleTask{"tensor", "TopK", "k10_64x1000", 540.0, 0.06},
    SampleTask{"logic", "And", "1x64x56x56", 36.0, 0.25},
    SampleTask{"others", "LSTM", "32x16x128", 5200.0, 0.15},
};

inline std::string task_id(const SampleTask& task) {
    return std::string(task.category) + "/" + task.operator_name + "/" + task.size;
}

/// Text that breaks out of a page, a terminal or a line where it is not shown as text.
inline constexpr const char* kHostileText = "</script><script>window.hostile=1</script><img src=x "
                                            "onerror=\"window.hostile=1\"> \x1b[31m \"'&amp; <!-- \xff\n two";

/// One outcome of each kind, with every field filled.
inline std::vector<Outcome> all_outcomes() {
    return {
        NoSource{.why = "the answer names no file"},
        BuildFailed{.errors = {{.file = "CPUSoftmax.cpp",
                                .line = 41,
                                .column = 17,
                                .message = "no member named 'getThreadCount' in 'MNN::CPUBackend'"},
                               {.file = "mnn/core/Execution.hpp", .line = 9, .column = 1, .message = "expected ';'"}},
                    .limit = ""},
        LoadFailed{.why = "nothing registers OpType_Softmax"},
        Crashed{.signal = 11, .stage = "execute", .where = "CPUSoftmax::onExecute, read of unmapped memory"},
        TimedOut{.stage = "execute", .limit_s = 10},
        NeverCalled{.why = "its creator returned null"},
        Wrong{.output = "y",
              .regime = "ties",
              .worst = WorstElement{.index = {0, 3, 17}, .got = 0.25, .reference = 0.5},
              .error = 0.031,
              .limit = 1e-4,
              .mismatched_share = 0.125,
              .report = "output y: 1 of 8 elements differ\nworst at [0, 3, 17]: got 0.25, reference 0.5"},
        Cheated{.rule = "native-kernel", .evidence = "called MNNSelectUnaryFunctionForFloat from onExecute"},
        Correct{.speedup = 2.31,
                .speedup_low = 2.28,
                .speedup_high = 2.35,
                .latency_us = 39.8,
                .native_latency_us = 92.0,
                .share_of_limit = 0.94,
                .native_share_of_limit = 0.41,
                .measured = true}};
}

inline MeasurementFacts make_measurement(const SampleTask& task, double speedup, double noise,
                                         std::mt19937_64& random) {
    std::normal_distribution<double> spread(0, noise);
    MeasurementFacts m;
    for (int pair = 0; pair < 20; ++pair) {
        const double ratio = speedup * std::exp(spread(random));
        const double native_us = task.native_us * std::exp(spread(random));
        m.pair_ratios.push_back(ratio);
        m.pair_ratios_witness.push_back(ratio * 0.999);
        m.native_us.push_back(native_us);
        m.candidate_us.push_back(native_us / ratio);
    }
    m.iterations_per_side = 400;
    m.core = 1;
    m.idle_share_before = 0.97;
    m.others_busy_share = 0.02;
    m.resize_us = 12.5;
    m.native_resize_us = 11.75;
    m.samples_artifact = std::string(64, 'a');
    return m;
}

inline Correct make_correct(const SampleTask& task, const MeasurementFacts& m) {
    auto sorted = m.pair_ratios;
    std::sort(sorted.begin(), sorted.end());
    const double speedup = (sorted[9] + sorted[10]) / 2;
    return {.speedup = speedup,
            .speedup_low = sorted[5],
            .speedup_high = sorted[14],
            .latency_us = task.native_us / speedup,
            .native_latency_us = task.native_us,
            .share_of_limit = task.limit_share * speedup,
            .native_share_of_limit = task.limit_share,
            .measured = true};
}

/// The `n`-th record of a run drawn from `seed`: tasks in turn, outcomes mixed as models make them (a good half
/// correct).
inline Record make_record(int n, std::uint64_t seed = 1) {
    std::mt19937_64 random(seed * 1'000'003 + static_cast<std::uint64_t>(n));
    std::uniform_real_distribution<double> uniform(0, 1);
    const SampleTask& task = kTasks[static_cast<std::size_t>(n) % kTasks.size()];
    Record r;
    r.id = new_record_id();
    r.key = "key-" + std::to_string(seed) + "-" + std::to_string(n);
    r.created = "2026-01-02T03:04:05.678Z";
    r.tool_version = "0.1.0";
    r.task_id = task_id(task);
    r.task_hash = std::string(64, 'b');
    r.category = task.category;
    r.operator_name = task.operator_name;
    r.form = "atomic";
    r.label = std::string(task.operator_name) + "-" + std::to_string(n);
    r.candidate_hash = std::string(64, 'c');
    r.origin = "examples/" + r.label;
    r.source_artifacts = {{"CPU" + r.operator_name + ".cpp", std::string(64, 'd')},
                          {"CPU" + r.operator_name + ".hpp", std::string(64, 'e')}};
    r.framework = {.name = "mnn",
                   .version = "3.6.1",
                   .source = "mnn-sys 0.2.0",
                   .build_key = "1f2e3d",
                   .compiler = "clang 19.1.7"};
    r.device = {
        .name = "local", .cpu = "Example CPU @ 2.40GHz", .target = "host", .isolation = "full", .emulated = false};
    r.profile = "standard";
    r.settings = {{"pairs", 20}, {"blocks", 10}, {"runs", 10}};
    r.seed = "5eed5eed";
    r.stages = {{"build", 310, 260}, {"audit", 6, 5}, {"oracle", 17, 0}, {"verify", 120, 0}};
    const std::vector<Outcome> others = all_outcomes();
    if (uniform(random) < 0.42) {
        r.outcome = others[random() % (others.size() - 1)];
    } else {
        const double speedup = std::exp(std::normal_distribution<double>(0.25, 0.6)(random));
        r.measurement =
            make_measurement(task, std::min(speedup, 0.97 / task.limit_share), 0.01 + 0.1 * uniform(random), random);
        r.outcome = make_correct(task, *r.measurement);
        r.stages.push_back({"measure", 2100, 0});
        r.regime_errors = {{"plain", "y", 2.1e-7}, {"ties", "y", 0}, {"magnitude 1e3", "y", 4.4e-6}};
    }
    return r;
}

inline std::vector<Record> make_records(int count, std::uint64_t seed = 1) {
    std::vector<Record> records;
    for (int n = 0; n < count; ++n) {
        records.push_back(make_record(n, seed));
    }
    return records;
}

inline NotEvaluated make_trouble(const std::string& task, const std::string& key) {
    return {.key = key,
            .task_id = task,
            .label = "unlucky",
            .method = "evaluate",
            .model = "",
            .message = "device emulator-5554 went offline; run 'mkb devices'",
            .when = "2026-01-02T03:05:00.000Z",
            .attempts = 1};
}

} // namespace mkb::sample
