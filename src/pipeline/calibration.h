#pragma once
// What a device can do at best, and how well times can be told apart on it: measured once, kept in the cache by device,
// processor, target and framework build.
#include "device/job.h"
#include "record/record.h"
#include "task/task.h"

#include <optional>
#include <string>
#include <vector>

namespace mkb {

class Judge;

/// Bandwidth and peak of a device.
struct Calibration {
    std::vector<job::Bandwidth> bandwidth; ///< by working set, ascending
    double peak_gflop_s = 0;
    /// Least time for a task on this device, in microseconds: the larger of bytes over bandwidth and operations over
    /// peak.
    double floor_us(const Task& task) const;
    /// Least time to move the task's bytes alone.
    double bytes_floor_us(const Task& task) const;
};
/// {"peak_gflop_s": …, "bandwidth": [{"working_set_bytes": …, "gb_s": …}, …]}
nlohmann::json to_json(const Calibration& calibration);

/// Native against native on a device (A/A), where the true ratio is 1.
struct NativeSpread {
    std::string task;
    int pairs = 0;
    double ratio = 0, low = 0, high = 0; ///< median over the pairs and its interval
    double scatter = 0;                  ///< of the pairs' ratios: the middle half lies within so much, as a share
};
nlohmann::json to_json(const NativeSpread& spread);
/// A fixed number of pairs of profile standard; transient where native cannot be timed now.
Result<NativeSpread> native_spread(Judge& judge, const Task& task);

/// What the cache holds of a device, whatever the framework's build was: of each the newest.
struct KnownCalibration {
    std::optional<Calibration> calibration;
    std::optional<NativeSpread> spread;
};
KnownCalibration known_calibration(const DeviceFacts& facts);

} // namespace mkb
