#include "base/find_program.h"
#include "base/progress.h"
#include "base/shell.h"
#include "device/device.h"
#include "device/remote/remote.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <thread>

namespace mkb {

namespace {

constexpr const char* kAdb = "adb";
constexpr std::chrono::milliseconds kAdbTime{20'000}; ///< for a word with the adb server, which it may have to start
constexpr std::chrono::milliseconds kBetweenTries{1000};

Result<ProcessExit> run_adb(std::vector<std::string> words, std::chrono::milliseconds wall_time = kAdbTime) {
    if (!find_program(kAdb)) {
        return fail(ErrorKind::environment, "device adb: the program adb is missing; install Debian's package adb, or "
                                            "Android's platform-tools, and put its folder into PATH");
    }
    words.insert(words.begin(), kAdb);
    ProcessSpec spec{.argv = std::move(words)};
    spec.limits.wall_time = wall_time;
    return run_process(spec);
}

struct Attached {
    std::string serial;
    std::string state; ///< "device", "offline", "unauthorized", "no permissions", …
};

/// `adb devices`, which starts the server where none runs.
Result<std::vector<Attached>> attached() {
    MKB_TRY(done, run_adb({"devices"}));
    if (!done.ok()) {
        return fail(ErrorKind::transient, "device adb: the adb server does not answer: {}", last_line(done.err));
    }
    std::vector<Attached> found;
    std::istringstream lines(done.out);
    for (std::string line; std::getline(lines, line);) {
        const std::size_t tab = line.find('\t');
        if (tab != std::string::npos) {
            found.push_back({.serial = line.substr(0, tab), .state = line.substr(tab + 1)});
        }
    }
    return found;
}

class AdbConnection final : public Connection {
public:
    explicit AdbConnection(std::string serial) : serial_(std::move(serial)) {}

    Result<ProcessExit> shell(ShellCommand command) override {
        MKB_DO(choose());
        return run_through({kAdb, "-s", serial_, "shell", "-T"}, std::move(command));
    }

    Error trouble(const ProcessExit& ended) const override {
        if (ended.how == ProcessExit::How::timed_out) {
            return {ErrorKind::transient, fmt::format("device {}: does not answer any more", name())};
        }
        const std::string said = last_line(ended.err);
        const auto says = [&](std::string_view part) { return said.find(part) != std::string::npos; };
        if (says("unauthorized")) {
            return unauthorized();
        }
        if (says("no permissions")) {
            return no_permissions();
        }
        if (says("offline")) {
            return {ErrorKind::transient,
                    fmt::format("device {}: is offline; unplug it and plug it in again, or: adb -s {} reconnect",
                                name(), serial_)};
        }
        if (says("not found")) {
            return away();
        }
        return {ErrorKind::transient,
                fmt::format("device {}: the connection broke: {}", name(), said.empty() ? "adb said nothing" : said)};
    }

    void wait_for_return(std::chrono::milliseconds most) override {
        const auto end = std::chrono::steady_clock::now() + most;
        Progress progress(fmt::format("waiting for device {}", name()));
        while (true) {
            const auto here = attached();
            const auto found = here ? std::ranges::find(*here, serial_, &Attached::serial) : decltype(here->end()){};
            if (here && found != here->end() && found->state == "device") {
                return;
            }
            if (std::chrono::steady_clock::now() >= end || (here && found != here->end() && stays(found->state))) {
                return;
            }
            progress.advance_to(0, !here ? "no adb server" : found == here->end() ? "not there" : found->state);
            reconnect(here && found != here->end());
            std::this_thread::sleep_for(kBetweenTries);
        }
    }

    std::string name() const override { return serial_.empty() ? "adb" : "adb:" + serial_; }

    /// Android's folder for a shell's programs; a Linux behind an adbd has none.
    std::string base_folder() const override {
        const char* folder = std::getenv("MKB_DEVICE_FOLDER");
        return folder != nullptr && *folder != '\0' ? "base=" + shell_word(folder)
                                                    : "base=/data/local/tmp; test -d \"$base\" || base=/var/tmp";
    }

private:
    /// A state that waiting does not change.
    static bool stays(const std::string& state) {
        return state.starts_with("unauthorized") || state.starts_with("no permissions");
    }

    bool over_network() const { return serial_.find(':') != std::string::npos; }

    /// Whatever may bring it back: a device over the network has to be asked for, one on a cable comes by itself.
    void reconnect(bool listed) const {
        if (over_network()) {
            if (listed) {
                (void)run_adb({"disconnect", serial_});
            }
            (void)run_adb({"connect", serial_});
        } else if (listed) {
            (void)run_adb({"reconnect", "offline"});
        }
    }

    Error unauthorized() const {
        return {ErrorKind::environment,
                fmt::format("device {}: has not allowed this machine; unlock it and say yes to its question about USB "
                            "debugging",
                            name())};
    }
    Error no_permissions() const {
        return {ErrorKind::environment,
                fmt::format("device {}: this user may not open its cable; install android-udev-rules and plug it in "
                            "again",
                            name())};
    }
    Error away() const {
        return {ErrorKind::transient,
                over_network() ? fmt::format("device {}: is not connected; is it on, and does 'adb connect {}' work?",
                                             name(), serial_)
                               : fmt::format("device {}: is not attached; plug it in and switch USB debugging on, then "
                                             "'adb devices' lists it",
                                             name())};
    }

    /// The only device that is attached, where none is named; a connection to one that is named by its address.
    Result<void> choose() {
        if (chosen_) {
            return {};
        }
        MKB_TRY(here, attached());
        if (serial_.empty()) {
            if (here.size() > 1) {
                std::vector<std::string> serials;
                std::ranges::transform(here, std::back_inserter(serials), &Attached::serial);
                return fail(ErrorKind::bad_input, "device adb: {} are attached; name one, as in adb:{}: {}",
                            here.size(), serials.front(), fmt::join(serials, ", "));
            }
            if (here.empty()) {
                return fail(ErrorKind::transient, "device adb: none is attached; plug one in and switch USB debugging "
                                                  "on, or name one by its address, as in adb:192.0.2.7:5555");
            }
            serial_ = here.front().serial;
        }
        const auto found = std::ranges::find(here, serial_, &Attached::serial);
        if (found == here.end() && over_network()) {
            (void)run_adb({"connect", serial_});
        } else if (found == here.end()) {
            return std::unexpected(away());
        } else if (found->state.starts_with("unauthorized")) {
            return std::unexpected(unauthorized());
        } else if (found->state.starts_with("no permissions")) {
            return std::unexpected(no_permissions());
        } else if (found->state != "device") {
            reconnect(true);
        }
        chosen_ = true;
        return {};
    }

    std::string serial_;
    bool chosen_ = false;
};

} // namespace

Result<std::unique_ptr<Device>> make_adb_device(const std::string& serial) {
    const bool plain = std::ranges::all_of(serial, [](unsigned char c) {
        return std::isalnum(c) != 0 || std::string_view(".:_-[]%").contains(static_cast<char>(c));
    });
    if (!plain || serial.starts_with('-')) {
        return fail(ErrorKind::bad_input,
                    "device 'adb:{}' is not understood; write adb:SERIAL as 'adb devices' lists it", serial);
    }
    return make_remote_device(std::make_unique<AdbConnection>(serial));
}

Result<std::vector<std::string>> attached_adb_devices() {
    std::vector<std::string> names;
    if (!find_program(kAdb)) {
        return names;
    }
    MKB_TRY(here, attached());
    for (const Attached& device : here) {
        names.push_back("adb:" + device.serial);
    }
    return names;
}

} // namespace mkb
