#include "framework/mnn/source_tree.h"

#include "base/cache.h"
#include "base/files.h"
#include "base/find_program.h"
#include "base/hash.h"
#include "base/process.h"
#include "base/progress.h"

#include <cstdlib>
#include <regex>

namespace mkb::mnn {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kCrate = "mnn-sys";

Result<std::string> version_of(const fs::path& root) {
    const auto header = read_file(root / "include" / "MNN" / "MNNDefine.h", 1U << 20);
    if (!header) {
        return fail(ErrorKind::bad_input, "{}: no MNN sources there (include/MNN/MNNDefine.h is missing)",
                    root.string());
    }
    std::string version;
    for (const char* part : {"MAJOR", "MINOR", "PATCH"}) {
        const std::regex line(std::string("#define MNN_VERSION_") + part + R"(\s+(\d+))");
        std::smatch match;
        if (!std::regex_search(*header, match, line)) {
            return fail(ErrorKind::bad_input, "{}: MNNDefine.h states no version", root.string());
        }
        version += (version.empty() ? "" : ".") + match[1].str();
    }
    if (!version.starts_with("3.")) {
        return fail(ErrorKind::bad_input, "{}: MNN {} is there, but mkb works with 3.x", root.string(), version);
    }
    return version;
}

/// The crate's checksum as the lock file pins it: it names the cache entry.
Result<std::pair<std::string, std::string>> pinned_crate(const fs::path& recipe) {
    MKB_TRY(lock, read_file(recipe / "Cargo.lock", 1U << 20));
    const std::regex entry("name = \"" + std::string(kCrate) +
                           "\"\nversion = \"([^\"]+)\"\nsource = [^\n]+\nchecksum = \"([0-9a-f]+)\"");
    std::smatch match;
    if (!std::regex_search(lock, match, entry)) {
        return fail(ErrorKind::environment, "{}: {} is not pinned there", (recipe / "Cargo.lock").string(), kCrate);
    }
    return std::pair(match[1].str(), match[2].str());
}

Result<void> vendor_crate(const fs::path& recipe, const fs::path& folder) {
    if (!find_program("cargo")) {
        return fail(
            ErrorKind::environment,
            "cargo is not installed and fetches MNN's sources; run script/build, or name a tree with MNN_SOURCE");
    }
    Progress progress("fetching MNN's sources");
    const fs::path work = folder / "work";
    std::error_code error;
    fs::create_directories(work / "src", error);
    for (const char* name : {"Cargo.toml", "Cargo.lock", "src/lib.rs"}) {
        MKB_TRY(text, read_file(recipe / name));
        MKB_DO(write_file_atomic(work / name, text));
    }
    ProcessSpec spec;
    spec.argv = {"cargo", "vendor", "--locked", "--quiet", "vendor"};
    spec.folder = work;
    MKB_TRY(done, run_process(spec));
    const fs::path tree = work / "vendor" / kCrate / "vendor";
    if (!done.ok() || !fs::exists(tree)) {
        return fail(ErrorKind::transient, "cargo vendor could not fetch {}: {}", kCrate, done.err.substr(0, 300));
    }
    fs::rename(tree, folder / "tree", error);
    fs::remove_all(work, error);
    return {};
}

/// Only what the core library is made of: other folders of a checkout (tests, apps, git) change nothing.
Result<std::string> hash_of_tree(const fs::path& root) {
    std::string all;
    for (const char* part : {"include", "source", "express", "schema/current", "cmake", "3rd_party/flatbuffers/include",
                             "3rd_party/half"}) {
        if (fs::exists(root / part)) {
            MKB_TRY(hash, sha256_tree(root / part));
            all += hash;
        }
    }
    MKB_TRY(lists, read_file(root / "CMakeLists.txt"));
    return sha256_hex(all + lists);
}

Result<SourceTree> named_tree(const char* name) {
    std::error_code error;
    SourceTree tree;
    tree.root = fs::canonical(name, error);
    if (error) {
        return fail(ErrorKind::bad_input, "MNN_SOURCE names '{}', which is not there", name);
    }
    tree.origin = "MNN_SOURCE";
    MKB_TRY(version, version_of(tree.root));
    MKB_TRY(hash, hash_of_tree(tree.root));
    tree.version = version;
    tree.hash = hash;
    return tree;
}

} // namespace

Result<SourceTree> find_sources() {
    if (const char* name = std::getenv("MNN_SOURCE"); name != nullptr && *name != '\0') {
        return named_tree(name);
    }
    MKB_TRY(home, home_dir());
    const fs::path recipe = home / "third_party" / "mnn";
    MKB_TRY(pinned, pinned_crate(recipe));
    const auto& [version, checksum] = pinned;
    MKB_TRY(folder, cache_entry("mnn-source", fmt::format("{}-{}-{}", kCrate, version, checksum.substr(0, 16)),
                                [&](const fs::path& empty) { return vendor_crate(recipe, empty); }));
    SourceTree tree;
    tree.root = folder / "tree";
    tree.origin = fmt::format("{} {}", kCrate, version);
    tree.hash = checksum;
    MKB_TRY(stated, version_of(tree.root));
    tree.version = stated;
    return tree;
}

} // namespace mkb::mnn
