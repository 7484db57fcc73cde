#pragma once
// The Device seam: where the runner runs. An implementation moves files there, runs one command under limits, and
// brings files back. Every implementation passes tests/conformance/device_conformance.h.
#include "base/result.h"
#include "record/record.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace mkb {

/// A file the command needs. Devices may keep it between commands, by its hash.
struct DeviceFile {
    std::string name;             ///< relative, one component, as the command sees it in its working folder
    std::filesystem::path source; ///< on this host
    std::string sha256;
    bool executable = false;
    bool keep = true; ///< worth keeping on the device (libraries, models), unlike a candidate
};

struct DeviceCommand {
    std::vector<std::string> argv; ///< argv[0] is the name of one of `files`
    std::vector<DeviceFile> files;
    std::vector<std::string> pull;     ///< brought back if they are there
    std::filesystem::path pull_folder; ///< on this host
    std::chrono::milliseconds wall_time{60'000};
    std::size_t output_bytes = 256U << 10; ///< kept per stream
    std::size_t pull_bytes = 512U << 20;   ///< a larger file is not brought back: transient error
};

struct DeviceExit {
    enum class How { exited, signalled, timed_out };
    How how = How::exited;
    int code = 0;
    std::string out, err;
    bool out_cut = false, err_cut = false;
    std::vector<std::string> pulled; ///< names of those that were there
};

/// Load and clocks just before timing (evaluation.md section 5).
struct QuietReading {
    double busy_share = 0; ///< of all cores together, 0…1
    int cores = 1;
    double temperature_c = 0; ///< 0: not readable
    double frequency_mhz = 0; ///< 0: not readable
};

class Device {
public:
    virtual ~Device() = default;
    /// Facts for the record; `transient` when the device is not there.
    virtual Result<DeviceFacts> facts() = 0;
    /// Runs one command to its end. After it nothing of the command's process group is alive and its working folder is
    /// gone, whatever the command did. A device that goes away half-way is a `transient` error, never a verdict.
    virtual Result<DeviceExit> run(const DeviceCommand& command) = 0;
    /// Over about 100 ms.
    virtual Result<QuietReading> quiet() = 0;
    virtual std::string name() const = 0;
    /// What starts another program from within a command, in front of that program's own arguments; empty where
    /// programs start by themselves.
    virtual std::vector<std::string> launcher() const { return {}; }
    /// Who counts a program's instructions there: "QEMU 7.2.22, plug-in"; empty where nobody does.
    virtual Result<std::string> instruction_counter() { return std::string(); }
};

/// This machine.
std::unique_ptr<Device> make_local_device();
/// aarch64 on this machine, emulated by QEMU's user mode, with the jail around the emulator (docs/devices.md).
std::unique_ptr<Device> make_qemu_device();

constexpr std::string_view kDeviceNames[] = {"local", "qemu"};
/// bad_input, listing the devices, for another name. Whether the device is there is a matter of `facts`.
Result<std::unique_ptr<Device>> device_named(std::string_view name);

} // namespace mkb
