#include "device/readings.h"

#include "base/descriptor.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <string_view>
#include <unistd.h>

namespace mkb {

namespace {

constexpr long kWindowNs = 100'000'000;
constexpr std::size_t kMostText = std::size_t{1} << 16;
constexpr int kMostZones = 256, kMostTrips = 16, kMostCores = 1024;
constexpr double kThousand = 1000; ///< the kernel's readings are in thousandths of what is wanted

/// Some kernels say thousandths of a degree, some say degrees.
double degrees(double reading) {
    constexpr double kNoDegrees = 250;
    return reading < kNoDegrees ? reading : reading / kThousand;
}

bool is_processors(std::string kind) {
    std::ranges::transform(kind, kind.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    constexpr std::string_view kParts[] = {"cpu", "soc", "x86_pkg", "cluster"};
    return std::ranges::any_of(kParts, [&](std::string_view part) { return kind.find(part) != std::string::npos; });
}

/// The lowest of a zone's points from which on the kernel slows the processor down.
double passive_trip(const std::string& zone) {
    double lowest = 0;
    for (int trip = 0; trip < kMostTrips; ++trip) {
        const std::string path = zone + "/trip_point_" + std::to_string(trip);
        const std::string kind = first_line_of(path + "_type");
        if (kind.empty()) {
            break;
        }
        const double at = degrees(number_in_file(path + "_temp"));
        if (kind == "passive" && at > 0 && (lowest == 0 || at < lowest)) {
            lowest = at;
        }
    }
    return lowest;
}

void read_temperature(const std::string& root, QuietReading& reading) {
    std::string warmest;
    bool processors = false;
    for (int number = 0; number < kMostZones; ++number) {
        const std::string zone = root + "/sys/class/thermal/thermal_zone" + std::to_string(number);
        const std::string kind = first_line_of(zone + "/type");
        if (kind.empty()) {
            break;
        }
        const double value = degrees(number_in_file(zone + "/temp"));
        const bool mine = is_processors(kind);
        if (warmest.empty() || (mine && (!processors || value > reading.temperature_c))) {
            warmest = zone;
            processors = mine;
            reading.temperature_c = value;
        }
    }
    reading.hot_c = warmest.empty() ? 0 : passive_trip(warmest);
}

void read_frequency(const std::string& root, const std::vector<int>& on_cores, QuietReading& reading) {
    const int last = on_cores.empty() ? kMostCores : static_cast<int>(on_cores.size());
    for (int i = 0; i < last; ++i) {
        const int core = on_cores.empty() ? i : on_cores[static_cast<std::size_t>(i)];
        const std::string folder = root + "/sys/devices/system/cpu/cpu" + std::to_string(core);
        if (access(folder.c_str(), F_OK) != 0) {
            break;
        }
        const std::string clock = folder + "/cpufreq/";
        reading.frequency_mhz = std::max(reading.frequency_mhz, number_in_file(clock + "scaling_cur_freq") / kThousand);
        const double now = number_in_file(clock + "scaling_max_freq");
        const double ever = number_in_file(clock + "cpuinfo_max_freq");
        if (now > 0 && ever > 0) {
            const double share = std::min(1.0, now / ever);
            reading.frequency_limit = reading.frequency_limit == 0 ? share : std::min(reading.frequency_limit, share);
        }
    }
}

void read_battery(const std::string& root, QuietReading& reading) {
    for (const char* name : {"battery", "BAT0", "BAT1"}) {
        const std::string path = root + "/sys/class/power_supply/" + name + "/capacity";
        if (const double percent = number_in_file(path); percent > 0) {
            reading.battery_percent = percent;
            return;
        }
    }
}

} // namespace

std::string small_file(const std::string& path) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    std::array<char, 4096> piece;
    for (ssize_t got = 0; file && text.size() < kMostText && (got = read_some(file.get(), piece)) > 0;) {
        text.append(piece.data(), static_cast<std::size_t>(got));
    }
    return text;
}

std::string first_line_of(const std::string& path) {
    std::string text = small_file(path);
    text.resize(std::min(text.find('\n'), text.size()));
    text.resize(std::min(text.find('\0'), text.size()));
    return text;
}

double number_in_file(const std::string& path) {
    return std::strtod(small_file(path).c_str(), nullptr);
}

std::optional<CpuTimes> cpu_times(const std::string& root) {
    constexpr std::string_view kAllCores = "cpu ";
    const std::string text = small_file(root + "/proc/stat");
    if (!text.starts_with(kAllCores)) {
        return std::nullopt;
    }
    CpuTimes times;
    const char* at = text.c_str() + kAllCores.size();
    // user nice system idle iowait irq softirq steal
    for (int i = 0; i < 8; ++i) {
        char* after = nullptr;
        const double value = std::strtod(at, &after);
        times.all += value;
        times.busy += i == 3 || i == 4 ? 0 : value;
        at = after;
    }
    return times;
}

double busy_share(const CpuTimes& before, const CpuTimes& after, double own) {
    const double all = after.all - before.all;
    return all > 0 ? std::clamp((after.busy - before.busy - own) / all, 0.0, 1.0) : 0;
}

QuietReading read_machine(const std::vector<int>& on_cores, const std::string& root) {
    const auto before = cpu_times(root);
    const timespec window{.tv_sec = 0, .tv_nsec = kWindowNs};
    nanosleep(&window, nullptr);
    const auto after = cpu_times(root);
    QuietReading reading = read_heat(on_cores, root);
    reading.busy_share = before && after ? busy_share(*before, *after) : 0;
    return reading;
}

QuietReading read_heat(const std::vector<int>& on_cores, const std::string& root) {
    QuietReading reading;
    reading.cores = std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
    read_temperature(root, reading);
    read_frequency(root, on_cores, reading);
    read_battery(root, reading);
    return reading;
}

} // namespace mkb
