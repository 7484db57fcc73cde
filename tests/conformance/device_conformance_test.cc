// Every device is put through tests/conformance/device_conformance.h.
#include "device_conformance.h"

#include "base/in_child_test.h"
#include "base/process.h"
#include "running.h"

#include <sys/resource.h>

namespace mkb::conformance {
namespace {

/// A device by name, with a folder for temporary files of its own.
class EveryDevice : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        std::filesystem::create_directories(temporary());
        std::vector<std::string> command = {"clang++-19", "-std=c++20", "-O1", "-fuse-ld=lld-19"};
        const auto facts = device->facts();
        ASSERT_TRUE(facts) << facts.error().message;
        if (facts->target != "host") {
            command.push_back("--target=" + facts->target + "-linux-gnu");
        }
        command.insert(command.end(), {MKB_CONFORMANCE_COMMAND, "-o", program().string()});
        const auto done = run_process({.argv = command});
        ASSERT_TRUE(done && done->ok()) << (done ? done->err : done.error().message);
    }
    std::vector<std::filesystem::path> working_folders() const {
        std::vector<std::filesystem::path> folders;
        std::error_code gone;
        for (const auto& item : std::filesystem::directory_iterator(temporary(), gone)) {
            folders.push_back(item.path());
        }
        return folders;
    }
    /// Where the device makes its folders: not where the test keeps files and results.
    std::filesystem::path temporary() const { return outer.path() / "tmp"; }
    std::filesystem::path program() const { return outer.path() / "command"; }

    Subject subject() {
        return {.device = *device,
                .program = program(),
                .working_folders = [this] { return working_folders(); },
                .alive = runs};
    }

    TempDir outer = TempDir::make("mkb-conformance").value();
    std::unique_ptr<Device> device = device_named(GetParam()).value();
};

/// The test's own files are made before the variable points elsewhere.
class DeviceElsewhere final : public Device {
public:
    DeviceElsewhere(Device& inner, std::filesystem::path temporary) : inner_(inner), temporary_(std::move(temporary)) {}
    Result<DeviceFacts> facts() override { return inner_.facts(); }
    Result<QuietReading> quiet() override { return inner_.quiet(); }
    std::string name() const override { return inner_.name(); }
    Result<DeviceExit> run(const DeviceCommand& command) override {
        const ScopedVariable variable("TMPDIR", temporary_.string());
        return inner_.run(command);
    }

private:
    Device& inner_;
    std::filesystem::path temporary_;
};

TEST_P(EveryDevice, KeepsAllPromises) {
    DeviceElsewhere elsewhere(*device, temporary());
    const Subject inner = subject();
    check_device({.device = elsewhere,
                  .program = inner.program,
                  .working_folders = inner.working_folders,
                  .alive = inner.alive});
}

TEST_P(EveryDevice, MemoryStaysFlatWhateverTheCommandPrints) {
    const Subject inner = subject();
    Commands commands(inner);
    // The high-water mark is of the whole process: a child of the test that does nothing else.
    EXPECT_EQ(in_child([&] {
                  rusage before{}, after{};
                  getrusage(RUSAGE_SELF, &before);
                  ASSERT_TRUE(commands.run("zeros", "100000000"));
                  getrusage(RUSAGE_SELF, &after);
                  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 32 * 1024);
              }),
              0);
}

TEST_P(EveryDevice, AFileThatIsNotThereIsTroubleOfThisMachine) {
    for (const bool keep : {false, true}) {
        DeviceCommand command;
        command.argv = {"command", "exit", "0"};
        command.files = {{.name = "command", .source = outer.path() / "missing", .sha256 = "", .keep = keep}};
        command.pull_folder = outer.path();
        const auto done = device->run(command);
        ASSERT_FALSE(done);
        EXPECT_EQ(done.error().kind, ErrorKind::environment);
        EXPECT_NE(done.error().message.find("command"), std::string::npos);
    }
}

std::vector<std::string> device_names() {
    return {std::begin(kDeviceNames), std::end(kDeviceNames)};
}

INSTANTIATE_TEST_SUITE_P(Devices, EveryDevice, testing::ValuesIn(device_names()),
                         [](const auto& name) { return name.param; });

} // namespace
} // namespace mkb::conformance
