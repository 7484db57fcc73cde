#include "candidate/answer_text.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>

namespace mkb {
namespace {

constexpr std::array<std::string_view, 3> kThinkingTags = {"think", "thinking", "reasoning"};

/// Bytes of the UTF-8 character at the start of `text`; 0 when there is none (RFC 3629: no overlong forms, no
/// surrogates, nothing above U+10FFFF).
std::size_t character_size(std::string_view text) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
        return byte(i) >= low && byte(i) <= high;
    };
    const unsigned first = byte(0);
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xC2 && first <= 0xDF) {
        return follows(1) ? 2 : 0;
    }
    if (first >= 0xE0 && first <= 0xEF) {
        const bool second = follows(1, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
        return second && follows(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool second = follows(1, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
        return second && follows(2) && follows(3) ? 4 : 0;
    }
    return 0;
}

struct Cut {
    std::size_t begin = 0;
    std::size_t end = 0;
};

bool starts_line(std::string_view text, std::size_t at) {
    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t')) {
        --at;
    }
    return at == 0 || text[at - 1] == '\n';
}

/// The first thinking of this tag from `from` on.
std::optional<Cut> find_thinking(std::string_view text, std::string_view tag, std::size_t from) {
    const std::string opening = fmt::format("<{}>", tag);
    const std::string closing = fmt::format("</{}>", tag);
    std::size_t begin = text.find(opening, from);
    while (begin != std::string_view::npos && !starts_line(text, begin)) {
        begin = text.find(opening, begin + 1);
    }
    const std::size_t orphan = text.find(closing, from);
    if (from == 0 && orphan != std::string_view::npos && orphan < begin) {
        return Cut{0, orphan + closing.size()};
    }
    if (begin == std::string_view::npos) {
        return std::nullopt;
    }
    const std::size_t end = text.find(closing, begin);
    return Cut{begin, end == std::string_view::npos ? text.size() : end + closing.size()};
}

} // namespace

std::string why_no_text(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '\0') {
            return fmt::format("there is a NUL at byte {}", at);
        }
        const std::size_t size = character_size(text.substr(at));
        if (size == 0) {
            return fmt::format("byte {} (0x{:02X}) is not valid UTF-8", at, static_cast<unsigned char>(text[at]));
        }
        at += size;
    }
    return "";
}

std::string normalise_text(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.remove_prefix(3);
    }
    std::string plain;
    plain.reserve(text.size());
    while (!text.empty()) {
        const std::size_t run = std::min(text.find('\r'), text.size());
        plain += text.substr(0, run);
        text.remove_prefix(run);
        const std::size_t end = std::min(text.find_first_not_of('\r'), text.size());
        if (end < text.size() && text[end] != '\n') {
            plain += text.substr(0, end);
        }
        text.remove_prefix(end);
    }
    return plain;
}

std::string without_thinking(std::string_view text) {
    std::string rest(text);
    for (const std::string_view tag : kThinkingTags) {
        std::string kept;
        std::size_t from = 0;
        while (const auto cut = find_thinking(rest, tag, from)) {
            kept += std::string_view(rest).substr(from, cut->begin - from);
            from = cut->end;
        }
        kept += std::string_view(rest).substr(from);
        rest = std::move(kept);
    }
    return rest;
}

std::vector<std::string_view> split_lines(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t newline = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, newline));
        text.remove_prefix(std::min(newline + 1, text.size()));
    }
    return lines;
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r";
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

} // namespace mkb
