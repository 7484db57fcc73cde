// The runner's jail on every device: what a kernel has no business to do does not happen, and is known by its name.
#include "base/files.h"
#include "base/process.h"
#include "device/device.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

class RunnerJail : public testing::TestWithParam<std::string> {
protected:
    static constexpr const char* kRoot = MKB_SOURCE_DIR;

    void SetUp() override {
        const auto facts = device->facts();
        ASSERT_TRUE(facts) << facts.error().message;
        const std::string root = kRoot;
        std::vector<std::string> command = {"clang++-19",         "-std=c++20",           "-O1",
                                            "-fuse-ld=lld-19",    "-fno-exceptions",      "-fno-rtti",
                                            "-I" + root + "/src", "-I" + root + "/runner"};
        if (facts->target != "host") {
            command.push_back("--target=" + facts->target + "-linux-gnu");
        }
        command.insert(command.end(), {root + "/tests/conformance/jailed.cc", root + "/runner/jail.cc",
                                       root + "/runner/emulator.cc", "-o", (folder.path() / "jailed").string()});
        const auto done = run_process({.argv = command});
        ASSERT_TRUE(done && done->ok()) << (done ? done->err : done.error().message);
        ASSERT_TRUE(write_file_atomic(folder.path() / "readable", "this alone"));
    }

    /// What the process says when it tries this.
    std::string says(const std::string& what) {
        DeviceCommand command;
        command.argv = {"jailed", what};
        for (const char* name : {"jailed", "readable"}) {
            command.files.push_back(
                {.name = name, .source = folder.path() / name, .sha256 = "", .executable = true, .keep = false});
        }
        command.pull_folder = folder.path();
        const auto done = device->run(command);
        EXPECT_TRUE(done) << done.error().message;
        EXPECT_EQ(done->how, DeviceExit::How::exited) << what << done->code << done->err;
        return done->out.substr(0, done->out.find('\n'));
    }

    TempDir folder = TempDir::make("mkb-jail-test").value();
    std::unique_ptr<Device> device = device_named(GetParam()).value();
};

TEST_P(RunnerJail, ARefusedSystemCallIsSeenAndDoesNotHappen) {
    EXPECT_EQ(says("nothing"), "fine");
    for (const char* call : {"socket", "clone", "execve", "kill", "openat", "write", "mmap", "process_vm_writev",
                             "rt_sigaction", "rt_sigprocmask", "exit"}) {
        EXPECT_EQ(says(call), std::string("refused ") + call);
    }
}

TEST_P(RunnerJail, OneFileCanBeReadWhileLoadingAndNoOther) {
    EXPECT_EQ(says("read while loading"), "it happened");
    EXPECT_EQ(says("read another while loading"), "failed: Permission denied");
}

TEST_P(RunnerJail, MemoryHasALimit) {
    EXPECT_EQ(says("memory"), "no memory");
}

TEST_P(RunnerJail, ItsLayersAreNamed) {
    const std::string layers = says("layers");
    for (const char* layer : {"no_new_privs", "landlock", "rlimits"}) {
        EXPECT_NE(layers.find(layer), std::string::npos) << layers;
    }
    EXPECT_NE(layers.find(GetParam() == "local" ? "seccomp" : "emulator"), std::string::npos) << layers;
}

TEST_P(RunnerJail, InstructionsAreCountedToTheLastWhereSomebodyCounts) {
    EXPECT_EQ(says("count"), device->instruction_counter().value().empty() ? "nobody counts" : "the same count");
}

INSTANTIATE_TEST_SUITE_P(Devices, RunnerJail, testing::Values("local", "qemu"),
                         [](const auto& name) { return name.param; });

} // namespace
} // namespace mkb
