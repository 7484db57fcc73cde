#pragma once
// Strict reading of hand-written JSON: the first thing that is wrong is kept, with its JSON path.
#include <algorithm>
#include <cstdint>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace mkb {

/// "field /threads must be …", of the first field that is wrong; later ones are dropped.
class JsonFault {
public:
    template <class... Args>
    void add(fmt::format_string<Args...> text, Args&&... args) {
        if (text_.empty()) {
            text_ = fmt::format(text, std::forward<Args>(args)...);
            // Names are foreign text, and a message is one line that a terminal shows as it is.
            std::ranges::replace_if(
                text_, [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 0x7F; }, '?');
        }
    }
    bool found() const { return !text_.empty(); }
    const std::string& text() const { return text_; }

private:
    std::string text_;
};

/// Parses text that may be hostile: false with a fault for malformed JSON, nesting above 32 levels, or a name that
/// stands twice in one object.
bool parse_strict_json(std::string_view text, nlohmann::json& json, JsonFault& fault);

/// One object: every member must be asked for, and every required one must be there.
class JsonObject {
public:
    JsonObject(const nlohmann::json& json, std::string path, JsonFault& fault);
    JsonObject(const JsonObject&) = delete;
    JsonObject& operator=(const JsonObject&) = delete;
    /// Says which members nobody asked for.
    ~JsonObject();

    /// A member that may be absent: null then.
    const nlohmann::json* find(const char* name);
    /// A member that must be there; JSON null, and a fault, when it is not.
    const nlohmann::json& get(const char* name);

    std::string text(const char* name, bool may_be_empty = false);
    /// One of `names`, as its position.
    std::size_t one_of(const char* name, const std::vector<std::string_view>& names);
    std::int64_t whole(const char* name, std::int64_t least, std::int64_t most);
    /// Finite; `positive` excludes zero, else zero is allowed and negatives are not.
    double number(const char* name, bool positive);
    std::vector<std::string> texts(const char* name);
    std::vector<std::int64_t> sizes(const char* name);
    /// The elements, and a fault when it is no array or has fewer than `least`.
    const nlohmann::json::array_t& array(const char* name, std::size_t least);

    std::string path_to(std::string_view name) const { return fmt::format("{}/{}", path_, name); }

private:
    const nlohmann::json& json_;
    std::string path_;
    JsonFault& fault_;
    std::set<std::string, std::less<>> asked_;
};

} // namespace mkb
