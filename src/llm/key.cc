#include "llm/key.h"

#include "base/files.h"

#include <algorithm>
#include <cstdlib>
#include <sys/stat.h>

namespace mkb {

namespace {

constexpr std::size_t kKeyLimitBytes = 8192;

Result<ApiKey> checked(std::string text, const std::string& where) {
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
        text.pop_back();
    }
    const bool plain = std::ranges::all_of(text, [](unsigned char c) { return c > ' ' && c < 127; });
    if (text.empty() || !plain || text.size() > kKeyLimitBytes) {
        return fail(ErrorKind::bad_input, "the key in {} is empty or holds something that is no part of a key", where);
    }
    return ApiKey(std::move(text));
}

} // namespace

std::string ApiKey::redact(std::string_view text) const {
    std::string result(text);
    if (text_.empty()) {
        return result;
    }
    constexpr std::string_view kInstead = "[key]";
    for (auto at = result.find(text_); at != std::string::npos; at = result.find(text_, at + kInstead.size())) {
        result.replace(at, text_.size(), kInstead);
    }
    return result;
}

Result<ApiKey> find_key(const std::filesystem::path& file, const std::vector<std::string>& variables) {
    if (!file.empty()) {
        struct stat status{};
        if (stat(file.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
            return fail(ErrorKind::bad_input, "key file '{}' is not there; name a file that holds the key alone",
                        file.string());
        }
        if ((status.st_mode & 077) != 0) {
            return fail(ErrorKind::bad_input, "key file '{}' may be read by others (mode {:o}); run 'chmod 600 {}'",
                        file.string(), status.st_mode & 0777, file.string());
        }
        MKB_TRY(text, read_file(file, kKeyLimitBytes));
        return checked(std::move(text), fmt::format("file '{}'", file.string()));
    }
    for (const std::string& variable : variables) {
        if (const char* value = std::getenv(variable.c_str()); value != nullptr && *value != '\0') {
            return checked(value, "variable " + variable);
        }
    }
    return ApiKey();
}

} // namespace mkb
