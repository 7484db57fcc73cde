#include "framework/mnn/compiler_jail.h"

#include "base/shell.h"

#include <cstdio>
#include <fstream>

namespace mkb::mnn {

namespace {

/// What a compiler needs of the system, read-only; those that are not there are passed over.
constexpr const char* kSystemFolders[] = {"/usr/lib", "/usr/lib64", "/usr/bin", "/usr/include",
                                          "/usr/aarch64-linux-gnu"};
constexpr const char* kSystemLinks[][2] = {{"usr/lib", "/lib"}, {"usr/lib64", "/lib64"}, {"usr/bin", "/bin"}};

std::vector<std::string> bubblewrap(const CompileFolders& folders) {
    std::vector<std::string> command = {"bwrap",
                                        "--unshare-all",
                                        "--die-with-parent",
                                        "--new-session",
                                        "--cap-drop",
                                        "ALL",
                                        "--clearenv",
                                        "--setenv",
                                        "PATH",
                                        "/usr/bin",
                                        "--setenv",
                                        "LC_ALL",
                                        "C",
                                        "--setenv",
                                        "TMPDIR",
                                        "/out",
                                        "--setenv",
                                        "LLVM_DISABLE_SYMBOLIZATION",
                                        "1"};
    for (const char* folder : kSystemFolders) {
        command.insert(command.end(), {"--ro-bind-try", folder, folder});
    }
    for (const auto& [target, link] : kSystemLinks) {
        command.insert(command.end(), {"--symlink", target, link});
    }
    const CompileLayout layout;
    const auto bind = [&](const char* how, const std::filesystem::path& real, const std::string& seen) {
        if (!real.empty()) {
            command.insert(command.end(), {how, real.string(), seen});
        }
    };
    bind("--ro-bind", folders.headers, layout.headers);
    bind("--ro-bind", folders.kit, layout.kit);
    bind("--ro-bind", folders.sources, layout.sources);
    bind("--ro-bind", folders.objects, layout.objects);
    bind("--bind", folders.out, layout.out);
    bind("--ro-bind", folders.toolchain, folders.toolchain.string());
    // What is left of the jail's own root is memory: nothing may be written there.
    command.insert(command.end(), {"--remount-ro", "/"});
    command.insert(command.end(), {"--chdir", folders.out.empty() ? "/" : layout.out, "--"});
    return command;
}

} // namespace

bool bubblewrap_works() {
    static const bool works = [] {
        std::vector<std::string> command = bubblewrap({});
        command.push_back("/usr/bin/true");
        const auto done = run_process({.argv = command});
        return done && done->ok();
    }();
    return works;
}

CompileLayout layout_for(const CompileFolders& folders) {
    if (bubblewrap_works()) {
        return {};
    }
    return {.jailed = false,
            .headers = folders.headers.string(),
            .kit = folders.kit.string(),
            .sources = folders.sources.string(),
            .objects = folders.objects.string(),
            .out = folders.out.string()};
}

std::vector<std::string> in_compiler_jail(const CompileFolders& folders, const std::vector<std::string>& command,
                                          const std::vector<std::string>& then) {
    const std::string script = then.empty() ? R"("$@")" : R"("$@" && )" + shell_line(then);
    std::vector<std::string> whole;
    if (bubblewrap_works()) {
        whole = bubblewrap(folders);
        // bubblewrap does not wait for the jail's first process, so what ran in there is counted in there.
        whole.insert(whole.end(), {"/usr/bin/sh", "-c", script + "; code=$?; times > /out/times; exit $code", "sh"});
    } else if (!then.empty()) {
        whole = {"/usr/bin/sh", "-c", script, "sh"};
    }
    whole.insert(whole.end(), command.begin(), command.end());
    return whole;
}

double jailed_cpu_ms(const std::filesystem::path& out) {
    const std::filesystem::path file = out / "times";
    std::error_code error;
    if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(file, error))) {
        return 0;
    }
    std::ifstream lines(file);
    std::string own;
    std::string children;
    std::getline(lines, own);
    std::getline(lines, children);
    double minutes[2] = {0, 0};
    double seconds[2] = {0, 0};
    // "0m1.234s 0m0.056s": user, system
    const int read =
        std::sscanf(children.c_str(), "%lfm%lfs %lfm%lfs", &minutes[0], &seconds[0], &minutes[1], &seconds[1]);
    return read == 4 ? 1000 * (60 * (minutes[0] + minutes[1]) + seconds[0] + seconds[1]) : 0;
}

std::string compiler_isolation() {
    return bubblewrap_works() ? "full" : "partial (no bubblewrap: the compiler ran under limits only)";
}

} // namespace mkb::mnn
