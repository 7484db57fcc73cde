#include "device/keeper/look.h"

#include "device/keeper/cores.h"
#include "device/keeper/report.h"
#include "device/readings.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <sys/utsname.h>

namespace mkb::keeper {

namespace {

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
    const std::string text = small_file("/proc/cpuinfo");
    std::string name = in_cpuinfo(text, "model name");
    if (name.empty()) {
        name = first_line_of("/proc/device-tree/model");
        const std::string part = in_cpuinfo(text, "CPU part");
        if (!part.empty()) {
            name += (name.empty() ? "" : ", ") + std::string("implementer ") + in_cpuinfo(text, "CPU implementer") +
                    " part " + part;
        }
    }
    return name;
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

bool fact(const char* name, double value) {
    char text[32] = "";
    std::snprintf(text, sizeof text, "%.6f", value);
    return fact(name, std::string(text));
}

} // namespace

bool send_facts(const std::string& wanted_cores) {
    const auto cores = choose_cores(wanted_cores, core_strengths());
    const QuietReading reading = read_machine(cores.value_or(std::vector<int>()));
    for (const auto& [name, member] : kReadings) {
        if (!fact(name, reading.*member)) {
            return false;
        }
    }
    utsname system{};
    uname(&system);
    return fact("processor", processor()) && fact("system", std::string(system.sysname) + " " + system.release) &&
           fact("cores", std::to_string(reading.cores)) && fact("busy_share", reading.busy_share);
}

} // namespace mkb::keeper
