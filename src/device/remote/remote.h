#pragma once
// A device behind a remote shell: any Linux that has a POSIX shell. What it needs there besides, mkb brings along: one
// static program, the keeper, which is sent once and answers requests over the shell's standard input and output.
#include "device/device.h"
#include "device/remote/connection.h"

#include <memory>

namespace mkb {

std::unique_ptr<Device> make_remote_device(std::unique_ptr<Connection> connection);

} // namespace mkb
