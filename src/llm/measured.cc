#include "llm/measured.h"

#include "record/printable.h"

#include <algorithm>

namespace mkb {

namespace {
constexpr char kBegin = '\x01';
constexpr char kEnd = '\x02';
} // namespace

std::string measured(std::string_view text) {
    return text.empty() ? "" : kBegin + foreign(text) + kEnd;
}

std::string without_marks(std::string_view marked) {
    std::string text(marked);
    std::erase_if(text, [](char c) { return c == kBegin || c == kEnd; });
    return text;
}

std::string pattern_of(std::string_view marked) {
    std::string pattern;
    while (!marked.empty()) {
        const std::size_t begin = std::min(marked.find(kBegin), marked.size());
        pattern += marked.substr(0, begin);
        marked.remove_prefix(begin);
        if (!marked.empty()) {
            pattern += "‹measured›";
            const std::size_t end = marked.find(kEnd);
            marked.remove_prefix(end == std::string_view::npos ? marked.size() : end + 1);
        }
    }
    std::erase(pattern, kEnd);
    return pattern;
}

std::string closed(std::string marked) {
    const std::size_t begin = marked.rfind(kBegin);
    const std::size_t end = marked.rfind(kEnd);
    const bool is_open = begin != std::string::npos && (end == std::string::npos || end < begin);
    return is_open ? marked + kEnd : marked;
}

std::string foreign(std::string_view text) {
    return without_marks(valid_utf8(text));
}

} // namespace mkb
