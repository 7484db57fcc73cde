#pragma once
// Load, heat and clocks of the machine that this runs on, from its /proc and /sys. Part of the keeper too, so nothing
// but the C++ library is needed.
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace mkb {

/// Load and clocks, read for timing (docs/measurement.md, steps 1 and 4). Of all but load and cores, 0: the device does
/// not show it.
struct QuietReading {
    double busy_share = 0; ///< of all cores together, 0…1
    int cores = 1;
    double temperature_c = 0;   ///< of the processor's warmest zone, else of the first zone
    double hot_c = 0;           ///< where that zone begins to slow the processor down
    double frequency_mhz = 0;   ///< of the fastest core that commands run on, now
    double frequency_limit = 0; ///< what those cores may reach now, as a share of what they could, 0…1: the least
    double battery_percent = 0;
};

/// Those that a device may not show, under the names that they have everywhere.
constexpr std::pair<const char*, double QuietReading::*> kReadings[] = {
    {"temperature_c", &QuietReading::temperature_c},     {"hot_c", &QuietReading::hot_c},
    {"frequency_mhz", &QuietReading::frequency_mhz},     {"frequency_limit", &QuietReading::frequency_limit},
    {"battery_percent", &QuietReading::battery_percent},
};

/// Of all cores together, in clock ticks since the machine started; what a hypervisor takes away counts as busy.
struct CpuTimes {
    double busy = 0, all = 0;
};
/// Nothing where the machine does not show it. `root`: in front of /proc.
std::optional<CpuTimes> cpu_times(const std::string& root = {});
/// Of all cores together between two looks, 0…1, without `own` of the busy ticks.
double busy_share(const CpuTimes& before, const CpuTimes& after, double own = 0);

/// Takes about 100 ms. `on_cores`: those that commands run on; empty: all. `root`: in front of /proc and /sys.
QuietReading read_machine(const std::vector<int>& on_cores = {}, const std::string& root = {});

/// The same without the load, at once.
QuietReading read_heat(const std::vector<int>& on_cores = {}, const std::string& root = {});

/// A file's text, 64 KiB at most; empty where it cannot be read.
std::string small_file(const std::string& path);
/// Up to the first line's end.
std::string first_line_of(const std::string& path);
/// The number that a file begins with; 0 where it does not.
double number_in_file(const std::string& path);

} // namespace mkb
