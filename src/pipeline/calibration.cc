#include "base/cache.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/progress.h"
#include "pipeline/device_run.h"
#include "pipeline/evaluate.h"
#include "pipeline/measurement.h"

#include <algorithm>

namespace mkb {

namespace {

Result<Calibration> run_calibration(Framework& framework, Device& device) {
    Progress progress("calibrating the device (once; kept in the cache)");
    MKB_DO(wait_until_quiet(device));
    job::Job job;
    job.mode = "calibrate";
    MKB_TRY(reply, run_job(framework, device, job, {}));
    return Calibration{.bandwidth = reply.result.bandwidth, .peak_gflop_s = reply.result.peak_gflop_s};
}

std::optional<Calibration> parse_calibration(const std::string& text) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("peak_gflop_s") || !json["peak_gflop_s"].is_number() ||
        !json.contains("bandwidth") || !json["bandwidth"].is_array()) {
        return std::nullopt;
    }
    Calibration calibration{.bandwidth = {}, .peak_gflop_s = json["peak_gflop_s"]};
    for (const nlohmann::json& entry : json["bandwidth"]) {
        if (!entry.is_object() || !entry.contains("gb_s") || !entry["gb_s"].is_number() ||
            !entry.contains("working_set_bytes") || !entry["working_set_bytes"].is_number_unsigned()) {
            return std::nullopt;
        }
        calibration.bandwidth.push_back({.working_set_bytes = entry["working_set_bytes"], .gb_s = entry["gb_s"]});
    }
    return calibration;
}

} // namespace

nlohmann::json to_json(const Calibration& calibration) {
    nlohmann::json bandwidth = nlohmann::json::array();
    for (const job::Bandwidth& entry : calibration.bandwidth) {
        bandwidth.push_back({{"working_set_bytes", entry.working_set_bytes}, {"gb_s", entry.gb_s}});
    }
    return {{"bandwidth", bandwidth}, {"peak_gflop_s", calibration.peak_gflop_s}};
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
    const std::string key = sha256_hex(facts.name + facts.cpu + facts.target + framework.build_key).substr(0, 16);
    MKB_TRY(folder, cache_entry("bandwidth", key, [&](const std::filesystem::path& empty) -> Result<void> {
                MKB_TRY(measured, run_calibration(framework_, device_));
                return write_file_atomic(empty / "calibration.json", to_json(measured).dump(2));
            }));
    MKB_TRY(text, read_file(folder / "calibration.json"));
    calibration_ = parse_calibration(text);
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

} // namespace mkb
