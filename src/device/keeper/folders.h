#pragma once
// What the keeper has on the device's disk: files that are worth keeping, by their hash, and one fresh folder a
// command.
#include "base/descriptor.h"
#include "device/remote/wire.h"

#include <string>
#include <vector>

namespace mkb::keeper {

/// Removes a folder with everything in it, also below folders without permissions. Links are not followed.
void remove_tree(const std::string& root);

/// `<base>/mkb-kept`.
class Kept {
public:
    explicit Kept(const std::string& base) : base_(base), folder_(base + "/mkb-kept") {}
    /// Makes the folder, and removes what killed keepers left. False when trouble was sent.
    bool open();
    bool has(const std::string& sha256) const;
    /// Takes the file's bytes from standard input, under its hash once they are whole and on the disk. When the disk is
    /// full, kept files that `wanted` does not name go first. False when trouble was sent.
    bool store(const wire::RequestFile& file, const std::vector<wire::RequestFile>& wanted);
    /// Under this name in a folder: the same file where links are allowed, else a copy.
    bool bring(const wire::RequestFile& file, const std::string& to) const;
    void make_room(const std::vector<wire::RequestFile>& wanted) const;
    const std::string& folder() const { return folder_; }
    const std::string& base() const { return base_; }

private:
    void remove_abandoned() const;
    std::string base_, folder_;
};

/// `<base>/mkb-<nonce>`: fresh, and gone when the object ends. A lock says that its keeper lives.
class WorkFolder {
public:
    explicit WorkFolder(const Kept& kept) : kept_(kept) {}
    WorkFolder(const WorkFolder&) = delete;
    WorkFolder& operator=(const WorkFolder&) = delete;
    ~WorkFolder();
    /// False when trouble was sent.
    bool make();
    /// The command's files: kept ones from there, the others from standard input. False when trouble was sent.
    bool fill(const wire::Request& request);
    void remove();
    const std::string& path() const { return path_; }

private:
    const Kept& kept_;
    std::string path_, lock_path_;
    Descriptor lock_;
};

} // namespace mkb::keeper
