#pragma once
// One command on the device, from its first process to its last.
#include "device/keeper/folders.h"
#include "device/remote/wire.h"

#include <string>

namespace mkb::keeper {

/// Runs the command in this folder; its output goes to the host as it comes. Afterwards none of its processes is
/// alive, whoever they made themselves children or leaders of. False when there is nobody to tell any more, or trouble
/// was sent.
bool run_command(const wire::Request& request, const std::string& folder);

/// Sends those of the wanted files that are plain files there.
bool send_results(const wire::Request& request, const std::string& folder);

} // namespace mkb::keeper
