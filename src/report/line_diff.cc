#include "report/line_diff.h"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace mkb {

namespace {

constexpr std::size_t kMostLines = 4000;

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

struct Change {
    char mark;
    std::string_view line;
};

/// By the longest common subsequence.
std::vector<Change> changes_between(const Lines& before, const Lines& after) {
    const std::size_t n = before.size(), m = after.size();
    std::vector<Change> changes;
    std::size_t i = 0, j = 0;
    if (n <= kMostLines && m <= kMostLines) {
        // common[i][j]: of the rests from i and j on.
        std::vector<std::uint16_t> common((n + 1) * (m + 1), 0);
        const auto at = [&](std::size_t a, std::size_t b) -> std::uint16_t& { return common[a * (m + 1) + b]; };
        for (std::size_t a = n; a-- > 0;) {
            for (std::size_t b = m; b-- > 0;) {
                at(a, b) = before[a] == after[b] ? static_cast<std::uint16_t>(at(a + 1, b + 1) + 1)
                                                 : std::max(at(a + 1, b), at(a, b + 1));
            }
        }
        while (i < n && j < m) {
            if (before[i] == after[j]) {
                changes.push_back({' ', before[i++]});
                ++j;
            } else if (at(i + 1, j) >= at(i, j + 1)) {
                changes.push_back({'-', before[i++]});
            } else {
                changes.push_back({'+', after[j++]});
            }
        }
    }
    for (; i < n; ++i) {
        changes.push_back({'-', before[i]});
    }
    for (; j < m; ++j) {
        changes.push_back({'+', after[j]});
    }
    return changes;
}

/// Unchanged lines far from every change are left out.
std::string text_of(const std::vector<Change>& changes, int context) {
    std::vector<bool> shown(changes.size(), false);
    const auto count = static_cast<std::ptrdiff_t>(changes.size());
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        if (changes[static_cast<std::size_t>(i)].mark != ' ') {
            for (std::ptrdiff_t near = std::max<std::ptrdiff_t>(0, i - context);
                 near <= std::min(count - 1, i + context); ++near) {
                shown[static_cast<std::size_t>(near)] = true;
            }
        }
    }
    std::string text;
    bool gap = false;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        if (shown[i]) {
            text += gap ? "…\n" : "";
            text += changes[i].mark;
            text += changes[i].line;
            text += '\n';
        }
        gap = !shown[i];
    }
    return text;
}

} // namespace

std::string line_diff(std::string_view before, std::string_view after, int context) {
    Lines old_lines = lines_of(before);
    Lines new_lines = lines_of(after);
    if (old_lines == new_lines) {
        return "";
    }
    std::size_t head = 0;
    while (head < std::min(old_lines.size(), new_lines.size()) && old_lines[head] == new_lines[head]) {
        ++head;
    }
    std::size_t tail = 0;
    while (tail < std::min(old_lines.size(), new_lines.size()) - head &&
           old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail]) {
        ++tail;
    }
    const auto middle = [&](const Lines& lines) {
        return Lines(lines.begin() + static_cast<std::ptrdiff_t>(head),
                     lines.end() - static_cast<std::ptrdiff_t>(tail));
    };
    std::vector<Change> changes;
    for (std::size_t i = 0; i < head; ++i) {
        changes.push_back({' ', old_lines[i]});
    }
    std::ranges::copy(changes_between(middle(old_lines), middle(new_lines)), std::back_inserter(changes));
    for (std::size_t i = old_lines.size() - tail; i < old_lines.size(); ++i) {
        changes.push_back({' ', old_lines[i]});
    }
    return text_of(changes, context);
}

} // namespace mkb
