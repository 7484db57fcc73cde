#pragma once
// The spool of a run: a folder that mkb and its jobs share, `<run>/slurm`. A file in it is whole or not there.
//   requests/<array>/<index>-<key>   what element <index> of a job array judges. Moved to another array's folder when
//                                    it is submitted anew: then the old element, should it ever start, finds nothing
//   replies/<key>                    the first one counts; taken away when its judgement is in the store
//   logs/                            what jobs printed
#include "base/descriptor.h"
#include "base/result.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace mkb::slurm {

/// 16 random hexadecimal digits: an array's name.
std::string new_nonce();

/// Where a request lies: which element of which array may judge it.
struct Slot {
    std::string array; ///< its name in the spool and, with a prefix, in Slurm
    int index = 0;
    friend auto operator<=>(const Slot&, const Slot&) = default;
};

class Spool {
public:
    /// For a job: makes nothing.
    explicit Spool(std::filesystem::path folder) : folder_(std::move(folder)) {}
    /// For mkb, which is alone in it until the object ends: transient when another process of mkb works on this run.
    static Result<Spool> open(const std::filesystem::path& folder);

    const std::filesystem::path& folder() const { return folder_; }
    std::filesystem::path logs() const { return folder_ / "logs"; }
    /// The part of the spool's name that tells the jobs of one run from another's: the same after a restart.
    std::string tag() const;

    Result<void> put_request(const Slot& slot, const std::string& key, std::string_view bytes);
    Result<void> move_request(const std::string& key, const Slot& from, const Slot& to);
    /// All that lie there, by key: what an earlier process of mkb asked for.
    Result<std::map<std::string, Slot>> requests() const;
    /// The key and bytes of a slot's request; nothing when it has none any more.
    Result<std::optional<std::pair<std::string, std::string>>> request(const Slot& slot) const;
    /// Whether it still lies there.
    bool holds(const std::string& key, const Slot& slot) const;

    /// False, and nothing changes, when there is one already.
    Result<bool> put_reply(const std::string& key, std::string_view bytes);
    Result<std::vector<std::string>> replied_keys() const;
    bool has_reply(const std::string& key) const;
    Result<std::string> reply(const std::string& key) const;
    void drop_reply(const std::string& key);
    /// The request and its reply; the array's folder with its last one.
    void drop(const std::string& key, const Slot& slot);
    /// What the job of this slot printed.
    std::filesystem::path log(const Slot& slot) const;
    /// Takes away empty folders of arrays and logs in which nothing stands.
    void tidy();

private:
    std::filesystem::path request_file(const std::string& key, const Slot& slot) const;
    std::filesystem::path reply_file(const std::string& key) const { return folder_ / "replies" / key; }
    std::filesystem::path folder_;
    Descriptor lock_;
};

} // namespace mkb::slurm
