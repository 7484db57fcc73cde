#pragma once
// The Device seam: where the runner runs. An implementation moves files there, runs one command under limits, and
// brings files back. Every implementation passes tests/conformance/device_conformance.h.
#include "base/result.h"
#include "device/readings.h"
#include "record/record.h"

#include <chrono>
#include <filesystem>
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

class Turn;

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
    /// The same; where that is quicker, without the load.
    virtual Result<QuietReading> heat() { return quiet(); }
    /// While what comes back lives, no other mkb of this user on this host runs a command there: nothing of ours
    /// disturbs what is timed. Waits, with progress. A device that takes no turns gives nothing.
    virtual Result<std::shared_ptr<const Turn>> take_turn() { return nullptr; }
    virtual std::string name() const = 0;
    /// Which cores commands run on from now on: "big", "little", or numbers as in "0-3,6". bad_input where the device
    /// leaves no choice; a core that is not there shows with the first command.
    virtual Result<void> choose_cores(const std::string& /*cores*/) {
        return fail(ErrorKind::bad_input, "device {}: its cores cannot be chosen by --cores; --core N names one",
                    name());
    }
    /// Those that were chosen.
    virtual std::string cores() const { return {}; }
    /// What starts another program from within a command, in front of that program's own arguments; empty where
    /// programs start by themselves.
    virtual std::vector<std::string> launcher() const { return {}; }
    /// Whether a program must bring its C and C++ libraries along: nobody knows which ones are there.
    virtual bool wants_libraries() const { return false; }
    /// Who counts a program's instructions there: "QEMU 7.2.22, plug-in"; empty where nobody does.
    virtual Result<std::string> instruction_counter() { return std::string(); }
};

/// This machine.
std::unique_ptr<Device> make_local_device();
/// aarch64 on this machine, emulated by QEMU's user mode, with the jail around the emulator (docs/devices.md).
std::unique_ptr<Device> make_qemu_device();

/// A Linux board that the system's OpenSSH reaches: "user@host" or "user@host:port". bad_input for anything else.
Result<std::unique_ptr<Device>> make_ssh_device(const std::string& address);

/// A phone that the system's adb reaches, by its serial as `adb devices` lists it ("R58M123", "192.0.2.7:5555"); empty:
/// the only one. bad_input for what cannot be one.
Result<std::unique_ptr<Device>> make_adb_device(const std::string& serial);
/// Names of the devices that the adb server knows, whatever their state. Nothing where there is no adb.
Result<std::vector<std::string>> attached_adb_devices();

/// Those that need no address.
constexpr std::string_view kDeviceNames[] = {"local", "qemu"};
/// "local", "qemu", "ssh:user@host:port", "adb", "adb:SERIAL". bad_input, listing the devices, for another name.
/// Whether the device is there is a matter of `facts`.
Result<std::unique_ptr<Device>> device_named(std::string_view name);

} // namespace mkb
