#include "device/device.h"
#include "device/this_machine.h"

namespace mkb {

namespace {

class LocalDevice final : public Device {
public:
    Result<DeviceFacts> facts() override {
        return DeviceFacts{.name = "local", .cpu = cpu_of_this_machine(), .target = "host", .isolation = ""};
    }

    Result<DeviceExit> run(const DeviceCommand& command) override {
        return run_in_fresh_folder(name(), command, KeptFiles::linked, [&](const std::filesystem::path& folder) {
            ProcessSpec spec;
            spec.argv = command.argv;
            spec.argv[0] = (folder / command.argv[0]).string();
            spec.folder = folder;
            return spec;
        });
    }

    Result<QuietReading> quiet() override { return read_machine(); }
    Result<QuietReading> heat() override { return read_heat(); }
    std::string name() const override { return "local"; }
};

} // namespace

std::unique_ptr<Device> make_local_device() {
    return std::make_unique<LocalDevice>();
}

} // namespace mkb
