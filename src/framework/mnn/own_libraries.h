#pragma once
// For a device that may lack the C and C++ libraries that the runner was linked with, or have older ones: they go
// along.
#include "device/device.h"
#include "framework/mnn/kit.h"

#include <string>
#include <vector>

namespace mkb::mnn {

/// The runner, the framework's library, and the loader and libraries of this target's toolchain, the program first. The
/// runner is a copy that asks for the loader in its working folder, by a path without a root.
Result<std::vector<DeviceFile>> runner_files_with_libraries(const Kit& kit, const Toolchain& toolchain);

/// The program with `loader` in its working folder as its loader: the same size, nothing else touched. bad_input when
/// it names none, or too short a one.
Result<std::string> with_loader(std::string program, const std::string& loader);

} // namespace mkb::mnn
