#pragma once
// Keys: from the environment or from a file that only its owner can read, and never out again.
#include "base/result.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace mkb {

/// A secret text. It cannot be printed by accident: only reveal() gives it.
class ApiKey {
public:
    ApiKey() = default;
    explicit ApiKey(std::string text) : text_(std::move(text)) {}
    bool empty() const { return text_.empty(); }
    const std::string& reveal() const { return text_; }
    /// `text` with every occurrence of the key replaced: services repeat headers in errors, and models repeat anything.
    std::string redact(std::string_view text) const;

private:
    std::string text_;
};

/// The content of `file` if one is named, else of the first variable that is set; empty when there is none. bad_input:
/// a file that others may read, is not there or holds more than one line; a key with blanks or control characters.
Result<ApiKey> find_key(const std::filesystem::path& file, const std::vector<std::string>& variables);

} // namespace mkb
