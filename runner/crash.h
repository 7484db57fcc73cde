#pragma once
// Fatal signals in a child: what happened is written into the channel, the turn goes back, and the process ends.
#include "channel.h"

namespace mkb::runner {

/// Handlers on a stack of their own, for every fatal signal, SIGSYS (a refused system call) and SIGTRAP (poisoned
/// native code).
void install_crash_handlers(Channel& channel);

} // namespace mkb::runner
