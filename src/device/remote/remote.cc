#include "device/remote/remote.h"

#include "base/files.h"
#include "base/hash.h"
#include "base/shell.h"
#include "device/remote/installation.h"
#include "device/remote/reply.h"
#include "device/turn.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>

namespace mkb {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAnswerTime{60'000};  ///< for what needs no time by itself
constexpr milliseconds kReturnTime{120'000}; ///< a device that was there and went away: a reboot; MKB_DEVICE_WAIT
constexpr double kSlowestBytesPerMs = 200;   ///< of a connection that is still of use
constexpr int kTries = 3;                    ///< a request is sent again when the connection breaks
// What a shell's exit code says of a program.
constexpr int kNotRunnable = 126, kNotThere = 127;
double number_in(const std::map<std::string, std::string>& facts, const std::string& name) {
    const auto found = facts.find(name);
    double value = 0;
    if (found != facts.end()) {
        std::from_chars(found->second.data(), found->second.data() + found->second.size(), value);
    }
    return value;
}

/// A request and the bytes that follow it.
struct Message {
    wire::Request request;
    std::string bytes;
};

class RemoteDevice final : public Device {
public:
    explicit RemoteDevice(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

    std::string name() const override { return connection_->name(); }
    bool wants_libraries() const override { return true; }

    Result<void> choose_cores(const std::string& cores) override {
        cores_ = cores;
        return {};
    }
    std::string cores() const override { return cores_; }

    Result<DeviceFacts> facts() override {
        if (facts_) {
            return *facts_;
        }
        MKB_TRY(reply, look());
        const std::string& processor = reply.facts["processor"];
        facts_ = DeviceFacts{.name = name(),
                             .cpu = there_->product.size() > 1 ? there_->product + ", " : "",
                             .target = target(),
                             .isolation = ""};
        facts_->cpu += processor.empty() ? there_->machine : processor;
        return *facts_;
    }

    Result<QuietReading> quiet() override {
        MKB_TRY(reply, look());
        QuietReading reading;
        reading.busy_share = std::clamp(number_in(reply.facts, "busy_share"), 0.0, 1.0);
        reading.cores = std::max(1, static_cast<int>(number_in(reply.facts, "cores")));
        for (const auto& [name, member] : kReadings) {
            reading.*member = number_in(reply.facts, name);
        }
        return reading;
    }

    Result<std::shared_ptr<const Turn>> take_turn() override {
        if (auto mine = turn_.lock()) {
            return mine;
        }
        MKB_DO(connect()); // it has its name only then
        auto turn = Turn::take(name());
        turn_ = turn;
        return turn;
    }

    Result<DeviceExit> run(const DeviceCommand& command) override {
        MKB_TRY(turn, take_turn());
        MKB_TRY(message, message_for(command));
        for (int attempt = 1;; ++attempt) {
            MKB_TRY(reply, ask(message, &command));
            if (reply.missing.empty()) {
                return exit_of(command, std::move(reply));
            }
            if (attempt == kTries) {
                return fail(ErrorKind::environment, "device {}: files that were sent are gone again; is its disk full?",
                            name());
            }
            MKB_DO(store(command, reply.missing));
        }
    }

private:
    /// An NDK builds for phones as phones want it; without one a phone runs what any Linux of its processor runs, with
    /// the libraries that go along.
    std::string target() const {
        const char* ndk = std::getenv("ANDROID_NDK");
        if (there_->android && there_->machine == "aarch64" && ndk != nullptr && *ndk != '\0') {
            return "android";
        }
        return there_->machine == kHostMachine ? "host" : "aarch64";
    }

    static bool keeps(const DeviceFile& file) { return file.keep && !file.sha256.empty(); }

    static Result<std::string> content_of(const DeviceFile& file, const std::string& device) {
        auto bytes = read_file(file.source);
        if (!bytes) {
            return fail(ErrorKind::environment, "device {}: {} cannot be sent: {}", device, file.name,
                        bytes.error().message);
        }
        return bytes;
    }

    Result<Message> message_for(const DeviceCommand& command) {
        Message message;
        wire::Request& request = message.request;
        request.action = "run";
        request.argv = command.argv;
        request.pull = command.pull;
        request.wall_ms = static_cast<std::uint64_t>(command.wall_time.count());
        request.output_bytes = command.output_bytes;
        request.pull_bytes = command.pull_bytes;
        request.cores = cores_;
        for (const DeviceFile& file : command.files) {
            wire::RequestFile wanted{.name = file.name, .sha256 = {}, .executable = file.executable};
            if (keeps(file)) {
                wanted.sha256 = file.sha256;
            } else {
                MKB_TRY(bytes, content_of(file, name()));
                wanted.size = bytes.size();
                message.bytes += bytes;
            }
            request.files.push_back(std::move(wanted));
        }
        return message;
    }

    /// Sends what the device does not have yet. All of the command's kept files are named, so that none of them makes
    /// room for another.
    Result<void> store(const DeviceCommand& command, const std::vector<std::string>& missing) {
        for (const DeviceFile& file : command.files) {
            if (!keeps(file) || std::ranges::find(missing, file.sha256) == missing.end()) {
                continue;
            }
            MKB_TRY(bytes, content_of(file, name()));
            if (sha256_hex(bytes) != file.sha256) {
                return fail(ErrorKind::environment, "device {}: {} is not the file it was; start again", name(),
                            file.source.string());
            }
            Message message;
            message.request.action = "store";
            message.request.files = {
                {.name = file.name, .sha256 = file.sha256, .size = bytes.size(), .executable = file.executable}};
            message.bytes = std::move(bytes);
            MKB_DO(ask(message));
        }
        return {};
    }

    Result<KeeperReply> look() { return ask({.request = {.action = "look", .cores = cores_}, .bytes = {}}); }

    /// One request to its end. A connection that is broken already is made again, and a device that was there and went
    /// away is waited for. What was begun is never begun again: its contents may have been seen.
    Result<KeeperReply> ask(const Message& message, const DeviceCommand* command = nullptr) {
        for (int attempt = 1;; ++attempt) {
            MKB_DO(connect());
            KeeperReply reply = command != nullptr ? KeeperReply(command->pull, command->pull_folder) : KeeperReply();
            MKB_TRY(ended, exchange(message, command, reply));
            auto asked = judge(ended, reply);
            if (asked) {
                return reply;
            }
            if (asked.error().kind != ErrorKind::transient) {
                return std::unexpected(asked.error());
            }
            there_.reset();
            if (reply.greeted() || attempt == kTries) {
                return std::unexpected(asked.error());
            }
        }
    }

    Result<ProcessExit> exchange(const Message& message, const DeviceCommand* command, KeeperReply& reply) {
        const std::string request = wire::pack(message.request);
        wire::Packer size;
        size.number(request.size());
        std::string input = size.take() + request + message.bytes;
        const double bytes =
            static_cast<double>(input.size()) + (command != nullptr ? static_cast<double>(command->pull_bytes) : 0);
        const milliseconds limit = (command != nullptr ? command->wall_time : milliseconds(0)) + kAnswerTime +
                                   milliseconds(static_cast<long>(bytes / kSlowestBytesPerMs));
        return connection_->shell(
            {.line = in_sh(fmt::format("exec {} {}", shell_word(there_->keeper), shell_word(there_->base))),
             .input = std::move(input),
             // A greeting that was lost on its way is a request that was not given away.
             .input_when = [&] { return reply.greeted(); },
             .wall_time = limit,
             .on_stdout = [&](std::string_view piece) { reply.take(piece); }});
    }

    /// What came back as an error of our world, if it is one.
    Result<void> judge(const ProcessExit& ended, const KeeperReply& reply) {
        if (!reply.write_trouble().empty()) {
            return fail(ErrorKind::environment, "device {}: what it sent cannot be written: {}", name(),
                        reply.write_trouble());
        }
        if (reply.trouble) {
            const auto& [kind, line] = *reply.trouble;
            return fail(kind == wire::TroubleKind::gone ? ErrorKind::transient : ErrorKind::environment,
                        "device {}: {}{}", name(), line,
                        kind == wire::TroubleKind::full
                            ? "; free some space there, or name another folder with MKB_DEVICE_FOLDER"
                            : "");
        }
        if (!reply.broken().empty()) {
            return fail(ErrorKind::transient, "device {}: sent what mkb's program there never sends ({})", name(),
                        reply.broken());
        }
        if (reply.done()) {
            return {};
        }
        if (reply.greeted()) {
            return fail(ErrorKind::transient, "device {}: went away while it worked: {}", name(),
                        connection_->trouble(ended).message);
        }
        if (ended.how == ProcessExit::How::exited && (ended.code == kNotThere || ended.code == kNotRunnable)) {
            return fail(ErrorKind::transient, "device {}: mkb's program cannot be started in {} ({})", name(),
                        there_->base, first_line(ended.err));
        }
        return std::unexpected(connection_->trouble(ended));
    }

    Result<DeviceExit> exit_of(const DeviceCommand& command, KeeperReply reply) {
        if (!reply.too_large.empty()) {
            std::error_code error;
            for (const std::string& pulled : reply.pulled) {
                std::filesystem::remove(command.pull_folder / pulled, error);
            }
            return fail(ErrorKind::transient, "device {}: {} is larger than {} bytes", name(), reply.too_large,
                        command.pull_bytes);
        }
        if (!reply.ended) {
            return fail(ErrorKind::transient, "device {}: the command's end did not come back", name());
        }
        DeviceExit result{.how = DeviceExit::How::exited,
                          .code = static_cast<int>(reply.ended->code),
                          .out = std::move(reply.out),
                          .err = std::move(reply.err)};
        result.how = reply.ended->how == wire::How::exited      ? DeviceExit::How::exited
                     : reply.ended->how == wire::How::signalled ? DeviceExit::How::signalled
                                                                : DeviceExit::How::timed_out;
        result.out_cut = reply.ended->out_cut;
        result.err_cut = reply.ended->err_cut;
        result.pulled = std::move(reply.pulled);
        return result;
    }

    /// Finds out what is there and brings the keeper, once; waits for a device that was there before.
    Result<void> connect() {
        if (there_) {
            return {};
        }
        if (keepers_.empty()) {
            MKB_TRY(keepers, load_keepers());
            keepers_ = std::move(keepers);
        }
        if (was_there_) {
            connection_->wait_for_return(return_time());
            was_there_ = false; // and not waited for a second time, if it is not there now
        }
        MKB_TRY(there, find_or_bring_keeper(*connection_, keepers_));
        there_ = std::move(there);
        was_there_ = true;
        return {};
    }

    static milliseconds return_time() {
        const char* seconds = std::getenv("MKB_DEVICE_WAIT");
        return seconds != nullptr && *seconds != '\0' ? std::chrono::seconds(std::max(0, std::atoi(seconds)))
                                                      : kReturnTime;
    }

    std::unique_ptr<Connection> connection_;
    std::vector<Keeper> keepers_;
    std::optional<Installation> there_;
    std::optional<DeviceFacts> facts_;
    std::string cores_;
    std::weak_ptr<const Turn> turn_;
    bool was_there_ = false;
};

} // namespace

Result<ProcessExit> run_through(std::vector<std::string> argv, ShellCommand command) {
    argv.push_back(std::move(command.line));
    ProcessSpec spec{.argv = std::move(argv),
                     .input = std::move(command.input),
                     .input_when = std::move(command.input_when),
                     .on_stdout = std::move(command.on_stdout)};
    spec.limits.wall_time = command.wall_time;
    return run_process(spec);
}

std::string last_line(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
        text.pop_back();
    }
    const std::size_t newline = text.rfind('\n');
    return newline == std::string::npos ? text : text.substr(newline + 1);
}

std::unique_ptr<Device> make_remote_device(std::unique_ptr<Connection> connection) {
    return std::make_unique<RemoteDevice>(std::move(connection));
}

} // namespace mkb
