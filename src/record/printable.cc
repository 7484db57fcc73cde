#include "record/printable.h"

#include <algorithm>
#include <cstdint>

namespace mkb {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "…";

struct CodePoint {
    char32_t value = 0;
    std::size_t size_bytes = 1;
    bool valid = false;
};

bool is_continuation(char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

// Unicode 15, table 3-7: overlong forms, surrogates and values beyond U+10FFFF are ill formed.
CodePoint next_code_point(std::string_view text) {
    const auto first = static_cast<unsigned char>(text[0]);
    if (first < 0x80) {
        return {first, 1, true};
    }
    const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() < size) {
        return {};
    }
    auto value = static_cast<char32_t>(first & (0x7FU >> size));
    for (std::size_t i = 1; i < size; ++i) {
        if (!is_continuation(text[i])) {
            return {};
        }
        value = (value << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
    }
    const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
    if (overlong || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) {
        return {};
    }
    return {value, size, true};
}

bool is_combining(char32_t c) {
    return (c >= 0x0300 && c <= 0x036F) || (c >= 0x1AB0 && c <= 0x1AFF) || (c >= 0x20D0 && c <= 0x20FF) ||
           (c >= 0xFE00 && c <= 0xFE0F) || (c >= 0x200B && c <= 0x200F);
}

bool is_wide(char32_t c) {
    return (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
           (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
}

// Bidirectional overrides can make a line read as something else (CVE-2021-42574).
bool is_unprintable(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || (c >= 0x202A && c <= 0x202E) ||
           (c >= 0x2066 && c <= 0x2069);
}

int width_of(char32_t c) {
    if (is_unprintable(c) || is_combining(c)) {
        return 0;
    }
    return is_wide(c) ? 2 : 1;
}

// Length of "ESC [ digits-and-semicolons m" at the start, or 0.
std::size_t colour_sequence(std::string_view text) {
    if (!text.starts_with("\x1b[")) {
        return 0;
    }
    const std::size_t end = text.find_first_not_of("0123456789;", 2);
    return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

std::string cut_to(std::string_view text, int width) {
    std::string result;
    int used = 0;
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = next_code_point(text.substr(at));
        const int columns = width_of(point.value);
        if (used + columns > width - 1) {
            break;
        }
        result += text.substr(at, point.size_bytes);
        used += columns;
        at += point.size_bytes;
    }
    while (result.ends_with(' ')) {
        result.pop_back();
    }
    result += kEllipsis;
    return result;
}

} // namespace

std::string valid_utf8(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = next_code_point(text.substr(at));
        result += point.valid ? text.substr(at, point.size_bytes) : kReplacement;
        at += point.size_bytes;
    }
    return result;
}

std::string printable_line(std::string_view text, std::size_t limit) {
    std::string line;
    bool gap = false;
    for (std::size_t at = 0; at < text.size();) {
        const CodePoint point = next_code_point(text.substr(at));
        if (point.valid && (point.value == ' ' || is_unprintable(point.value))) {
            gap = true;
        } else {
            if (gap && !line.empty()) {
                line += ' ';
            }
            gap = false;
            line += point.valid ? text.substr(at, point.size_bytes) : kReplacement;
        }
        at += point.size_bytes;
    }
    const int columns = static_cast<int>(std::min<std::size_t>(limit, 100'000));
    return display_width(line) > columns ? cut_to(line, columns) : line;
}

int display_width(std::string_view text) {
    int width = 0;
    for (std::size_t at = 0; at < text.size();) {
        if (const std::size_t colour = colour_sequence(text.substr(at)); colour > 0) {
            at += colour;
            continue;
        }
        const CodePoint point = next_code_point(text.substr(at));
        width += point.valid ? width_of(point.value) : 1;
        at += point.size_bytes;
    }
    return width;
}

std::string fit_width(std::string_view text, int width, bool right_aligned) {
    std::string result = display_width(text) > width ? cut_to(text, std::max(width, 1)) : std::string(text);
    const int missing = std::max(0, width - display_width(result));
    const std::string fill(static_cast<std::size_t>(missing), ' ');
    return right_aligned ? fill + result : result + fill;
}

} // namespace mkb
