#include "candidate/block_name.h"

#include "candidate/answer_text.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace mkb {
namespace {

constexpr std::size_t kFirstLines = 12;     ///< that may hold the name, as long as they are comments
constexpr std::size_t kNameLimitBytes = 80; ///< a longer one is no file name
constexpr std::size_t kTokenLimit = 64;     ///< looked at in one line
constexpr std::array<std::string_view, 8> kSourceSuffixes = {".cpp", ".hpp", ".h", ".cc", ".c", ".cxx", ".hh", ".hxx"};
constexpr std::array<std::string_view, 12> kLanguages = {"",    "cpp", "c++",  "cc",  "cxx",       "c",
                                                         "hpp", "h",   "text", "txt", "plaintext", "code"};
constexpr std::array<std::string_view, 12> kLabels = {"file",  "filename", "name",  "path", "source",         "header",
                                                      "title", "begin",    "start", "of",   "implementation", "full"};

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

bool is_name_character(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x80 && std::isalnum(byte) != 0) || c == '_' || c == '.' || c == '-' || c == '+' || c == '/' ||
           c == '\\';
}

/// Words and paths; everything that is neither is a gap. A full stop at the end belongs to the sentence.
std::vector<std::string_view> tokens_of(std::string_view line) {
    std::vector<std::string_view> tokens;
    std::size_t at = 0;
    while (at < line.size() && tokens.size() < kTokenLimit) {
        if (!is_name_character(line[at])) {
            ++at;
            continue;
        }
        const std::size_t begin = at;
        while (at < line.size() && is_name_character(line[at])) {
            ++at;
        }
        std::string_view token = line.substr(begin, at - begin);
        while (token.ends_with('.') || token.ends_with('-')) {
            token.remove_suffix(1);
        }
        if (!token.empty()) {
            tokens.push_back(token);
        }
    }
    return tokens;
}

std::string_view last_component(std::string_view path) {
    const std::size_t slash = path.find_last_of("/\\");
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

bool is_source_name(std::string_view name) {
    const auto has = [&](std::string_view suffix) { return name.size() > suffix.size() && name.ends_with(suffix); };
    return name.size() <= kNameLimitBytes && std::ranges::any_of(kSourceSuffixes, has);
}

bool is_label(std::string_view token) {
    const auto digit = [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == '-'; };
    return std::ranges::find(kLabels, lower(token)) != kLabels.end() || std::ranges::all_of(token, digit);
}

bool contains(const std::vector<std::string>& wanted, std::string_view name) {
    return std::ranges::find(wanted, name) != wanted.end();
}

/// The only wanted name among the tokens; nothing when there are two.
std::optional<std::string> only_wanted(std::string_view line, const std::vector<std::string>& wanted) {
    std::optional<std::string> found;
    for (const std::string_view token : tokens_of(line)) {
        const std::string_view name = last_component(token);
        if (!contains(wanted, name)) {
            continue;
        }
        if (found && *found != name) {
            return std::nullopt;
        }
        found = name;
    }
    return found;
}

/// Foreign only when the line says nothing else: "// as in CPUPool.cpp" names no block.
void take_name(const LineName& line, const std::vector<std::string>& wanted, bool first, BlockName& result) {
    if (contains(wanted, line.name)) {
        result = {line.name, true, first && !line.comment};
    } else if (line.alone && result.name.empty()) {
        result = {line.name, false, false};
    }
}

BlockName name_in_first_lines(const Block& block, const std::vector<std::string>& wanted) {
    BlockName result;
    bool in_comment = false;
    bool first = true;
    for (std::size_t i = 0; i < std::min(block.lines.size(), kFirstLines) && !result.wanted; ++i) {
        const std::string_view line = trim(block.lines[i]);
        if (line.empty()) {
            continue;
        }
        const bool comment = in_comment || line.starts_with("//") || line.starts_with("/*");
        if (!comment && !first) {
            break;
        }
        if (const auto name = name_in_line(in_comment ? "// " + std::string(line) : std::string(line))) {
            take_name(*name, wanted, first, result);
        }
        if (!comment) {
            break;
        }
        in_comment = (in_comment || line.starts_with("/*")) && line.find("*/") == std::string_view::npos;
        first = false;
    }
    return result;
}

} // namespace

std::optional<LineName> name_in_line(std::string_view line) {
    line = trim(line);
    LineName result;
    result.comment = line.starts_with("//") || line.starts_with("/*");
    const bool marked = result.comment || line.starts_with('#') || line.starts_with("<!--");
    if (result.comment) {
        line.remove_prefix(2);
    }
    std::vector<std::string_view> tokens = tokens_of(line);
    const auto name = std::ranges::find_if_not(tokens, is_label);
    if (name == tokens.end() || !is_source_name(last_component(*name))) {
        return std::nullopt;
    }
    result.name = last_component(*name);
    result.alone = std::next(name) == tokens.end();
    if (!result.alone && !marked) {
        return std::nullopt;
    }
    return result;
}

BlockName name_of_block(const Block& block, const std::vector<std::string>& wanted) {
    BlockName inside;
    if (may_be_source(block)) {
        inside = name_in_first_lines(block, wanted);
        if (inside.wanted) {
            return inside;
        }
    }
    if (const auto name = only_wanted(block.info, wanted)) {
        return {*name, true, false};
    }
    if (!may_be_source(block)) {
        return {};
    }
    if (const auto name = only_wanted(block.heading, wanted)) {
        // "Include it in CPUPool.cpp:" before a header names the other file.
        if (!looks_like_header(block.lines) || is_header_name(*name)) {
            return {*name, true, false};
        }
    }
    if (const auto name = name_in_line(block.heading);
        inside.name.empty() && name && name->alone && !contains(wanted, name->name)) {
        return {name->name, false, false};
    }
    return inside;
}

bool may_be_source(const Block& block) {
    const std::string info = lower(block.info);
    const std::size_t begin = std::min(info.find_first_not_of("{. "), info.size());
    const std::size_t end = info.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789+", begin);
    const std::string_view language = std::string_view(info).substr(begin, end - begin);
    return std::ranges::find(kLanguages, language) != kLanguages.end();
}

bool is_header_name(std::string_view name) {
    return name.ends_with(".hpp") || name.ends_with(".h") || name.ends_with(".hh") || name.ends_with(".hxx");
}

bool looks_like_header(const std::vector<std::string_view>& lines) {
    for (const std::string_view line : lines) {
        const std::string_view text = trim(line);
        if (text.starts_with('#') && text.size() > 1 && std::isalpha(static_cast<unsigned char>(text[1])) != 0) {
            return text.starts_with("#pragma once") || text.starts_with("#ifndef");
        }
    }
    return false;
}

} // namespace mkb
