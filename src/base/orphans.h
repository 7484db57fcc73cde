#pragma once
#include <filesystem>

namespace mkb {

/// Kills this user's processes that nobody waits for any more (their parent is the system's first process) and that
/// were started with something below `folder` among their arguments. bubblewrap leaves one asleep for ever when its own
/// parent is killed before it has told its child who that is.
void end_orphans_of(const std::filesystem::path& folder);

} // namespace mkb
