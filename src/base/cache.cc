#include "base/cache.h"

#include "base/descriptor.h"
#include "base/files.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>

namespace mkb {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTemporaryMark = ".tmp-";

/// Names of rooms and keys are ours or hashes, never foreign text.
bool is_plain_name(std::string_view name) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
               c == '.';
    };
    return !name.empty() && name.front() != '.' && std::ranges::all_of(name, plain) &&
           name.find(kTemporaryMark) == std::string_view::npos && !name.ends_with(".lock");
}

bool is_folder(const fs::path& path) {
    std::error_code ignored;
    return fs::is_directory(path, ignored);
}

std::unexpected<Error> cannot_write(const fs::path& entry, const std::string& reason) {
    return fail(ErrorKind::environment,
                "cache entry '{}' is not there and cannot be made ({}); set MKB_CACHE to a folder that you can write",
                entry.string(), reason);
}

/// The lock of one key, held as long as the object lives, and let go by the system when its process dies. Its file
/// stays: removing it would let a third process lock a new file of the same name.
class Lock {
public:
    /// Locked, or the reason why not.
    static Result<Lock> take(const fs::path& entry, const std::function<void()>& on_wait) {
        Lock lock(entry);
        if (!lock.file_) {
            return cannot_write(entry, std::strerror(errno));
        }
        if (lock.try_now()) {
            return lock;
        }
        if (errno == EWOULDBLOCK && on_wait) {
            on_wait();
        }
        while (flock(lock.file_.get(), LOCK_EX) != 0) {
            if (errno != EINTR) {
                return cannot_write(entry, std::strerror(errno));
            }
        }
        return lock;
    }
    explicit Lock(const fs::path& entry)
        : file_(open((entry.string() + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {}
    bool try_now() const { return file_ && flock(file_.get(), LOCK_EX | LOCK_NB) == 0; }

private:
    Descriptor file_;
};

/// Removes what dead makers left in the room. Every maker holds its key's lock while its temporary folder is there, so
/// a folder whose lock is free has no maker any more. `key` is locked by us.
void remove_leftovers(const fs::path& room, std::string_view key) {
    std::error_code error;
    std::vector<fs::path> leftovers;
    for (fs::directory_iterator entry(room, error), end; !error && entry != end; entry.increment(error)) {
        if (entry->path().filename().string().find(kTemporaryMark) != std::string::npos) {
            leftovers.push_back(entry->path());
        }
    }
    for (const fs::path& leftover : leftovers) {
        const std::string name = leftover.filename().string();
        const std::string owner = name.substr(0, name.find(kTemporaryMark));
        if (owner == key) {
            (void)remove_tree(leftover);
            continue;
        }
        const Lock lock(room / owner);
        if (lock.try_now()) {
            (void)remove_tree(leftover);
        }
    }
}

/// Everything reaches the disk before the rename does, so that no power cut leaves an entry with holes.
Result<void> sync_tree(const fs::path& root) {
    const auto sync = [](const fs::path& path) {
        const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        return file && fsync(file.get()) == 0;
    };
    std::error_code error;
    for (fs::recursive_directory_iterator entry(root, error), end; !error && entry != end; entry.increment(error)) {
        const fs::file_status status = entry->symlink_status(error);
        if (!error && (fs::is_regular_file(status) || fs::is_directory(status)) && !sync(entry->path())) {
            return cannot_write(root, std::strerror(errno));
        }
    }
    if (error || !sync(root)) {
        return cannot_write(root, error ? error.message() : std::strerror(errno));
    }
    return {};
}

} // namespace

fs::path cache_dir() {
    const auto variable = [](const char* name) -> fs::path {
        const char* value = std::getenv(name);
        return value != nullptr ? value : "";
    };
    std::error_code error;
    fs::path folder = variable("MKB_CACHE");
    if (folder.empty()) {
        const fs::path base = variable("XDG_CACHE_HOME");
        // The XDG specification: a relative path counts as not set.
        folder = (base.is_absolute() ? base : variable("HOME") / ".cache") / "mkb";
    }
    fs::path absolute = fs::absolute(folder, error);
    return error ? folder : absolute;
}

Result<fs::path> cache_entry(std::string_view room_name, std::string_view key,
                             const std::function<Result<void>(const fs::path& empty_folder)>& make,
                             const std::function<void()>& on_wait) {
    MKB_CHECK(is_plain_name(room_name) && is_plain_name(key));
    const fs::path room = cache_dir() / room_name;
    fs::path entry = room / key;
    if (is_folder(entry)) {
        return entry;
    }
    std::error_code error;
    fs::create_directories(room, error);
    if (error) {
        return cannot_write(entry, error.message());
    }
    MKB_TRY(lock, Lock::take(entry, on_wait));
    if (is_folder(entry)) {
        return entry;
    }
    remove_leftovers(room, key);
    auto folder = TempDir::make(fmt::format("{}{}{}-", key, kTemporaryMark, getpid()), room);
    if (!folder) {
        return cannot_write(entry, folder.error().message);
    }
    MKB_DO(make(folder->path()));
    // Its mode is the temporary folder's own; a cache can be shared with other users.
    fs::permissions(folder->path(),
                    fs::perms::group_read | fs::perms::group_exec | fs::perms::others_read | fs::perms::others_exec,
                    fs::perm_options::add, error);
    MKB_DO(sync_tree(folder->path()));
    fs::rename(folder->path(), entry, error);
    if (error) {
        return cannot_write(entry, error.message());
    }
    return entry;
}

} // namespace mkb
