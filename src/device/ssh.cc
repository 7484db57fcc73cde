#include "base/files.h"
#include "base/hash.h"
#include "base/progress.h"
#include "base/shell.h"
#include "device/device.h"
#include "device/remote/remote.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <sys/stat.h>
#include <thread>

namespace mkb {

namespace fs = std::filesystem;

namespace {

constexpr int kSshTrouble = 255; ///< ssh's exit code for its own trouble
constexpr std::chrono::milliseconds kBetweenTries{1000};

struct Address {
    std::string user, host; ///< `user` may be empty: ssh's configuration decides
    int port = 0;           ///< 0: ssh's configuration decides
};

/// "user@host:port"; an IPv6 address stands in brackets.
Result<Address> parse(const std::string& text) {
    const auto refuse = [&] {
        return fail(ErrorKind::bad_input,
                    "device 'ssh:{}' is not understood; write ssh:user@host or ssh:user@host:port", text);
    };
    Address address;
    std::string rest = text;
    if (const std::size_t at = rest.find('@'); at != std::string::npos) {
        address.user = rest.substr(0, at);
        rest.erase(0, at + 1);
        if (address.user.empty()) {
            return refuse();
        }
    }
    std::size_t colon = rest.find(':');
    if (rest.starts_with('[')) {
        const std::size_t close = rest.find(']');
        if (close == std::string::npos || (close + 1 < rest.size() && rest[close + 1] != ':')) {
            return refuse();
        }
        colon = close + 1 < rest.size() ? close + 1 : std::string::npos;
        address.host = rest.substr(1, close - 1);
    } else {
        address.host = rest.substr(0, colon);
    }
    if (colon != std::string::npos) {
        const std::string port = rest.substr(colon + 1);
        const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
        constexpr int kMostPort = 65535;
        if (error != std::errc() || end != port.data() + port.size() || address.port < 1 || address.port > kMostPort) {
            return refuse();
        }
    }
    const auto plain = [](const std::string& word) {
        return !word.starts_with('-') && std::ranges::none_of(word, [](unsigned char c) {
            return c <= ' ' || c >= 0x7f || std::string_view("'\"\\$`;&|<>()*?").contains(static_cast<char>(c));
        });
    };
    if (address.host.empty() || !plain(address.host) || !plain(address.user)) {
        return refuse();
    }
    return address;
}

/// A folder that only this user can enter, for the sockets of shared connections; their names have little room.
Result<fs::path> socket_folder() {
    const char* runtime = std::getenv("XDG_RUNTIME_DIR");
    fs::path folder = runtime != nullptr && *runtime != '\0' ? fs::path(runtime) / "mkb-ssh"
                                                             : fs::path(fmt::format("/tmp/mkb-ssh-{}", geteuid()));
    mkdir(folder.c_str(), 0700);
    struct stat found{};
    if (lstat(folder.c_str(), &found) != 0 || !S_ISDIR(found.st_mode) || found.st_uid != geteuid() ||
        (found.st_mode & 077U) != 0) {
        return fail(ErrorKind::environment, "{} is not a folder of this user alone; remove it", folder.string());
    }
    return folder;
}

class SshConnection final : public Connection {
public:
    SshConnection(std::string name, Address address) : name_(std::move(name)), address_(std::move(address)) {}

    Result<ProcessExit> shell(ShellCommand command) override {
        MKB_TRY(argv, command_line());
        return run_through(std::move(argv), std::move(command));
    }

    Error trouble(const ProcessExit& ended) const override {
        if (ended.how == ProcessExit::How::timed_out) {
            return {ErrorKind::transient, fmt::format("device {}: does not answer any more", name_)};
        }
        const std::string said = last_line(ended.err);
        if (ended.how == ProcessExit::How::exited && ended.code != kSshTrouble) {
            return {ErrorKind::environment,
                    fmt::format("device {}: its shell ended with {} ({}); try: {} true", name_, ended.code,
                                said.empty() ? "and said nothing" : said, by_hand())};
        }
        const auto says = [&](std::string_view part) { return ended.err.find(part) != std::string::npos; };
        if (says("REMOTE HOST IDENTIFICATION HAS CHANGED")) {
            return {ErrorKind::environment,
                    fmt::format("device {}: its host key is not the one it had; if that is right, remove the old one "
                                "with ssh-keygen -R and connect once with: {}",
                                name_, by_hand())};
        }
        if (says("Host key verification failed")) {
            return {ErrorKind::environment,
                    fmt::format("device {}: its host key is not known here; connect once and accept it: {}", name_,
                                by_hand())};
        }
        if (says("Permission denied")) {
            return {ErrorKind::environment,
                    fmt::format("device {}: refused every key of this user ({}); bring yours there with ssh-copy-id, "
                                "or name it in ~/.ssh/config",
                                name_, said)};
        }
        if (says("Name or service not known") || says("No address associated with hostname")) {
            return {ErrorKind::bad_input, fmt::format("device {}: no machine has the name '{}'", name_, address_.host)};
        }
        if (says("Bad configuration option") || says("Can't open user config file")) {
            return {ErrorKind::environment, fmt::format("device {}: {}", name_, said)};
        }
        return {ErrorKind::transient,
                fmt::format("device {}: cannot be reached: {}", name_, said.empty() ? "the connection broke" : said)};
    }

    void wait_for_return(std::chrono::milliseconds most) override {
        const auto end = std::chrono::steady_clock::now() + most;
        Progress progress(fmt::format("waiting for device {}", name_));
        while (true) {
            const auto tried = shell({.line = "exit 0", .wall_time = std::chrono::seconds(30)});
            if (!tried || tried->ok() || trouble(*tried).kind != ErrorKind::transient ||
                std::chrono::steady_clock::now() >= end) {
                return;
            }
            progress.advance_to(0, last_line(tried->err));
            std::this_thread::sleep_for(kBetweenTries);
        }
    }

    std::string name() const override { return name_; }

    /// A process of root's gives root up and must still reach its working folder, so not below /root.
    std::string base_folder() const override {
        const char* folder = std::getenv("MKB_DEVICE_FOLDER");
        return folder != nullptr && *folder != '\0'
                   ? "base=" + shell_word(folder)
                   : "if test \"$(id -u)\" = 0; then base=/var/tmp; else base=\"$HOME/.cache\"; fi";
    }

private:
    /// What the user would type.
    std::string by_hand() const {
        return fmt::format("ssh{}{} {}{}{}", address_.port > 0 ? fmt::format(" -p {}", address_.port) : "",
                           config() != nullptr ? fmt::format(" -F {}", config()) : "", address_.user,
                           address_.user.empty() ? "" : "@", address_.host);
    }

    static const char* config() {
        const char* file = std::getenv("MKB_SSH_CONFIG");
        return file != nullptr && *file != '\0' ? file : nullptr;
    }

    /// One connection for everything, which outlives this process for a while and serves the next.
    Result<std::vector<std::string>> command_line() const {
        MKB_TRY(folder, socket_folder());
        const std::string own = sha256_hex(config() != nullptr ? config() : "").substr(0, 8);
        std::vector<std::string> argv = {"ssh", "-T", "-a", "-x"};
        if (config() != nullptr) {
            argv.insert(argv.end(), {"-F", config()});
        }
        for (const std::string& option :
             {std::string("BatchMode=yes"), std::string("ConnectTimeout=10"), std::string("LogLevel=ERROR"),
              std::string("ServerAliveInterval=10"), std::string("ServerAliveCountMax=3"),
              std::string("ControlMaster=auto"), std::string("ControlPersist=60"),
              "ControlPath=" + (folder / (own + "-%C")).string()}) {
            argv.insert(argv.end(), {"-o", option});
        }
        if (address_.port > 0) {
            argv.insert(argv.end(), {"-p", std::to_string(address_.port)});
        }
        if (!address_.user.empty()) {
            argv.insert(argv.end(), {"-l", address_.user});
        }
        argv.insert(argv.end(), {"--", address_.host});
        return argv;
    }

    std::string name_;
    Address address_;
};

} // namespace

Result<std::unique_ptr<Device>> make_ssh_device(const std::string& address) {
    MKB_TRY(parsed, parse(address));
    return make_remote_device(std::make_unique<SshConnection>("ssh:" + address, std::move(parsed)));
}

} // namespace mkb
