#include "base/cache.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/progress.h"
#include "pipeline/device_run.h"
#include "pipeline/evaluate.h"

#include <algorithm>

namespace mkb {

namespace {

Result<job::JobResult> run_calibration(Framework& framework, Device& device) {
    Progress progress("calibrating the device (once; kept in the cache)");
    job::Job job;
    job.mode = "calibrate";
    MKB_TRY(reply, run_job(framework, device, job, {}));
    return std::move(reply.result);
}

Calibration from_result(const job::JobResult& result) {
    return {.bandwidth = result.bandwidth, .peak_gflop_s = result.peak_gflop_s};
}

} // namespace

double Calibration::bytes_floor_us(const Task& task) const {
    // The largest working set that is no larger than the task's: nearer caches are faster, so this errs on the fast
    // side.
    double gb_s = bandwidth.empty() ? 0 : bandwidth.front().gb_s;
    for (const job::Bandwidth& entry : bandwidth) {
        if (static_cast<double>(entry.working_set_bytes) <= task.roofline_bytes) {
            gb_s = entry.gb_s;
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
    MKB_TRY(folder, cache_entry("calibration", key, [&](const std::filesystem::path& empty) -> Result<void> {
                MKB_TRY(result, run_calibration(framework_, device_));
                return write_file_atomic(empty / "result.json", job::to_json(result).dump(2));
            }));
    MKB_TRY(text, read_file(folder / "result.json"));
    job::JobResult result;
    std::string reason;
    if (!job::from_json(nlohmann::json::parse(text, nullptr, false), result, reason)) {
        return fail(ErrorKind::environment, "{} is damaged; remove that folder", folder.string());
    }
    calibration_ = from_result(result);
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
