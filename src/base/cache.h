#pragma once
// The cache outside the tree: downloads and framework builds by content hash, shared by parallel processes.
#include "base/result.h"

#include <filesystem>
#include <functional>
#include <string_view>

namespace mkb {

/// `MKB_CACHE`, else `$XDG_CACHE_HOME/mkb`, else `~/.cache/mkb`. Absolute; not necessarily there yet.
std::filesystem::path cache_dir();

/// The folder `<cache>/<room>/<key>`, made by `make` if it is not there. `make` fills an empty temporary folder on the
/// same file system, which is then renamed into place: an interrupted make leaves nothing that counts, and leftovers of
/// dead makers are removed by the next one. Two processes asking for one entry: one makes it, the other waits on a file
/// lock (`on_wait` is called once before waiting). A read-only cache serves what it holds and fails (environment) with
/// one line for what it does not.
Result<std::filesystem::path>
cache_entry(std::string_view room, std::string_view key,
            const std::function<Result<void>(const std::filesystem::path& empty_folder)>& make,
            const std::function<void()>& on_wait = {});

} // namespace mkb
