#pragma once
// What every Device promises, as tests on real processes: one function takes any Device through all of it. Commands are
// actions of one small program (command.cc), built for the device's processor.
#include "base/files.h"
#include "base/hash.h"
#include "device/device.h"

#include <chrono>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

namespace mkb::conformance {

/// A Device under test, and how to look at what it left. All run on the machine of the test.
struct Subject {
    Device& device;
    std::filesystem::path program; ///< command.cc, built for the device
    /// Folders that the device made for commands and that are still there.
    std::function<std::vector<std::filesystem::path>()> working_folders;
    /// Whether a process that was started with this argument still runs, or one that it forked.
    std::function<bool(const std::string&)> alive;
};

class Commands {
public:
    explicit Commands(const Subject& subject) : subject_(subject) {}

    /// Runs one action of the program as the command.
    Result<DeviceExit> run(const std::string& action, const std::string& argument = {},
                           const std::vector<std::string>& pull = {},
                           std::chrono::milliseconds wall_time = std::chrono::seconds(60)) {
        DeviceCommand command;
        command.argv = {"command", action, argument, marker()};
        command.files = files;
        command.files.push_back(
            {.name = "command", .source = subject_.program, .sha256 = "", .executable = true, .keep = false});
        command.pull = pull;
        command.pull_folder = back();
        command.wall_time = wall_time;
        command.output_bytes = kOutputBytes;
        command.pull_bytes = kPullBytes;
        return subject_.device.run(command);
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

    /// The last argument of every command, and of no other process.
    std::string marker() const { return "of " + here_.path().string(); }

    static constexpr std::size_t kOutputBytes = 10'000;
    static constexpr std::size_t kPullBytes = 100'000;
    std::vector<DeviceFile> files;

private:
    const Subject& subject_;
    TempDir here_ = TempDir::make("mkb-conformance").value();
    int number_ = 0;
};

/// A killed process runs nothing more of its own, but the system takes a moment to take it down.
inline bool all_end(const Subject& subject, const Commands& commands) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (subject.alive(commands.marker()) && std::chrono::steady_clock::now() < limit) {
        std::this_thread::yield();
    }
    return !subject.alive(commands.marker());
}

/// How it ended: code or signal.
inline void ends_are_told_apart(const Subject& subject) {
    Commands commands(subject);
    for (const int code : {0, 1, 64, 255}) {
        const auto done = commands.run("exit", std::to_string(code)).value();
        EXPECT_EQ(done.how, DeviceExit::How::exited);
        EXPECT_EQ(done.code, code);
    }
    for (const int signal : {6, 9, 11}) {
        const auto done = commands.run("signal", std::to_string(signal)).value();
        EXPECT_EQ(done.how, DeviceExit::How::signalled);
        EXPECT_EQ(done.code, signal);
    }
    const auto spoken = commands.run("speak", "first argument").value();
    EXPECT_EQ(spoken.out, "first argument\n");
    EXPECT_EQ(spoken.err, "trouble\n");
}

/// Time is over for the whole group, also for who does not listen.
inline void a_time_out_ends_the_whole_group(const Subject& subject) {
    Commands commands(subject);
    const auto done = commands.run("deaf", {}, {}, std::chrono::seconds(2)).value();
    EXPECT_EQ(done.how, DeviceExit::How::timed_out);
    EXPECT_EQ(done.out, "x\nx\n"); // both were there
    EXPECT_TRUE(all_end(subject, commands));
}

/// A command that has ended leaves nobody behind.
inline void the_end_is_the_end_of_its_children(const Subject& subject) {
    Commands commands(subject);
    EXPECT_EQ(commands.run("leave child").value().code, 4);
    EXPECT_TRUE(all_end(subject, commands));
}

/// Output without end is cut, and ends with the time.
inline void endless_output_is_cut(const Subject& subject) {
    Commands commands(subject);
    const auto done = commands.run("print for ever", {}, {}, std::chrono::seconds(2));
    ASSERT_TRUE(done);
    EXPECT_EQ(done->how, DeviceExit::How::timed_out);
    EXPECT_EQ(done->out.size(), Commands::kOutputBytes);
    EXPECT_TRUE(done->out_cut);
    EXPECT_FALSE(done->err_cut);
}

inline void bytes_come_back_as_they_are(const Subject& subject) {
    Commands commands(subject);
    const auto done = commands.run("bytes").value();
    EXPECT_EQ(done.out, std::string("a\0b\xff\r\n", 6));
    EXPECT_EQ(done.err, std::string(1, '\0'));
}

inline void files_go_there_and_back(const Subject& subject) {
    Commands commands(subject);
    std::string content(50'000, '\0');
    for (std::size_t i = 0; i < content.size(); ++i) {
        content[i] = static_cast<char>(i * i >> 3);
    }
    commands.files.push_back(commands.file("in.bin", content));
    commands.files.push_back(commands.file("kept.bin", "kept on the device"));
    commands.files.back().keep = true;
    const auto done = commands.run("join", {}, {"out.bin", "empty", "missing"}).value();
    EXPECT_EQ(done.code, 0);
    EXPECT_EQ(done.out, "command\nempty\nin.bin\nkept.bin\nout.bin\n");
    EXPECT_EQ(done.pulled, (std::vector<std::string>{"out.bin", "empty"}));
    EXPECT_EQ(read_file(commands.back() / "out.bin").value(), content + "kept on the device");
    EXPECT_EQ(read_file(commands.back() / "empty").value(), "");
    EXPECT_FALSE(std::filesystem::exists(commands.back() / "missing"));
}

/// What a command leaves in place of a result is never followed and never waited for.
inline void only_plain_files_come_back(const Subject& subject) {
    Commands commands(subject);
    const auto done = commands.run("no plain files", {}, {"link", "inner", "folder", "pipe"});
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->code, 0);
    EXPECT_TRUE(done->pulled.empty());
    EXPECT_TRUE(std::filesystem::is_empty(commands.back()));
}

inline void a_result_too_large_is_trouble_not_a_verdict(const Subject& subject) {
    Commands commands(subject);
    const auto done = commands.run("large", {}, {"out.bin"});
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::transient);
    EXPECT_TRUE(std::filesystem::is_empty(commands.back()));
}

inline void working_folders_are_fresh_and_go(const Subject& subject) {
    Commands commands(subject);
    EXPECT_EQ(commands.run("leave a mess").value().out, "command\n");
    EXPECT_EQ(commands.run("list and signal", "9").value().out, "command\n");
    EXPECT_EQ(commands.run("list and sleep", {}, {}, std::chrono::seconds(1)).value().out, "command\n");
    EXPECT_TRUE(subject.working_folders().empty());
}

/// The device goes away half-way: trouble, or nothing came back; never a result.
inline void a_vanished_folder_is_trouble(const Subject& subject) {
    Commands commands(subject);
    const auto done = commands.run("vanish", {}, {"out.bin"});
    if (done) {
        EXPECT_TRUE(done->pulled.empty());
    } else {
        EXPECT_EQ(done.error().kind, ErrorKind::transient) << done.error().message;
    }
    EXPECT_TRUE(subject.working_folders().empty());
}

/// The folder above the working folder goes; the caller's own folder lies elsewhere.
inline void a_vanished_parent_is_trouble(const Subject& subject) {
    Commands commands(subject);
    const auto done = commands.run("vanish", "with parent", {"out.bin"});
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
