#include "device/keeper/cores.h"

#include "device/keeper/report.h"
#include "device/readings.h"

#include <algorithm>
#include <cstdlib>
#include <sched.h>
#include <unistd.h>

namespace mkb::keeper {

namespace {

constexpr long kMostCores = 1024;

/// "3" or "0-3"; false for anything else.
bool parse_range(const std::string& text, long& first, long& last) {
    const char* at = text.c_str();
    char* after = nullptr;
    if (*at < '0' || *at > '9') {
        return false;
    }
    first = last = std::strtol(at, &after, 10);
    if (*after == '-' && after[1] >= '0' && after[1] <= '9') {
        last = std::strtol(after + 1, &after, 10);
    }
    return *after == '\0' && first <= last;
}

} // namespace

std::optional<std::vector<int>> choose_cores(const std::string& wanted, const std::vector<double>& strengths) {
    std::vector<int> chosen;
    if (wanted == "big" || wanted == "little") {
        double weakest = 0, strongest = 0;
        for (const double strength : strengths) {
            weakest = strength > 0 && (weakest == 0 || strength < weakest) ? strength : weakest;
            strongest = std::max(strongest, strength);
        }
        for (std::size_t core = 0; core < strengths.size(); ++core) {
            const bool weak = strengths[core] == weakest;
            if (strengths[core] > 0 && (weakest == strongest || weak == (wanted == "little"))) {
                chosen.push_back(static_cast<int>(core));
            }
        }
        return chosen.empty() ? std::nullopt : std::optional(chosen);
    }
    for (std::size_t at = 0; at <= wanted.size();) {
        const std::size_t comma = std::min(wanted.find(',', at), wanted.size());
        long first = 0, last = 0;
        if (!parse_range(wanted.substr(at, comma - at), first, last) || last >= static_cast<long>(strengths.size())) {
            return std::nullopt;
        }
        for (long core = first; core <= last; ++core) {
            if (strengths[static_cast<std::size_t>(core)] <= 0) {
                return std::nullopt;
            }
            chosen.push_back(static_cast<int>(core));
        }
        at = comma + 1;
    }
    return chosen;
}

std::vector<double> core_strengths() {
    std::vector<double> strengths;
    const long count = std::min(sysconf(_SC_NPROCESSORS_CONF), kMostCores);
    for (long core = 0; core < count; ++core) {
        const std::string folder = "/sys/devices/system/cpu/cpu" + std::to_string(core);
        double strength = number_in_file(folder + "/cpu_capacity");
        if (strength <= 0) {
            strength = number_in_file(folder + "/cpufreq/cpuinfo_max_freq");
        }
        // A file "online" with 0: it is switched off. The first core often has no such file.
        const bool off = access((folder + "/online").c_str(), R_OK) == 0 && number_in_file(folder + "/online") == 0;
        strengths.push_back(off ? 0 : strength > 0 ? strength : 1);
    }
    return strengths;
}

bool run_on(const std::string& wanted) {
    if (wanted.empty()) {
        return true;
    }
    const std::vector<double> strengths = core_strengths();
    const auto chosen = choose_cores(wanted, strengths);
    if (!chosen) {
        send_trouble(wire::TroubleKind::broken, "--cores '" + wanted + "' names no cores of its " +
                                                    std::to_string(strengths.size()) +
                                                    "; write big, little, or numbers as in 0-3");
        return false;
    }
    cpu_set_t cores;
    CPU_ZERO(&cores);
    for (const int core : *chosen) {
        CPU_SET(core, &cores);
    }
    if (sched_setaffinity(0, sizeof cores, &cores) != 0) {
        send_errno("--cores '" + wanted + "' is not allowed there");
        return false;
    }
    return true;
}

} // namespace mkb::keeper
