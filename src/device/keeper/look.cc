#include "device/keeper/look.h"

#include "base/descriptor.h"
#include "device/keeper/report.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <string>
#include <sys/utsname.h>
#include <unistd.h>

namespace mkb::keeper {

namespace {

constexpr long kWindowNs = 100'000'000;
constexpr int kMostZones = 256;

std::string text_of(const std::string& path) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text;
    std::array<char, 4096> piece;
    for (ssize_t got = 0; file && text.size() < (1U << 16) && (got = read_some(file.get(), piece)) > 0;) {
        text.append(piece.data(), static_cast<std::size_t>(got));
    }
    return text;
}

std::string first_line(const std::string& path) {
    std::string text = text_of(path);
    text.resize(std::min(text.find('\n'), text.size()));
    text.resize(std::min(text.find('\0'), text.size()));
    return text;
}

/// The value of the first line of /proc/cpuinfo with this name.
std::string in_cpuinfo(const std::string& text, const std::string& name) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string line = text.substr(at, end - at);
        const std::size_t colon = line.find(": ");
        if (line.starts_with(name) && colon != std::string::npos) {
            return line.substr(colon + 2);
        }
        at = end + 1;
    }
    return {};
}

/// As x86 names it, else the board's name and the core's numbers.
std::string processor() {
    const std::string text = text_of("/proc/cpuinfo");
    std::string name = in_cpuinfo(text, "model name");
    if (name.empty()) {
        name = first_line("/proc/device-tree/model");
        const std::string part = in_cpuinfo(text, "CPU part");
        if (!part.empty()) {
            name += (name.empty() ? "" : ", ") + std::string("implementer ") + in_cpuinfo(text, "CPU implementer") +
                    " part " + part;
        }
    }
    return name;
}

struct CpuTimes {
    double busy = 0, all = 0;
};

CpuTimes cpu_times() {
    const std::string text = text_of("/proc/stat");
    CpuTimes times;
    const char* at = text.c_str() + std::min<std::size_t>(4, text.size()); // after "cpu "
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

/// Of the processor's zones the warmest, else of the first zone; in thousandths of a degree, or empty.
std::string temperature() {
    std::string warmest;
    for (int zone = 0; zone < kMostZones; ++zone) {
        const std::string folder = "/sys/class/thermal/thermal_zone" + std::to_string(zone);
        const std::string kind = first_line(folder + "/type");
        if (kind.empty()) {
            break;
        }
        const std::string reading = first_line(folder + "/temp");
        const bool processor = kind.find("cpu") != std::string::npos || kind.find("soc") != std::string::npos;
        if (zone == 0 || (processor && std::atol(reading.c_str()) > std::atol(warmest.c_str()))) {
            warmest = reading;
        }
    }
    return warmest;
}

bool fact(const char* name, const std::string& value) {
    if (value.empty()) {
        return true;
    }
    wire::Packer packer;
    packer.text(name);
    packer.text(value);
    return send(wire::Frame::fact, packer.take());
}

} // namespace

bool send_facts() {
    const CpuTimes before = cpu_times();
    const timespec window{.tv_sec = 0, .tv_nsec = kWindowNs};
    nanosleep(&window, nullptr);
    const CpuTimes after = cpu_times();
    utsname system{};
    uname(&system);
    char busy[32] = "";
    if (after.all > before.all) {
        std::snprintf(busy, sizeof busy, "%.6f", (after.busy - before.busy) / (after.all - before.all));
    }
    return fact("processor", processor()) && fact("system", std::string(system.sysname) + " " + system.release) &&
           fact("cores", std::to_string(sysconf(_SC_NPROCESSORS_ONLN))) && fact("busy_share", busy) &&
           fact("temperature", temperature()) &&
           fact("frequency", first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_cur_freq")) &&
           fact("battery", first_line("/sys/class/power_supply/battery/capacity"));
}

} // namespace mkb::keeper
