// Every device is put through tests/conformance/device_conformance.h.
#include "device_conformance.h"

#include "base/in_child_test.h"

#include <csignal>
#include <fstream>
#include <sys/resource.h>

namespace mkb::conformance {
namespace {

/// A zombie that nobody waits for counts as dead: it runs no more.
bool runs(pid_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(status, text);
    const std::size_t end = text.rfind(") ");
    return end != std::string::npos && text[end + 2] != 'Z' && text[end + 2] != 'X';
}

/// The local device, with a folder for temporary files of its own.
class LocalDeviceTest : public testing::Test {
protected:
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

    Subject subject() {
        std::filesystem::create_directories(temporary());
        return {.device = *device, .working_folders = [this] { return working_folders(); }, .alive = runs};
    }

    TempDir outer = TempDir::make("mkb-conformance").value();
    std::unique_ptr<Device> device = make_local_device();
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

TEST_F(LocalDeviceTest, KeepsAllPromises) {
    DeviceElsewhere elsewhere(*device, temporary());
    Subject local = subject();
    check_device({.device = elsewhere, .working_folders = local.working_folders, .alive = local.alive});
}

TEST_F(LocalDeviceTest, MemoryStaysFlatWhateverTheCommandPrints) {
    Commands commands(*device);
    // The high-water mark is of the whole process: a child of the test that does nothing else.
    EXPECT_EQ(in_child([&] {
                  rusage before{}, after{};
                  getrusage(RUSAGE_SELF, &before);
                  ASSERT_TRUE(commands.run("head -c 300000000 /dev/zero; exit 0"));
                  getrusage(RUSAGE_SELF, &after);
                  EXPECT_LT(after.ru_maxrss - before.ru_maxrss, 32 * 1024);
              }),
              0);
}

TEST_F(LocalDeviceTest, AFileThatIsNotThereIsTroubleOfThisMachine) {
    DeviceCommand command;
    command.argv = {"command"};
    command.files = {{.name = "command", .source = outer.path() / "missing", .sha256 = "", .keep = false}};
    command.pull_folder = outer.path();
    const auto done = device->run(command);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().kind, ErrorKind::environment);
    EXPECT_NE(done.error().message.find("command"), std::string::npos);
}

} // namespace
} // namespace mkb::conformance
