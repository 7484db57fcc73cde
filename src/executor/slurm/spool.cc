#include "executor/slurm/spool.h"

#include "base/files.h"
#include "base/hash.h"
#include "task/draw.h"

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace mkb::slurm {

namespace {

namespace fs = std::filesystem;

std::unexpected<Error> cannot(const char* what, const fs::path& path, int code) {
    return fail(ErrorKind::environment, "{}: cannot be {} ({}); check space and rights of the run's folder",
                path.string(), what, std::strerror(code));
}

/// "<index>-<key>"
std::optional<std::pair<int, std::string>> parse_name(const std::string& name) {
    int index = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
    if (error != std::errc() || end == name.data() + name.size() || *end != '-') {
        return std::nullopt;
    }
    return std::pair(index, std::string(end + 1, name.data() + name.size()));
}

/// Names in a folder; none where there is no folder. A name that begins with a dot is a file that is being written.
std::vector<std::string> names_in(const fs::path& folder, std::error_code& error) {
    std::vector<std::string> names;
    fs::directory_iterator entries(folder, error);
    while (!error && entries != fs::directory_iterator()) {
        std::string name = entries->path().filename().string();
        if (!name.starts_with('.')) {
            names.push_back(std::move(name));
        }
        entries.increment(error);
    }
    if (error == std::errc::no_such_file_or_directory) {
        error.clear();
    }
    return names;
}

} // namespace

Result<Spool> Spool::open(const fs::path& folder) {
    std::error_code error;
    Spool spool(fs::absolute(folder));
    for (const char* part : {"requests", "replies", "logs"}) {
        fs::create_directories(spool.folder_ / part, error);
        if (error) {
            return cannot("made", spool.folder_ / part, error.value());
        }
    }
    const fs::path file = spool.folder_ / "lock";
    spool.lock_ = Descriptor(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    if (!spool.lock_) {
        return cannot("opened", file, errno);
    }
    if (flock(spool.lock_.get(), LOCK_EX | LOCK_NB) != 0) {
        return fail(ErrorKind::transient,
                    "{}: another mkb works on this run over slurm; wait for it, or name another "
                    "run",
                    folder.parent_path().string());
    }
    return spool;
}

std::string Spool::tag() const {
    return sha256_hex(fs::weakly_canonical(folder_).string()).substr(0, 12);
}

fs::path Spool::request_file(const std::string& key, const Slot& slot) const {
    return folder_ / "requests" / slot.array / fmt::format("{}-{}", slot.index, key);
}

Result<void> Spool::put_request(const Slot& slot, const std::string& key, std::string_view bytes) {
    return write_file_atomic(request_file(key, slot), bytes);
}

Result<void> Spool::move_request(const std::string& key, const Slot& from, const Slot& to) {
    const fs::path target = request_file(key, to);
    std::error_code error;
    fs::create_directories(target.parent_path(), error);
    fs::rename(request_file(key, from), target, error);
    if (error) {
        return cannot("moved", request_file(key, from), error.value());
    }
    fs::remove(request_file(key, from).parent_path(), error); // its last one
    return {};
}

Result<std::map<std::string, Slot>> Spool::requests() const {
    std::map<std::string, Slot> found;
    std::error_code error;
    for (const std::string& array : names_in(folder_ / "requests", error)) {
        for (const std::string& name : names_in(folder_ / "requests" / array, error)) {
            if (auto parsed = parse_name(name)) {
                found[parsed->second] = {.array = array, .index = parsed->first};
            }
        }
    }
    if (error) {
        return cannot("read", folder_ / "requests", error.value());
    }
    return found;
}

Result<std::optional<std::pair<std::string, std::string>>> Spool::request(const Slot& slot) const {
    std::error_code error;
    for (const std::string& name : names_in(folder_ / "requests" / slot.array, error)) {
        const auto parsed = parse_name(name);
        if (parsed && parsed->first == slot.index) {
            auto bytes = read_file(request_file(parsed->second, slot));
            if (!bytes && !holds(parsed->second, slot)) {
                return std::nullopt; // meanwhile
            }
            MKB_TRY(read, std::move(bytes));
            return std::pair(parsed->second, std::move(read));
        }
    }
    if (error) {
        return cannot("read", folder_ / "requests" / slot.array, error.value());
    }
    return std::nullopt;
}

bool Spool::holds(const std::string& key, const Slot& slot) const {
    std::error_code error;
    return fs::exists(request_file(key, slot), error);
}

Result<bool> Spool::put_reply(const std::string& key, std::string_view bytes) {
    const fs::path hidden = folder_ / "replies" / fmt::format(".{}.{}", key, new_nonce());
    MKB_DO(write_file_atomic(hidden, bytes));
    const int linked = link(hidden.c_str(), reply_file(key).c_str());
    const int code = errno;
    unlink(hidden.c_str());
    if (linked != 0 && code != EEXIST) {
        return cannot("written", reply_file(key), code);
    }
    return linked == 0;
}

Result<std::vector<std::string>> Spool::replied_keys() const {
    std::error_code error;
    auto names = names_in(folder_ / "replies", error);
    if (error) {
        return cannot("read", folder_ / "replies", error.value());
    }
    return names;
}

bool Spool::has_reply(const std::string& key) const {
    // A network file system answers for what is not there from memory, but not after a change of the folder.
    const fs::path look = folder_ / "replies" / ".look";
    const Descriptor made(::open(look.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666));
    unlink(look.c_str());
    std::error_code error;
    return fs::exists(reply_file(key), error);
}

Result<std::string> Spool::reply(const std::string& key) const {
    return read_file(reply_file(key));
}

void Spool::drop_reply(const std::string& key) {
    unlink(reply_file(key).c_str());
}

void Spool::drop(const std::string& key, const Slot& slot) {
    // The request first: whoever finds no request judges nothing, whoever finds one looks for its reply.
    const fs::path file = request_file(key, slot);
    unlink(file.c_str());
    rmdir(file.parent_path().c_str());
    drop_reply(key);
}

fs::path Spool::log(const Slot& slot) const {
    return logs() / fmt::format("{}.{}", slot.array, slot.index);
}

void Spool::tidy() {
    std::error_code error;
    for (const std::string& array : names_in(folder_ / "requests", error)) {
        rmdir((folder_ / "requests" / array).c_str());
    }
    for (const std::string& name : names_in(logs(), error)) {
        if (fs::file_size(logs() / name, error) == 0) {
            fs::remove(logs() / name, error);
        }
    }
}

std::string new_nonce() {
    std::string text = to_hex(secret_seed());
    return text.substr(0, 16);
}

} // namespace mkb::slurm
