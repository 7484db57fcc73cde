#include "tools/cpp_text.h"

#include <algorithm>
#include <cstdint>

namespace mkb {

std::size_t end_of_literal(std::string_view text, std::size_t at) {
    const char quote = text[at];
    if (quote != '"' && (quote != '\'' || (at > 0 && is_word(text[at - 1])))) { // 1'000 is a number
        return at;
    }
    if (quote == '"' && at > 0 && text[at - 1] == 'R') {
        const std::size_t open = text.find('(', at);
        const std::string close =
            open == std::string_view::npos ? "" : ")" + std::string(text.substr(at + 1, open - at - 1)) + "\"";
        const std::size_t end = close.empty() ? open : text.find(close, open);
        return end == std::string_view::npos ? text.size() : end + close.size();
    }
    std::size_t end = at + 1;
    while (end < text.size() && text[end] != quote && text[end] != '\n') {
        end += text[end] == '\\' ? 2 : 1;
    }
    return std::min(end + 1, text.size());
}

std::string squeeze(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t last = line.find_last_not_of(" \t\r");
        line = last == std::string_view::npos ? std::string_view() : line.substr(0, last + 1);
        if (!line.empty() || (!out.empty() && !out.ends_with("\n\n"))) {
            out.append(line).append("\n");
        }
    }
    while (out.ends_with("\n\n")) {
        out.pop_back();
    }
    return out;
}

std::string without_comments(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        if (const std::size_t literal = end_of_literal(text, i); literal > i) {
            out.append(text, i, literal - i);
            i = literal;
        } else if (text.substr(i, 2) == "//") {
            i = std::min(text.find('\n', i), text.size());
        } else if (text.substr(i, 2) == "/*") {
            const std::size_t end = text.find("*/", i + 2);
            i = end == std::string_view::npos ? text.size() : end + 2;
            out += ' ';
        } else {
            out += text[i++];
        }
    }
    return squeeze(out);
}

std::string without_directives_in_enums(std::string_view text) {
    enum class At : std::uint8_t { outside, head, inside };
    std::string out;
    At at = At::outside;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const std::size_t first = std::min(line.find_first_not_of(" \t"), line.size());
        if (at == At::inside && line.substr(first).starts_with("#")) {
            continue;
        }
        out.append(line).append("\n");
        const std::size_t word = line.find("enum ");
        if (word != std::string_view::npos && (word == 0 || !is_word(line[word - 1]))) {
            at = At::head;
        }
        for (const char c : line) {
            at = c == '}' || (c == ';' && at == At::head) ? At::outside : c == '{' && at == At::head ? At::inside : at;
        }
    }
    return out;
}

std::string without_visibility(std::string_view text) {
    constexpr std::string_view kEnding = "_PUBLIC ";
    std::string out(text);
    for (std::size_t at = out.find(kEnding); at != std::string::npos; at = out.find(kEnding, at)) {
        std::size_t begin = at;
        while (begin > 0 && is_word(out[begin - 1])) {
            --begin;
        }
        const bool is_defined = begin >= 8 && out.compare(begin - 8, 8, "#define ") == 0;
        out.erase(is_defined ? at : begin, is_defined ? 0 : at + kEnding.size() - begin);
        at = is_defined ? at + 1 : begin;
    }
    return out;
}

} // namespace mkb
