#pragma once
// What every Device promises, as tests on real processes: one function takes any Device through all of it. Commands are
// shell scripts, so that a device needs nothing but /bin/sh.
#include "base/files.h"
#include "base/hash.h"
#include "device/device.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace mkb::conformance {

/// A Device under test, and how to look at what it left. All run on the machine of the test.
struct Subject {
    Device& device;
    /// Folders that the device made for commands and that are still there.
    std::function<std::vector<std::filesystem::path>()> working_folders;
    /// Whether a process of this number, as the command saw it, still runs.
    std::function<bool(pid_t)> alive;
};

class Commands {
public:
    explicit Commands(Device& device) : device_(device) {}

    /// Runs a shell script as the command; its text is a file like any other.
    Result<DeviceExit> run(const std::string& script, const std::vector<std::string>& pull = {},
                           std::chrono::milliseconds wall_time = std::chrono::seconds(60)) {
        DeviceCommand command;
        command.argv = {"command", "first argument"};
        command.files = files;
        command.files.push_back(file("command", "#!/bin/sh\n" + script + "\n"));
        command.files.back().executable = true;
        command.pull = pull;
        command.pull_folder = back();
        command.wall_time = wall_time;
        command.output_bytes = kOutputBytes;
        command.pull_bytes = kPullBytes;
        return device_.run(command);
    }

    DeviceFile file(const std::string& name, const std::string& content) {
        const auto source = here_.path() / "files" / std::to_string(number_++);
        EXPECT_TRUE(write_file_atomic(source, content));
        return {.name = name, .source = source, .sha256 = sha256_hex(content), .executable = false, .keep = false};
    }

    std::filesystem::path back() const {
        std::filesystem::create_directories(here_.path() / "back");
        return here_.path() / "back";
    }

    static constexpr std::size_t kOutputBytes = 10'000;
    static constexpr std::size_t kPullBytes = 100'000;
    std::vector<DeviceFile> files;

private:
    Device& device_;
    TempDir here_ = TempDir::make("mkb-conformance").value();
    int number_ = 0;
};

/// A killed process runs nothing more of its own, but the system takes a moment to take it down.
inline bool ends(const Subject& subject, pid_t pid) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (subject.alive(pid) && std::chrono::steady_clock::now() < limit) {
        std::this_thread::yield();
    }
    return !subject.alive(pid);
}

/// How it ended: code or signal.
inline void ends_are_told_apart(const Subject& subject) {
    Commands commands(subject.device);
    for (const int code : {0, 1, 64, 255}) {
        const auto done = commands.run("exit " + std::to_string(code)).value();
        EXPECT_EQ(done.how, DeviceExit::How::exited);
        EXPECT_EQ(done.code, code);
    }
    for (const int signal : {6, 9, 11}) {
        const auto done = commands.run("kill -" + std::to_string(signal) + " $$").value();
        EXPECT_EQ(done.how, DeviceExit::How::signalled);
        EXPECT_EQ(done.code, signal);
    }
    const auto spoken = commands.run("echo \"$1\"; echo trouble >&2").value();
    EXPECT_EQ(spoken.out, "first argument\n");
    EXPECT_EQ(spoken.err, "trouble\n");
}

/// Time is over for the whole group, also for who does not listen.
inline void a_time_out_ends_the_whole_group(const Subject& subject) {
    Commands commands(subject.device);
    const auto done = commands
                          .run("sh -c 'trap \"\" TERM INT HUP; echo $$; while :; do sleep 1000; done' &\n"
                               "trap '' TERM\necho $$\nwait\nwhile :; do :; done",
                               {}, std::chrono::milliseconds(700))
                          .value();
    EXPECT_EQ(done.how, DeviceExit::How::timed_out);
    std::istringstream words(done.out);
    int seen = 0;
    for (pid_t pid = 0; words >> pid; ++seen) {
        EXPECT_TRUE(ends(subject, pid)) << pid;
    }
    EXPECT_EQ(seen, 2) << done.out;
}

/// A command that has ended leaves nobody behind.
inline void the_end_is_the_end_of_its_children(const Subject& subject) {
    Commands commands(subject.device);
    const auto later = commands.run("sh -c 'trap \"\" TERM HUP; exec sleep 1000' & echo $!; exit 4").value();
    EXPECT_EQ(later.code, 4);
    EXPECT_TRUE(ends(subject, std::stoi(later.out)));
}

/// Output without end is cut, and ends with the time.
inline void endless_output_is_cut(const Subject& subject) {
    Commands commands(subject.device);
    const auto done =
        commands.run("while :; do echo 0123456789012345678901234567890123456789; done", {}, std::chrono::seconds(1));
    ASSERT_TRUE(done);
    EXPECT_EQ(done->how, DeviceExit::How::timed_out);
    EXPECT_EQ(done->out.size(), Commands::kOutputBytes);
    EXPECT_TRUE(done->out_cut);
    EXPECT_FALSE(done->err_cut);
}

inline void bytes_come_back_as_they_are(const Subject& subject) {
    Commands commands(subject.device);
    const auto done = commands.run("printf 'a\\000b\\377\\r\\n'; printf '\\000' >&2").value();
    EXPECT_EQ(done.out, std::string("a\0b\xff\r\n", 6));
    EXPECT_EQ(done.err, std::string(1, '\0'));
}

inline void files_go_there_and_back(const Subject& subject) {
    Commands commands(subject.device);
    std::string content(50'000, '\0');
    for (std::size_t i = 0; i < content.size(); ++i) {
        content[i] = static_cast<char>(i * i >> 3);
    }
    commands.files.push_back(commands.file("in.bin", content));
    commands.files.push_back(commands.file("kept.bin", "kept on the device"));
    commands.files.back().keep = true;
    const auto done =
        commands.run("cat in.bin kept.bin > out.bin; : > empty; ls -A | sort", {"out.bin", "empty", "missing"}).value();
    EXPECT_EQ(done.code, 0);
    EXPECT_EQ(done.out, "command\nempty\nin.bin\nkept.bin\nout.bin\n");
    EXPECT_EQ(done.pulled, (std::vector<std::string>{"out.bin", "empty"}));
    EXPECT_EQ(read_file(commands.back() / "out.bin").value(), content + "kept on the device");
    EXPECT_EQ(read_file(commands.back() / "empty").value(), "");
    EXPECT_FALSE(std::filesystem::exists(commands.back() / "missing"));
}

/// What a command leaves in place of a result is never followed and never waited for.
inline void only_plain_files_come_back(const Subject& subject) {
    Commands commands(subject.device);
    const auto done = commands.run("ln -s /etc/passwd link; ln -s command inner; mkdir folder; mkfifo pipe",
                                   {"link", "inner", "folder", "pipe"});
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_TRUE(done->pulled.empty());
    EXPECT_TRUE(std::filesystem::is_empty(commands.back()));
}

inline void a_result_too_large_is_trouble_not_a_verdict(const Subject& subject) {
    Commands commands(subject.device);
    const auto done = commands.run("head -c 200000 /dev/zero > out.bin", {"out.bin"});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::transient);
    EXPECT_TRUE(std::filesystem::is_empty(commands.back()));
}

inline void working_folders_are_fresh_and_go(const Subject& subject) {
    Commands commands(subject.device);
    EXPECT_EQ(commands.run("ls -A; mkdir -p a/b; echo x > a/b/c; chmod 0 a/b a; pwd").value().out.substr(0, 8),
              "command\n");
    EXPECT_EQ(commands.run("ls -A; kill -9 $$").value().out, "command\n");
    EXPECT_EQ(commands.run("ls -A; sleep 1000", {}, std::chrono::milliseconds(300)).value().out, "command\n");
    EXPECT_TRUE(subject.working_folders().empty());
}

/// The device goes away half-way: trouble, or nothing came back; never a result.
inline void a_vanished_folder_is_trouble(const Subject& subject) {
    Commands commands(subject.device);
    const auto done = commands.run("echo x > out.bin; rm -rf \"$(pwd)\"; exit 0", {"out.bin"});
    if (done) {
        EXPECT_TRUE(done->pulled.empty());
    } else {
        EXPECT_EQ(done.error().kind, ErrorKind::transient) << done.error().message;
    }
    EXPECT_TRUE(subject.working_folders().empty());
}

/// The folder above the working folder goes; the caller's own folder lies elsewhere.
inline void a_vanished_parent_is_trouble(const Subject& subject) {
    Commands commands(subject.device);
    const auto done = commands.run("echo x > out.bin; rm -rf \"$(dirname \"$(pwd)\")\"; exit 0", {"out.bin"});
    if (done) {
        EXPECT_TRUE(done->pulled.empty());
    } else {
        EXPECT_NE(done.error().kind, ErrorKind::bad_input) << done.error().message;
    }
    EXPECT_TRUE(subject.working_folders().empty());
}

inline void the_readings_are_possible(const Subject& subject) {
    const auto reading = subject.device.quiet().value();
    EXPECT_GE(reading.cores, 1);
    EXPECT_GE(reading.busy_share, 0);
    EXPECT_LE(reading.busy_share, 1);
    const auto facts = subject.device.facts().value();
    EXPECT_EQ(facts.name, subject.device.name());
    EXPECT_FALSE(facts.cpu.empty());
    EXPECT_FALSE(facts.target.empty());
}

/// All of it, in an order that ends with what destroys the device's folder.
inline void check_device(const Subject& subject) {
    ends_are_told_apart(subject);
    a_time_out_ends_the_whole_group(subject);
    the_end_is_the_end_of_its_children(subject);
    endless_output_is_cut(subject);
    bytes_come_back_as_they_are(subject);
    files_go_there_and_back(subject);
    only_plain_files_come_back(subject);
    a_result_too_large_is_trouble_not_a_verdict(subject);
    working_folders_are_fresh_and_go(subject);
    a_vanished_folder_is_trouble(subject);
    the_readings_are_possible(subject);
    a_vanished_parent_is_trouble(subject);
}

} // namespace mkb::conformance
