#include "base/find_program.h"
#include "base/process.h"
#include "device/device.h"
#include "device/this_machine.h"

#include <optional>

namespace mkb {

namespace fs = std::filesystem;

namespace {

constexpr const char* kEmulator = "qemu-aarch64";
constexpr const char* kSystemRoot = "/usr/aarch64-linux-gnu"; ///< Debian's cross libc: the emulated program's libraries
constexpr const char* kPlugin = MKB_QEMU_PLUGIN;
// As everything in the jail sees them.
constexpr const char* kWorkFolder = "/work";
constexpr const char* kPluginInside = "/emulator/plugin.so";
#if defined(__x86_64__)
constexpr const char* kHostLibraries[] = {"/usr/lib/x86_64-linux-gnu", "/usr/lib64"};
#else
constexpr const char* kHostLibraries[] = {"/usr/lib/aarch64-linux-gnu"};
#endif

/// The jail from outside: the emulator, what it loads, the emulated system's libraries, one folder to write into (if
/// any), and no network. An unprivileged user, because the runner as root would want to become one and cannot in here.
std::vector<std::string> jail(const fs::path& emulator, const fs::path& folder) {
    std::vector<std::string> command = {
        "bwrap", "--unshare-all", "--die-with-parent", "--cap-drop", "ALL", "--uid", "65534",
        "--gid", "65534",         "--clearenv"};
    const auto bind = [&](const char* how, const std::string& real, const std::string& seen) {
        command.insert(command.end(), {how, real, seen});
    };
    for (const char* libraries : kHostLibraries) {
        bind("--ro-bind", libraries, libraries);
    }
    bind("--symlink", "usr/lib", "/lib");
    bind("--symlink", "usr/lib64", "/lib64");
    bind("--ro-bind", emulator.string(), emulator.string());
    bind("--ro-bind", kSystemRoot, kSystemRoot);
    bind("--ro-bind", kPlugin, kPluginInside);
    bind("--dev-bind", "/dev/null", "/dev/null");
    command.insert(command.end(), {"--proc", "/proc"});
    if (!folder.empty()) {
        bind("--bind", folder.string(), kWorkFolder);
        command.insert(command.end(), {"--chdir", kWorkFolder});
    }
    return command;
}

class QemuDevice final : public Device {
public:
    Result<DeviceFacts> facts() override {
        MKB_TRY(version, version_of_emulator());
        return DeviceFacts{.name = name(),
                           .cpu = fmt::format("aarch64 emulated by QEMU {} ({})", version, cpu_of_this_machine()),
                           .target = "aarch64",
                           .isolation = "",
                           .emulated = true};
    }

    Result<DeviceExit> run(const DeviceCommand& command) override {
        MKB_DO(version_of_emulator());
        MKB_TRY(result, run_in_fresh_folder(name(), command, KeptFiles::left, [&](const fs::path& folder) {
                    return ProcessSpec{.argv = command_line(command, folder)};
                }));
        if (result.how != DeviceExit::How::exited) {
            return result;
        }
        if (result.code == 1 && result.err.starts_with("bwrap: ")) {
            return fail(ErrorKind::environment, "device qemu: {}", result.err.substr(0, result.err.find('\n')));
        }
        // bubblewrap reports a program that a signal ended as shells do.
        constexpr int kSignals = 64;
        if (result.code > 128 && result.code <= 128 + kSignals) {
            result.how = DeviceExit::How::signalled;
            result.code -= 128;
        }
        return result;
    }

    Result<QuietReading> quiet() override { return read_machine(); }
    std::string name() const override { return "qemu"; }

    std::vector<std::string> launcher() const override {
        const auto emulator = find_program(kEmulator);
        return {emulator ? emulator->string() : kEmulator, "-L", kSystemRoot, "-plugin", kPluginInside};
    }

    Result<std::string> instruction_counter() override {
        MKB_TRY(version, version_of_emulator());
        return fmt::format("QEMU {}, plug-in", version);
    }

private:
    std::vector<std::string> command_line(const DeviceCommand& command, const fs::path& folder) const {
        const std::vector<std::string> start = launcher();
        std::vector<std::string> line = jail(start.front(), folder);
        for (const DeviceFile& file : command.files) {
            if (file.keep) {
                line.insert(line.end(), {"--ro-bind", fs::absolute(file.source).string(),
                                         std::string(kWorkFolder) + "/" + file.name});
            }
        }
        line.emplace_back("--");
        line.insert(line.end(), start.begin(), start.end());
        line.push_back(std::string(kWorkFolder) + "/" + command.argv.front());
        line.insert(line.end(), command.argv.begin() + 1, command.argv.end());
        return line;
    }

    /// environment, naming the next step, when something that the device is made of is missing.
    Result<std::string> version_of_emulator() {
        if (version_) {
            return *version_;
        }
        if (!find_program(kEmulator)) {
            return fail(ErrorKind::environment, "device qemu: {} is missing; install qemu-user, or run script/build",
                        kEmulator);
        }
        for (const std::string& needed : {std::string(kSystemRoot) + "/lib/libc.so.6", std::string(kPlugin)}) {
            std::error_code error;
            if (!fs::exists(needed, error)) {
                return fail(ErrorKind::environment,
                            "device qemu: {} is missing; install libc6-dev-arm64-cross and "
                            "libstdc++-12-dev-arm64-cross, or run script/build",
                            needed);
            }
        }
        std::vector<std::string> command = jail(*find_program(kEmulator), {});
        command.insert(command.end(), {"--", find_program(kEmulator)->string(), "--version"});
        MKB_TRY(done, run_process({.argv = command}));
        constexpr std::string_view kBefore = "version ";
        const std::size_t at = done.out.find(kBefore);
        if (!done.ok() || at == std::string::npos) {
            return fail(ErrorKind::environment,
                        "device qemu: {} does not run in bubblewrap, and nothing else keeps a candidate in: {}",
                        kEmulator, done.err.substr(0, done.err.find('\n')));
        }
        const std::size_t from = at + kBefore.size();
        version_ = done.out.substr(from, done.out.find_first_of(" \n", from) - from);
        return *version_;
    }

    std::optional<std::string> version_;
};

} // namespace

std::unique_ptr<Device> make_qemu_device() {
    return std::make_unique<QemuDevice>();
}

} // namespace mkb
