#pragma once
// What the devices on this machine have in common: a command's fresh working folder, its files there and back, the
// process, and the machine's load.
#include "base/process.h"
#include "device/device.h"

#include <filesystem>
#include <functional>
#include <string>

namespace mkb {

/// How files that are worth keeping come into the working folder: the others are copied, always.
enum class KeptFiles : std::uint8_t {
    linked, ///< symbolic links to where they are
    left,   ///< not at all: `start` brings them in
};

/// How the command is to be started in this folder. The limits on time and output are set afterwards.
using StartCommand = std::function<ProcessSpec(const std::filesystem::path& folder)>;

/// One command from its files to its results, as Device::run promises it. `device` names it in errors.
Result<DeviceExit> run_in_fresh_folder(const std::string& device, const DeviceCommand& command, KeptFiles kept,
                                       const StartCommand& start);

/// Model name of the processor.
std::string cpu_of_this_machine();

} // namespace mkb
