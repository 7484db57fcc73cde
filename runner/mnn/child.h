#pragma once

namespace mkb::runner {

/// Descriptors a child is started with.
constexpr int kChannelFd = 3;
constexpr int kInputsFd = 4;
constexpr int kOutputsFd = 5;
constexpr int kJobFd = 6;

/// The whole life of one child: sessions, jail, turns. Returns the exit code.
int child_main();

} // namespace mkb::runner
