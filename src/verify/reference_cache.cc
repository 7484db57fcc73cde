#include "base/cache.h"
#include "base/files.h"
#include "base/hash.h"
#include "verify/oracle.h"

#include <algorithm>
#include <cstring>

namespace mkb {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "MKB-REFERENCE-1\n";
constexpr std::size_t kHashSize = 64;
constexpr std::uint32_t kMostOutputs = 64;
constexpr std::uint32_t kHighestRank = 16;

fs::path folder() {
    return cache_dir() / "references";
}

template <class T>
void append(std::string& bytes, T value) {
    bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
}

/// Takes pieces off the front; empty-handed once the bytes run out.
class Cursor {
public:
    explicit Cursor(std::string_view bytes) : rest_(bytes) {}
    std::optional<std::string_view> take(std::size_t count) {
        if (count > rest_.size()) {
            return std::nullopt;
        }
        const auto piece = rest_.substr(0, count);
        rest_.remove_prefix(count);
        return piece;
    }
    template <class T>
    std::optional<T> number() {
        const auto piece = take(sizeof(T));
        if (!piece) {
            return std::nullopt;
        }
        T value;
        std::memcpy(&value, piece->data(), sizeof value);
        return value;
    }
    std::size_t left() const { return rest_.size(); }

private:
    std::string_view rest_;
};

/// Magic, key, then per output type, rank, sizes, bytes; last a SHA-256 of all before it.
std::string encode(const std::string& key, const std::vector<TensorValue>& outputs) {
    std::string bytes(kMagic);
    append(bytes, static_cast<std::uint32_t>(key.size()));
    bytes += key;
    append(bytes, static_cast<std::uint32_t>(outputs.size()));
    for (const TensorValue& output : outputs) {
        append(bytes, static_cast<std::uint32_t>(output.type));
        append(bytes, static_cast<std::uint32_t>(output.shape.size()));
        for (const std::int64_t size : output.shape) {
            append(bytes, size);
        }
        append(bytes, static_cast<std::uint64_t>(output.bytes.size()));
        bytes.append(reinterpret_cast<const char*>(output.bytes.data()), output.bytes.size());
    }
    return bytes + sha256_hex(bytes);
}

std::optional<TensorValue> decode_output(Cursor& cursor) {
    TensorValue output;
    const auto type = cursor.number<std::uint32_t>();
    const auto rank = cursor.number<std::uint32_t>();
    if (!type || *type > static_cast<std::uint32_t>(ElementType::int32) || !rank || *rank > kHighestRank) {
        return std::nullopt;
    }
    output.type = static_cast<ElementType>(*type);
    for (std::uint32_t i = 0; i < *rank; ++i) {
        const auto size = cursor.number<std::int64_t>();
        if (!size) {
            return std::nullopt;
        }
        output.shape.push_back(*size);
    }
    const auto count = cursor.number<std::uint64_t>();
    const auto content = count ? cursor.take(static_cast<std::size_t>(*count)) : std::nullopt;
    if (!content) {
        return std::nullopt;
    }
    const auto raw = std::as_bytes(std::span(*content));
    output.bytes.assign(raw.begin(), raw.end());
    return output;
}

std::optional<std::vector<TensorValue>> decode(std::string_view bytes, const std::string& key) {
    if (bytes.size() < kHashSize ||
        sha256_hex(bytes.substr(0, bytes.size() - kHashSize)) != bytes.substr(bytes.size() - kHashSize)) {
        return std::nullopt;
    }
    Cursor cursor(bytes.substr(0, bytes.size() - kHashSize));
    const auto magic = cursor.take(kMagic.size());
    const auto key_size = cursor.number<std::uint32_t>();
    const auto stored_key = key_size ? cursor.take(*key_size) : std::nullopt;
    const auto count = cursor.number<std::uint32_t>();
    if (magic != kMagic || stored_key != key || !count || *count > kMostOutputs) {
        return std::nullopt;
    }
    std::vector<TensorValue> outputs;
    for (std::uint32_t i = 0; i < *count; ++i) {
        auto output = decode_output(cursor);
        if (!output) {
            return std::nullopt;
        }
        outputs.push_back(std::move(*output));
    }
    return cursor.left() == 0 ? std::optional(std::move(outputs)) : std::nullopt;
}

struct Entry {
    fs::file_time_type written;
    std::uintmax_t size = 0;
    fs::path path;
};

/// Other processes may add and remove entries meanwhile: what is gone does not count.
void remove_oldest(std::size_t limit_bytes) {
    std::vector<Entry> entries;
    std::uintmax_t total = 0;
    std::error_code error;
    for (auto at = fs::directory_iterator(folder(), error); !error && at != fs::directory_iterator();
         at.increment(error)) {
        std::error_code gone;
        Entry entry{at->last_write_time(gone), at->file_size(gone), at->path()};
        if (!gone) {
            total += entry.size;
            entries.push_back(std::move(entry));
        }
    }
    std::ranges::sort(entries, {}, &Entry::written);
    for (const Entry& entry : entries) {
        if (total <= limit_bytes) {
            return;
        }
        fs::remove(entry.path, error);
        total -= entry.size;
    }
}

} // namespace

std::string reference_key(const std::string& model_hash, std::uint32_t regime, const Seed& seed, Phase phase,
                          std::uint64_t iteration) {
    return fmt::format("{} {} {} {} {} {}", oracle_version(), model_hash, to_hex(seed), static_cast<int>(phase), regime,
                       iteration);
}

ReferenceCache::ReferenceCache(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}

std::optional<std::vector<TensorValue>> ReferenceCache::find(const std::string& key) {
    const fs::path path = folder() / sha256_hex(key);
    const auto bytes = read_file(path);
    if (!bytes) {
        return std::nullopt;
    }
    auto outputs = decode(*bytes, key);
    if (!outputs) {
        std::error_code ignored;
        fs::remove(path, ignored);
    }
    return outputs;
}

void ReferenceCache::put(const std::string& key, const std::vector<TensorValue>& outputs) {
    const std::string bytes = encode(key, outputs);
    if (bytes.size() > limit_bytes_ || !write_file_atomic(folder() / sha256_hex(key), bytes)) {
        return;
    }
    remove_oldest(limit_bytes_);
}

} // namespace mkb
