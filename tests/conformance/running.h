#pragma once
// Which processes run on this machine.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/types.h>
#include <vector>

namespace mkb::conformance {

inline std::string text_of(const std::filesystem::path& file) {
    std::ifstream from(file, std::ios::binary);
    std::ostringstream text;
    text << from.rdbuf();
    return text.str();
}

inline std::vector<pid_t> all_processes() {
    std::vector<pid_t> found;
    std::error_code gone;
    for (const auto& item : std::filesystem::directory_iterator("/proc", gone)) {
        const std::string name = item.path().filename().string();
        if (std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) {
            found.push_back(std::atoi(name.c_str()));
        }
    }
    return found;
}

/// Those with this in their command line. A zombie that nobody waits for counts as dead: its command line is empty.
inline std::vector<pid_t> processes_with(const std::string& argument) {
    std::vector<pid_t> found;
    for (const pid_t pid : all_processes()) {
        if (text_of("/proc/" + std::to_string(pid) + "/cmdline").find(argument) != std::string::npos) {
            found.push_back(pid);
        }
    }
    return found;
}

inline bool runs(const std::string& argument) {
    return !processes_with(argument).empty();
}

} // namespace mkb::conformance
