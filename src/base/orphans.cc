#include "base/orphans.h"

#include "base/files.h"

#include <charconv>
#include <csignal>
#include <sys/stat.h>
#include <unistd.h>

namespace mkb {

namespace fs = std::filesystem;

namespace {

/// The fourth field of a process's stat; the second, its name, may hold anything. 0: it ended meanwhile.
pid_t parent_of(const fs::path& process) {
    const auto stat = read_file(process / "stat");
    const std::size_t name_end = stat ? stat->rfind(") ") : std::string::npos;
    constexpr std::size_t kToParent = 4; // ") S "
    pid_t parent = 0;
    if (name_end != std::string::npos && name_end + kToParent < stat->size()) {
        std::from_chars(stat->data() + name_end + kToParent, stat->data() + stat->size(), parent);
    }
    return parent;
}

bool named_in(const std::string& arguments, const std::string& folder) {
    for (std::size_t at = arguments.find(folder); at != std::string::npos; at = arguments.find(folder, at + 1)) {
        const char next = at + folder.size() < arguments.size() ? arguments[at + folder.size()] : '\0';
        if (next == '/' || next == '\0') {
            return true;
        }
    }
    return false;
}

} // namespace

void end_orphans_of(const fs::path& folder) {
    std::error_code error;
    for (fs::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        pid_t process = 0;
        struct stat status{};
        if (std::from_chars(name.data(), name.data() + name.size(), process).ptr != name.data() + name.size() ||
            stat(entry->path().c_str(), &status) != 0 || status.st_uid != geteuid() || parent_of(entry->path()) != 1) {
            continue;
        }
        const auto arguments = read_file(entry->path() / "cmdline");
        if (arguments && named_in(*arguments, folder.string())) {
            kill(process, SIGKILL);
        }
    }
}

} // namespace mkb
