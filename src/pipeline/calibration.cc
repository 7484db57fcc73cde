#include "base/cache.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/progress.h"
#include "pipeline/device_run.h"
#include "pipeline/evaluate.h"

#include <algorithm>

namespace mkb {

namespace fs = std::filesystem;

namespace {

Result<Calibration> run_calibration(Framework& framework, Device& device, CoolDown& cooling) {
    MKB_TRY(turn, device.take_turn());
    MKB_DO(wait_until_ready(device, cooling));
    Progress progress("calibrating the device (once; kept in the cache)");
    job::Job job;
    job.mode = "calibrate";
    MKB_TRY(reply, run_job(framework, device, job, {}));
    return Calibration{.bandwidth = reply.result.bandwidth, .peak_gflop_s = reply.result.peak_gflop_s};
}

// Rooms of the cache.
constexpr const char* kBandwidth = "calibration";
constexpr const char* kSpread = "spread";
constexpr const char* kCalibrationFile = "calibration.json";
constexpr const char* kSpreadFile = "spread.json";
constexpr std::size_t kKeyDigits = 16;

bool is_number(const nlohmann::json& json, const char* name) {
    return json.contains(name) && json[name].is_number();
}

std::optional<Calibration> calibration_in(const nlohmann::json& json) {
    if (!json.is_object() || !is_number(json, "peak_gflop_s") || !json.contains("bandwidth") ||
        !json["bandwidth"].is_array()) {
        return std::nullopt;
    }
    Calibration calibration{.bandwidth = {}, .peak_gflop_s = json["peak_gflop_s"]};
    for (const nlohmann::json& entry : json["bandwidth"]) {
        if (!entry.is_object() || !is_number(entry, "gb_s") || !entry.contains("working_set_bytes") ||
            !entry["working_set_bytes"].is_number_unsigned()) {
            return std::nullopt;
        }
        calibration.bandwidth.push_back({.working_set_bytes = entry["working_set_bytes"], .gb_s = entry["gb_s"]});
    }
    return calibration;
}

std::optional<NativeSpread> spread_in(const nlohmann::json& json) {
    const bool whole = json.is_object() && json.contains("task") && json["task"].is_string() &&
                       is_number(json, "pairs") && is_number(json, "ratio") && is_number(json, "low") &&
                       is_number(json, "high") && is_number(json, "scatter");
    return whole ? std::optional(NativeSpread{.task = json["task"],
                                              .pairs = json["pairs"],
                                              .ratio = json["ratio"],
                                              .low = json["low"],
                                              .high = json["high"],
                                              .scatter = json["scatter"]})
                 : std::nullopt;
}

/// Whose it is: by this an entry is found without the framework's build, which is part of its key.
nlohmann::json with_owner(nlohmann::json json, const DeviceFacts& facts) {
    json.update({{"device", facts.name}, {"cpu", facts.cpu}, {"target", facts.target}});
    return json;
}

bool is_of(const nlohmann::json& json, const DeviceFacts& facts) {
    return json.is_object() && json.value("device", nlohmann::json()) == facts.name &&
           json.value("cpu", nlohmann::json()) == facts.cpu && json.value("target", nlohmann::json()) == facts.target;
}

/// Of the entries of a room, the device's newest.
nlohmann::json newest_of(const char* room, const char* file, const DeviceFacts& facts) {
    nlohmann::json newest;
    fs::file_time_type when;
    std::error_code gone;
    for (fs::directory_iterator entry(cache_dir() / room, gone), end; !gone && entry != end; entry.increment(gone)) {
        std::error_code error;
        const fs::path path = entry->path() / file;
        const auto written = fs::last_write_time(path, error);
        const auto text = error ? Result<std::string>() : read_file(path);
        const auto json = nlohmann::json::parse(text.value_or(""), nullptr, false);
        if (!error && is_of(json, facts) && (newest.is_null() || written > when)) {
            newest = json;
            when = written;
        }
    }
    return newest;
}

} // namespace

nlohmann::json to_json(const Calibration& calibration) {
    nlohmann::json bandwidth = nlohmann::json::array();
    for (const job::Bandwidth& entry : calibration.bandwidth) {
        bandwidth.push_back({{"working_set_bytes", entry.working_set_bytes}, {"gb_s", entry.gb_s}});
    }
    return {{"bandwidth", bandwidth}, {"peak_gflop_s", calibration.peak_gflop_s}};
}

nlohmann::json to_json(const NativeSpread& spread) {
    return {{"task", spread.task}, {"pairs", spread.pairs}, {"ratio", spread.ratio},
            {"low", spread.low},   {"high", spread.high},   {"scatter", spread.scatter}};
}

double Calibration::bytes_floor_us(const Task& task) const {
    // From the largest working set that is no larger than the task's on, the fastest: nearer caches are faster, and
    // whatever disturbs a reading only makes it slower, so this errs on the fast side.
    double gb_s = 0;
    for (auto entry = bandwidth.rbegin(); entry != bandwidth.rend(); ++entry) {
        gb_s = std::max(gb_s, entry->gb_s);
        if (static_cast<double>(entry->working_set_bytes) <= task.roofline_bytes) {
            break;
        }
    }
    return gb_s > 0 ? task.roofline_bytes / gb_s / 1000 : 0;
}

double Calibration::floor_us(const Task& task) const {
    const double operations_us = peak_gflop_s > 0 ? task.roofline_operations / peak_gflop_s / 1000 : 0;
    return std::max(bytes_floor_us(task), operations_us);
}

Result<const Calibration*> Judge::calibration() {
    if (calibration_) {
        return &*calibration_;
    }
    MKB_TRY(facts, device_.facts());
    MKB_TRY(framework, framework_.facts());
    const std::string key =
        sha256_hex(facts.name + facts.cpu + facts.target + framework.build_key).substr(0, kKeyDigits);
    MKB_TRY(folder, cache_entry(kBandwidth, key, [&](const fs::path& empty) -> Result<void> {
                MKB_TRY(measured, run_calibration(framework_, device_, cooling_));
                return write_file_atomic(empty / kCalibrationFile, with_owner(to_json(measured), facts).dump(2));
            }));
    MKB_TRY(text, read_file(folder / kCalibrationFile));
    calibration_ = calibration_in(nlohmann::json::parse(text, nullptr, false));
    if (!calibration_) {
        return fail(ErrorKind::environment, "{} is damaged; remove that folder", folder.string());
    }
    return &*calibration_;
}

Result<Oracle*> Judge::oracle(const Task& task) {
    auto found = oracles_.find(task.hash);
    if (found == oracles_.end()) {
        MKB_TRY(models, load_models(task, std::nullopt));
        MKB_TRY(oracle, Oracle::load(task, models.onnx));
        found = oracles_.emplace(task.hash, std::move(oracle)).first;
    }
    return &found->second;
}

namespace {

constexpr int kSpreadPairs = 20;

Result<NativeSpread> measure_spread(Judge& judge, const Task& task) {
    Progress progress("timing native against native (once; kept in the cache)");
    EvaluateOptions options{.native_twice = true};
    options.profile.pairs = options.profile.most_pairs = kSpreadPairs;
    MKB_TRY(judgement, evaluate(judge, task, {}, options));
    const auto* right = std::get_if<Correct>(&judgement.record.outcome);
    if (right == nullptr || !judgement.record.measurement) {
        return fail(ErrorKind::transient, "device {}: native of {} could not be timed: {}", judge.device().name(),
                    task.id, describe(judgement.record.outcome));
    }
    std::vector<double> ratios = judgement.record.measurement->pair_ratios;
    std::ranges::sort(ratios);
    const std::size_t quarter = ratios.size() / 4;
    return NativeSpread{.task = task.id,
                        .pairs = static_cast<int>(ratios.size()),
                        .ratio = right->speedup,
                        .low = right->speedup_low,
                        .high = right->speedup_high,
                        .scatter = (ratios[ratios.size() - 1 - quarter] - ratios[quarter]) / right->speedup};
}

} // namespace

Result<NativeSpread> native_spread(Judge& judge, const Task& task) {
    MKB_TRY(facts, judge.device().facts());
    MKB_TRY(framework, judge.framework().facts());
    const std::string key =
        sha256_hex(facts.name + facts.cpu + facts.target + framework.build_key + task.hash + judge.device().cores())
            .substr(0, kKeyDigits);
    MKB_TRY(folder, cache_entry(kSpread, key, [&](const fs::path& empty) -> Result<void> {
                MKB_TRY(measured, measure_spread(judge, task));
                return write_file_atomic(empty / kSpreadFile, with_owner(to_json(measured), facts).dump(2));
            }));
    MKB_TRY(text, read_file(folder / kSpreadFile));
    auto spread = spread_in(nlohmann::json::parse(text, nullptr, false));
    if (!spread) {
        return fail(ErrorKind::environment, "{} is damaged; remove that folder", folder.string());
    }
    return std::move(*spread);
}

KnownCalibration known_calibration(const DeviceFacts& facts) {
    return {.calibration = calibration_in(newest_of(kBandwidth, kCalibrationFile, facts)),
            .spread = spread_in(newest_of(kSpread, kSpreadFile, facts))};
}

} // namespace mkb
