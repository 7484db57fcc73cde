#include "base/find_program.h"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <unistd.h>

namespace mkb {

namespace fs = std::filesystem;

std::optional<fs::path> find_program(const std::string& program) {
    const auto runnable = [](const fs::path& path) {
        std::error_code error;
        return fs::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0;
    };
    if (program.empty()) {
        return std::nullopt;
    }
    if (program.find('/') != std::string::npos) {
        std::error_code error;
        fs::path path = fs::absolute(program, error);
        return !error && runnable(path) ? std::optional(path) : std::nullopt;
    }
    const char* variable = std::getenv("PATH");
    std::string_view folders = variable != nullptr ? variable : "/usr/bin:/bin";
    while (!folders.empty()) {
        const std::size_t colon = std::min(folders.find(':'), folders.size());
        fs::path path = fs::path(folders.substr(0, colon)) / program;
        if (path.is_absolute() && runnable(path)) {
            return path;
        }
        folders.remove_prefix(std::min(colon + 1, folders.size()));
    }
    return std::nullopt;
}

} // namespace mkb
