#include "base/hash.h"

#include "base/descriptor.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <openssl/evp.h>
#include <vector>

namespace mkb {
namespace {

namespace fs = std::filesystem;

class Sha256 {
public:
    Sha256() : context_(EVP_MD_CTX_new(), &EVP_MD_CTX_free) {
        MKB_CHECK(context_ != nullptr);
        MKB_CHECK(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
    }
    void add(std::string_view bytes) { MKB_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1); }
    std::string finish_hex() {
        std::array<unsigned char, 32> digest{};
        unsigned int size = 0;
        MKB_CHECK(EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1 && size == digest.size());
        constexpr std::string_view kDigits = "0123456789abcdef";
        std::string hex;
        hex.reserve(digest.size() * 2);
        for (const unsigned char byte : digest) {
            hex += kDigits[byte >> 4U];
            hex += kDigits[byte & 15U];
        }
        return hex;
    }

private:
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

Result<std::string> sha256_of_file(const fs::path& path) {
    const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) {
        return fail(ErrorKind::environment, "{}: cannot be read to hash it ({})", path.string(), std::strerror(errno));
    }
    Sha256 hash;
    std::vector<char> buffer(std::size_t{1} << 16);
    while (true) {
        const ssize_t got = read_some(file.get(), buffer);
        if (got < 0) {
            return fail(ErrorKind::environment, "{}: cannot be read to hash it ({})", path.string(),
                        std::strerror(errno));
        }
        if (got == 0) {
            return hash.finish_hex();
        }
        hash.add({buffer.data(), static_cast<std::size_t>(got)});
    }
}

struct Leaf {
    std::string name; ///< relative to the root
    fs::path path;
    bool link = false;
};

Result<std::vector<Leaf>> leaves_of(const fs::path& root) {
    std::error_code error;
    std::vector<Leaf> leaves;
    fs::recursive_directory_iterator entry(root, error);
    for (const fs::recursive_directory_iterator end; !error && entry != end; entry.increment(error)) {
        const fs::file_status status = entry->symlink_status(error);
        if (error) {
            break;
        }
        if (entry->path().filename() == ".git") {
            entry.disable_recursion_pending();
            continue;
        }
        if (fs::is_regular_file(status) || fs::is_symlink(status)) {
            leaves.push_back(
                {entry->path().lexically_relative(root).generic_string(), entry->path(), fs::is_symlink(status)});
        }
    }
    if (error) {
        return fail(ErrorKind::environment, "{}: the folder cannot be walked to hash it ({})", root.string(),
                    error.message());
    }
    std::ranges::sort(leaves, {}, &Leaf::name);
    return leaves;
}

Result<std::string> hash_of_leaf(const Leaf& leaf) {
    if (!leaf.link) {
        return sha256_of_file(leaf.path);
    }
    std::error_code error;
    const fs::path target = fs::read_symlink(leaf.path, error);
    if (error) {
        return fail(ErrorKind::environment, "{}: the link cannot be read ({})", leaf.path.string(), error.message());
    }
    return sha256_hex("link to " + target.generic_string());
}

} // namespace

std::string sha256_hex(std::string_view bytes) {
    Sha256 hash;
    hash.add(bytes);
    return hash.finish_hex();
}

Result<std::string> sha256_tree(const fs::path& root) {
    MKB_TRY(leaves, leaves_of(root));
    Sha256 hash;
    for (const Leaf& leaf : leaves) {
        MKB_TRY(content, hash_of_leaf(leaf));
        // Names end with NUL, which no name holds, and hashes have one length: no two trees give the same bytes.
        hash.add(leaf.name);
        hash.add(std::string_view("\0", 1));
        hash.add(content);
    }
    return hash.finish_hex();
}

} // namespace mkb
