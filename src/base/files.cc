#include "base/files.h"

#include "base/large_pages.h"
#include "base/orphans.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <sys/file.h>
#include <sys/stat.h>
#include <vector>

namespace mkb {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargeBytes = std::size_t{4} << 20; ///< of a file, from which on page faults are what it costs

/// A name beside `path` that no other writer uses.
fs::path sibling_of(const fs::path& path) {
    static std::atomic<unsigned> counter{0};
    return path.parent_path() / fmt::format(".{}.tmp-{}-{}", path.filename().string(), getpid(), counter++);
}

/// Forgets the file unless it was moved to its place.
class Unlinker {
public:
    explicit Unlinker(const fs::path& path) : path_(path) {}
    Unlinker(const Unlinker&) = delete;
    Unlinker& operator=(const Unlinker&) = delete;
    ~Unlinker() {
        if (armed_) {
            unlink(path_.c_str());
        }
    }
    void disarm() { armed_ = false; }

private:
    const fs::path& path_;
    bool armed_ = true;
};

std::unexpected<Error> cannot_write(const fs::path& path, int reason) {
    return fail(ErrorKind::environment, "{}: cannot be written ({}); free some space or choose another folder",
                path.string(), std::strerror(reason));
}

Result<void> make_parents(const fs::path& path) {
    if (!path.has_parent_path()) {
        return {};
    }
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    if (error) {
        return fail(ErrorKind::environment, "{}: the folder cannot be made ({}); choose another",
                    path.parent_path().string(), error.message());
    }
    return {};
}

/// Lets the owner into every folder below `root`, so that its content can be removed.
void open_folders(const fs::path& root) {
    std::error_code ignored;
    fs::permissions(root, fs::perms::owner_all, fs::perm_options::add, ignored);
    std::vector<fs::path> folders{root};
    while (!folders.empty()) {
        const fs::path folder = std::move(folders.back());
        folders.pop_back();
        std::error_code error;
        fs::directory_iterator entry(folder, error);
        for (const fs::directory_iterator end; !error && entry != end; entry.increment(error)) {
            if (fs::is_directory(entry->symlink_status(ignored))) {
                fs::permissions(entry->path(), fs::perms::owner_all, fs::perm_options::add, ignored);
                folders.push_back(entry->path());
            }
        }
    }
}

/// Between prefix and random end of a temporary folder's name: nobody calls a folder of one's own so.
constexpr std::string_view kTemporaryMark = ".tmp-";
constexpr std::string_view kRandomEnd = "XXXXXX";

bool is_temporary_name(std::string_view name) {
    return name.starts_with("mkb-") && name.size() > kTemporaryMark.size() + kRandomEnd.size() &&
           name.substr(0, name.size() - kRandomEnd.size()).ends_with(kTemporaryMark);
}

Descriptor open_folder(const fs::path& path) {
    return Descriptor(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/// Locks a folder that was just made. False when another process took it for abandoned in between. On a file system
/// without locks the folder goes without one, and is never taken for abandoned.
bool lock_new_folder(const Descriptor& folder) {
    if (!folder || (flock(folder.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)) {
        return false;
    }
    struct stat status{};
    return fstat(folder.get(), &status) == 0 && status.st_nlink > 0;
}

} // namespace

Result<std::string> read_file(const fs::path& path, std::size_t limit_bytes) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) {
        return fail(ErrorKind::bad_input, "{}: cannot be opened ({})", path.string(), std::strerror(errno));
    }
    struct stat status{};
    if (fstat(file.get(), &status) == 0 && S_ISDIR(status.st_mode)) {
        return fail(ErrorKind::bad_input, "{}: is a folder; name a file", path.string());
    }
    std::string text;
    const auto expected = static_cast<std::size_t>(std::max<off_t>(status.st_size, 0));
    text.reserve(std::min(expected, limit_bytes));
    if (text.capacity() >= kLargeBytes) {
        in_large_pages(text);
    }
    std::vector<char> buffer(std::size_t{1} << 16);
    while (true) {
        const ssize_t got = read_some(file.get(), buffer);
        if (got < 0) {
            return fail(ErrorKind::bad_input, "{}: cannot be read ({})", path.string(), std::strerror(errno));
        }
        if (got == 0) {
            return text;
        }
        if (text.size() + static_cast<std::size_t>(got) > limit_bytes) {
            return fail(ErrorKind::bad_input, "{}: is larger than {} bytes, the most that is read here", path.string(),
                        limit_bytes);
        }
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

Result<void> write_file_atomic(const fs::path& path, std::string_view content) {
    MKB_DO(make_parents(path));
    const fs::path temporary = sibling_of(path);
    Descriptor file(open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!file) {
        return cannot_write(path, errno);
    }
    Unlinker unlinker(temporary);
    if (!write_all(file.get(), content) || fsync(file.get()) != 0 || rename(temporary.c_str(), path.c_str()) != 0) {
        return cannot_write(path, errno);
    }
    unlinker.disarm();
    // The new name itself must survive a power cut too; a file system that cannot sync a folder is no error.
    const fs::path parent = path.has_parent_path() ? path.parent_path() : fs::path(".");
    const Descriptor folder(open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder) {
        fsync(folder.get());
    }
    return {};
}

Result<void> write_scratch_file(const fs::path& path, std::string_view content) {
    MKB_DO(make_parents(path));
    const Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666));
    if (!file || !write_all(file.get(), content)) {
        return cannot_write(path, errno);
    }
    return {};
}

Result<void> remove_tree(const fs::path& root) {
    std::error_code error;
    fs::remove_all(root, error);
    if (error) {
        open_folders(root);
        fs::remove_all(root, error);
    }
    if (error) {
        return fail(ErrorKind::environment, "{}: cannot be removed ({}); remove it by hand", root.string(),
                    error.message());
    }
    return {};
}

Result<TempDir> TempDir::make(std::string_view prefix, const fs::path& parent) {
    std::error_code error;
    const fs::path folder = parent.empty() ? fs::temp_directory_path(error) : parent;
    if (parent.empty() && !error) {
        static std::once_flag swept;
        std::call_once(swept, [&] { remove_abandoned(folder); });
    }
    constexpr int kTries = 100;
    for (int i = 0; !error && i < kTries; ++i) {
        std::string name = (folder / fmt::format("{}{}{}", prefix, kTemporaryMark, kRandomEnd)).string();
        if (mkdtemp(name.data()) == nullptr) {
            break;
        }
        Descriptor lock = open_folder(name);
        if (lock_new_folder(lock)) {
            return TempDir(name, std::move(lock));
        }
    }
    const char* named = std::getenv("TMPDIR");
    return fail(ErrorKind::environment,
                "{}: no temporary folder can be made there ({}); set TMPDIR to one that you can write",
                folder.empty() ? (named != nullptr ? named : "/tmp") : folder.string(),
                error ? error.message() : std::strerror(errno));
}

void TempDir::remove_abandoned(const fs::path& parent) {
    std::error_code error;
    std::vector<fs::path> folders;
    for (fs::directory_iterator entry(parent, error), end; !error && entry != end; entry.increment(error)) {
        if (is_temporary_name(entry->path().filename().string())) {
            folders.push_back(entry->path());
        }
    }
    for (const fs::path& folder : folders) {
        const Descriptor lock = open_folder(folder);
        struct stat status{};
        if (lock && fstat(lock.get(), &status) == 0 && status.st_uid == geteuid() &&
            flock(lock.get(), LOCK_EX | LOCK_NB) == 0) {
            end_orphans_of(folder);
            (void)remove_tree(folder);
        }
    }
}

TempDir::TempDir(TempDir&& other) noexcept : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}

TempDir& TempDir::operator=(TempDir&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(lock_, other.lock_);
    return *this;
}

TempDir::~TempDir() {
    if (!path_.empty()) {
        // Nobody is there to hear of a leftover; the next process removes it.
        (void)remove_tree(path_);
    }
}

Result<fs::path> home_dir() {
    const auto is_home = [](const fs::path& folder) {
        std::error_code ignored;
        return fs::is_directory(folder / "tasks", ignored) && fs::is_directory(folder / "runner", ignored);
    };
    if (const char* named = std::getenv("MKB_HOME"); named != nullptr && *named != '\0') {
        if (!is_home(named)) {
            return fail(ErrorKind::environment,
                        "MKB_HOME '{}' has no tasks/ and runner/; set it to the project's folder", named);
        }
        std::error_code error;
        fs::path absolute = fs::absolute(named, error);
        return absolute;
    }
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    for (fs::path folder = program.parent_path(); !folder.empty(); folder = folder.parent_path()) {
        if (is_home(folder)) {
            return folder;
        }
        if (folder == folder.root_path()) {
            break;
        }
    }
    return fail(ErrorKind::environment,
                "no folder above '{}' holds tasks/ and runner/; set MKB_HOME to the project's folder",
                program.string());
}

} // namespace mkb
