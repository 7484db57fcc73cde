#include "framework/mnn/compiler_jail.h"

namespace mkb::mnn {

namespace {

/// What a compiler needs of the system, read-only; those that are not there are passed over.
constexpr const char* kSystemFolders[] = {"/usr/lib", "/usr/lib64", "/usr/bin", "/usr/include",
                                          "/usr/aarch64-linux-gnu"};
constexpr const char* kSystemLinks[][2] = {{"usr/lib", "/lib"}, {"usr/lib64", "/lib64"}, {"usr/bin", "/bin"}};

std::vector<std::string> bubblewrap(const CompileFolders& folders) {
    std::vector<std::string> command = {
        "bwrap",    "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--clearenv",
        "--setenv", "PATH",          "/usr/bin",          "--setenv",      "LC_ALL",     "C",   "--setenv",
        "TMPDIR",   "/out"};
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
    bind("--bind", folders.out, layout.out);
    bind("--ro-bind", folders.toolchain, folders.toolchain.string());
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
            .out = folders.out.string()};
}

std::vector<std::string> in_compiler_jail(const CompileFolders& folders, const std::vector<std::string>& command) {
    if (!bubblewrap_works()) {
        return command;
    }
    std::vector<std::string> whole = bubblewrap(folders);
    whole.insert(whole.end(), command.begin(), command.end());
    return whole;
}

std::string compiler_isolation() {
    return bubblewrap_works() ? "full" : "partial (no bubblewrap: the compiler ran under limits only)";
}

} // namespace mkb::mnn
