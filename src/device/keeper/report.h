#pragma once
// The keeper's side of device/remote/wire.h: frames to the host, bytes from it.
#include "device/remote/wire.h"

#include <string>
#include <string_view>

namespace mkb::keeper {

/// Sends one frame to standard output. False when nobody reads any more: then there is nothing to go on for.
bool send(wire::Frame kind, std::string_view content);
/// One line for the user, which names the thing and the next step.
bool send_trouble(wire::TroubleKind kind, const std::string& line);
/// What errno says, as trouble: a full disk is told from the rest.
bool send_errno(const std::string& doing);
/// The host is gone: its end of standard output is closed.
bool host_is_gone();
/// Exactly `size` bytes of standard input; false at an early end.
bool receive(char* to, std::size_t size);
/// What of a request is still on its way when nobody needs it any more: some connections break when nobody reads, and
/// take the reply with them. Ends with the input, or when nothing comes for a second.
void swallow_the_rest();

} // namespace mkb::keeper
