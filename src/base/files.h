#pragma once
// Files: whole reads, atomic writes, temporary folders.
#include "base/descriptor.h"
#include "base/result.h"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace mkb {

/// The whole file as bytes. Fails (bad_input) when it is missing, a folder, unreadable, or larger than `limit_bytes`.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit_bytes = std::size_t{1} << 30);

/// Writes beside `path` and renames, after fsync: a reader sees the old content or the new, never half. Makes the
/// parent folders.
Result<void> write_file_atomic(const std::filesystem::path& path, std::string_view content);

/// Writes in place, without fsync: for a folder that nobody else reads and that goes away again. Makes the parent
/// folders.
Result<void> write_scratch_file(const std::filesystem::path& path, std::string_view content);

/// Removes a folder with everything in it, also below folders without permissions. Links are removed, not followed. No
/// error when it is not there.
Result<void> remove_tree(const std::filesystem::path& root);

/// A folder of its own, mode 0700, removed with everything in it when the object ends (also after a failure).
/// Its process holds a lock on it, so that what a killed process left behind can be told from what is in use.
class TempDir {
public:
    /// Below `parent`, by default the system's folder for temporary files. The name starts with `prefix`. The first
    /// folder that a process makes there removes what killed processes left.
    static Result<TempDir> make(std::string_view prefix, const std::filesystem::path& parent = {});
    TempDir(TempDir&& other) noexcept;
    TempDir& operator=(TempDir&& other) noexcept;
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    ~TempDir();
    /// Removes temporary folders below `parent` whose process was killed, and ends what it left running with them. Only
    /// folders that `make` made there.
    static void remove_abandoned(const std::filesystem::path& parent);
    const std::filesystem::path& path() const { return path_; }

private:
    TempDir(std::filesystem::path path, Descriptor lock) : path_(std::move(path)), lock_(std::move(lock)) {}
    std::filesystem::path path_;
    Descriptor lock_;
};

/// The folder of this project's own files (tasks/, runner/, framework recipes, examples/): `MKB_HOME` if set, else the
/// nearest folder above the running program that holds `tasks/` and `runner/`.
Result<std::filesystem::path> home_dir();

} // namespace mkb
