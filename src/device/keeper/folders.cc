#include "device/keeper/folders.h"

#include "device/keeper/report.h"
#include "device/keeper/sha256.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>

namespace mkb::keeper {

namespace {

constexpr const char* kLockEnd = ".lock";
constexpr const char* kHalf = ".half-"; ///< in the name of a kept file that is not whole yet
constexpr const char* kProgram = "keeper-";
constexpr const char* kWork = "mkb-"; ///< a nonce follows
constexpr std::size_t kNonceDigits = 16;
// Not even their owner may write them: a command's processes are of the same user where the login is not root's.
constexpr mode_t kProgramMode = 0555;
constexpr mode_t kDataMode = 0444;

std::vector<std::string> names_in(const std::string& folder) {
    std::vector<std::string> names;
    DIR* open = opendir(folder.c_str());
    for (const dirent* entry = nullptr; open != nullptr && (entry = readdir(open)) != nullptr;) {
        if (std::strcmp(entry->d_name, ".") != 0 && std::strcmp(entry->d_name, "..") != 0) {
            names.emplace_back(entry->d_name);
        }
    }
    if (open != nullptr) {
        closedir(open);
    }
    return names;
}

bool is_there(const std::string& path) {
    struct stat found{};
    return lstat(path.c_str(), &found) == 0;
}

std::string nonce() {
    unsigned char random[8] = {};
    (void)!getrandom(random, sizeof random, 0);
    char text[kNonceDigits + 1] = {};
    for (std::size_t i = 0; i < sizeof random; ++i) {
        std::snprintf(text + 2 * i, 3, "%02x", random[i]);
    }
    return text;
}

/// A working folder of this user's, by its name.
bool is_working_folder(const std::string& base, const std::string& name) {
    const std::size_t start = std::strlen(kWork);
    struct stat found{};
    return name.starts_with(kWork) && name.size() == start + kNonceDigits &&
           name.find_first_not_of("0123456789abcdef", start) == std::string::npos &&
           lstat((base + "/" + name).c_str(), &found) == 0 && S_ISDIR(found.st_mode) && found.st_uid == geteuid();
}

/// `size` bytes of standard input into a file; errno is set when the file would not take them, 0 when there were no
/// more.
bool receive_into(int file, std::uint64_t size, Sha256* hash) {
    std::vector<char> piece(std::size_t{1} << 16);
    while (size > 0) {
        const std::size_t now = std::min<std::uint64_t>(size, piece.size());
        if (!receive(piece.data(), now)) {
            errno = 0;
            return false;
        }
        const std::string_view bytes(piece.data(), now);
        if (hash != nullptr) {
            hash->add(bytes);
        }
        if (!write_all(file, bytes)) {
            return false;
        }
        size -= now;
    }
    return true;
}

bool receiving_failed(const std::string& what) {
    if (errno == 0) {
        send_trouble(wire::TroubleKind::gone, what + " did not arrive whole");
    } else {
        send_errno(what + " cannot be written");
    }
    return false;
}

bool copy(const std::string& from, const std::string& to, mode_t mode) {
    const Descriptor source(open(from.c_str(), O_RDONLY | O_CLOEXEC));
    const Descriptor target(open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!source || !target) {
        return false;
    }
    std::vector<char> piece(std::size_t{1} << 16);
    for (ssize_t got = 0; (got = read_some(source.get(), piece)) != 0;) {
        if (got < 0 || !write_all(target.get(), {piece.data(), static_cast<std::size_t>(got)})) {
            return false;
        }
    }
    return fchmod(target.get(), mode) == 0;
}

} // namespace

void remove_tree(const std::string& root) {
    struct stat found{};
    if (lstat(root.c_str(), &found) != 0) {
        return;
    }
    if (!S_ISDIR(found.st_mode)) {
        unlink(root.c_str());
        return;
    }
    chmod(root.c_str(), 0700);
    for (const std::string& name : names_in(root)) {
        remove_tree(root + "/" + name);
    }
    rmdir(root.c_str());
}

bool Kept::open() {
    mkdir(folder_.c_str(), 0711);
    struct stat found{};
    if (lstat(folder_.c_str(), &found) != 0) {
        send_errno(folder_ + " cannot be made");
        return false;
    }
    if (!S_ISDIR(found.st_mode) || found.st_uid != geteuid() || (found.st_mode & 022U) != 0) {
        send_trouble(wire::TroubleKind::broken,
                     folder_ + " is not this user's own; remove it, or name another folder with MKB_DEVICE_FOLDER");
        return false;
    }
    remove_abandoned();
    return true;
}

void Kept::remove_abandoned() const {
    // A lock is there before its folder and goes after it. A folder without one was abandoned by a keeper whose lock
    // was lost together with what was kept.
    for (const std::string& name : names_in(base_)) {
        if (is_working_folder(base_, name) && !is_there(folder_ + "/" + name + kLockEnd)) {
            remove_tree(base_ + "/" + name);
        }
    }
    for (const std::string& name : names_in(folder_)) {
        const bool lock = name.ends_with(kLockEnd);
        if (!lock && name.find(kHalf) == std::string::npos) {
            continue;
        }
        const std::string path = folder_ + "/" + name;
        const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!file || flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
            continue;
        }
        if (lock) {
            remove_tree(base_ + "/" + name.substr(0, name.size() - std::strlen(kLockEnd)));
        }
        unlink(path.c_str());
    }
}

bool Kept::has(const std::string& sha256) const {
    return is_there(folder_ + "/" + sha256);
}

void Kept::make_room(const std::vector<wire::RequestFile>& wanted) const {
    for (const std::string& name : names_in(folder_)) {
        const bool needed =
            std::ranges::any_of(wanted, [&](const wire::RequestFile& file) { return file.sha256 == name; });
        if (!needed && !name.starts_with(kProgram) && !name.ends_with(kLockEnd) &&
            name.find(kHalf) == std::string::npos) {
            unlink((folder_ + "/" + name).c_str());
        }
    }
}

bool Kept::store(const wire::RequestFile& file, const std::vector<wire::RequestFile>& wanted) {
    const std::string half = folder_ + "/" + file.sha256 + kHalf + nonce();
    const Descriptor to(::open(half.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!to) {
        send_errno(half + " cannot be written");
        return false;
    }
    flock(to.get(), LOCK_EX | LOCK_NB);
    // Asked for before the first byte comes: afterwards nothing could be written a second time.
    if (file.size > 0 && posix_fallocate(to.get(), 0, static_cast<off_t>(file.size)) == ENOSPC) {
        make_room(wanted);
    }
    Sha256 hash;
    const bool whole = receive_into(to.get(), file.size, &hash);
    if (!whole) {
        receiving_failed(file.name);
        unlink(half.c_str());
        return false;
    }
    if (hash.hex() != file.sha256) {
        unlink(half.c_str());
        send_trouble(wire::TroubleKind::gone, file.name + " arrived damaged");
        return false;
    }
    if (fchmod(to.get(), file.executable ? kProgramMode : kDataMode) != 0 || fsync(to.get()) != 0 ||
        rename(half.c_str(), (folder_ + "/" + file.sha256).c_str()) != 0) {
        send_errno(file.name + " cannot be kept");
        unlink(half.c_str());
        return false;
    }
    return true;
}

bool Kept::bring(const wire::RequestFile& file, const std::string& to) const {
    const std::string from = folder_ + "/" + file.sha256;
    return link(from.c_str(), to.c_str()) == 0 || copy(from, to, file.executable ? kProgramMode : kDataMode);
}

WorkFolder::~WorkFolder() {
    remove();
}

bool WorkFolder::make() {
    while (path_.empty()) {
        const std::string name = kWork + nonce();
        const std::string lock_path = kept_.folder() + "/" + name + kLockEnd;
        Descriptor lock(open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
        if (!lock || flock(lock.get(), LOCK_EX) != 0) {
            send_errno(lock_path + " cannot be locked");
            return false;
        }
        struct stat found{};
        if (fstat(lock.get(), &found) != 0 || found.st_nlink == 0) {
            continue; // another keeper took it for abandoned before it was locked
        }
        lock_ = std::move(lock);
        lock_path_ = lock_path;
        path_ = kept_.base() + "/" + name;
    }
    if (mkdir(path_.c_str(), 0711) != 0) {
        send_errno(path_ + " cannot be made");
        return false;
    }
    // Whatever the login's umask: a process that gives up root passes through here to the one file it may read.
    chmod(path_.c_str(), 0711);
    return true;
}

bool WorkFolder::fill(const wire::Request& request) {
    for (const wire::RequestFile& file : request.files) {
        const std::string to = path_ + "/" + file.name;
        if (!file.sha256.empty()) {
            if (!kept_.bring(file, to)) {
                unlink(to.c_str());
                kept_.make_room(request.files);
                if (!kept_.bring(file, to)) {
                    send_errno(file.name + " cannot be placed");
                    return false;
                }
            }
            continue;
        }
        const Descriptor target(open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (target && file.size > 0 && posix_fallocate(target.get(), 0, static_cast<off_t>(file.size)) == ENOSPC) {
            kept_.make_room(request.files);
        }
        if (!target || !receive_into(target.get(), file.size, nullptr)) {
            return receiving_failed(file.name);
        }
        fchmod(target.get(), file.executable ? 0755 : 0644);
    }
    return true;
}

void WorkFolder::remove() {
    if (path_.empty()) {
        return;
    }
    remove_tree(path_);
    unlink(lock_path_.c_str());
    lock_.reset();
    path_.clear();
}

} // namespace mkb::keeper
