#include "candidate/blocks.h"

#include "candidate/answer_text.h"

#include <algorithm>
#include <optional>

namespace mkb {
namespace {

constexpr std::size_t kHeadingGap = 2; ///< empty lines between a heading and its block

struct Fence {
    char mark = '`';
    std::size_t length = 0;
    std::size_t indent = 0;
    std::string_view info;
};

std::optional<Fence> parse_fence(std::string_view line) {
    Fence fence;
    fence.indent = std::min(line.find_first_not_of(" \t"), line.size());
    line.remove_prefix(fence.indent);
    if (line.empty() || (line.front() != '`' && line.front() != '~')) {
        return std::nullopt;
    }
    fence.mark = line.front();
    fence.length = std::min(line.find_first_not_of(fence.mark), line.size());
    fence.info = trim(line.substr(fence.length));
    const bool inline_code = fence.mark == '`' && fence.info.find('`') != std::string_view::npos;
    if (fence.length < 3 || inline_code) {
        return std::nullopt;
    }
    return fence;
}

std::string_view without_indent(std::string_view line, std::size_t indent) {
    const std::size_t own = std::min(line.find_first_not_of(" \t"), line.size());
    return line.substr(std::min(own, indent));
}

bool is_markdown(const Fence& fence) {
    return fence.info == "markdown" || fence.info == "md";
}

/// Goes over the lines once; `open_` says in which block it is.
class Scanner {
public:
    void take(std::string_view line) {
        const auto fence = parse_fence(line);
        if (open_) {
            take_inside(line, fence);
        } else if (fence && is_markdown(*fence)) {
            // What it holds is an answer of its own: its fences count, and its closing one is passed over.
            wrapping_.push_back(*fence);
        } else if (fence && !wrapping_.empty() && closes(*fence, wrapping_.back())) {
            wrapping_.pop_back();
        } else if (fence) {
            begin(*fence);
        } else {
            take_outside(line);
        }
    }
    Blocks finish() { return std::move(found_); }

private:
    static bool closes(const Fence& fence, const Fence& opening) {
        return fence.info.empty() && fence.mark == opening.mark && fence.length >= opening.length;
    }

    void take_inside(std::string_view line, const std::optional<Fence>& fence) {
        if (fence && closes(*fence, *open_)) {
            found_.fenced.back().closed = true;
            open_.reset();
        } else if (fence && fence->mark == open_->mark && fence->length == open_->length && !fence->info.empty()) {
            begin(*fence);
        } else {
            found_.fenced.back().lines.push_back(without_indent(line, open_->indent));
        }
    }

    void take_outside(std::string_view line) {
        found_.outside.push_back(line);
        if (!trim(line).empty()) {
            heading_ = trim(line);
            gap_ = 0;
        } else if (++gap_ > kHeadingGap) {
            heading_ = {};
        }
    }

    void begin(const Fence& fence) {
        found_.fenced.push_back({std::string(fence.info), std::string(heading_), {}, false});
        open_ = fence;
        heading_ = {};
    }

    Blocks found_;
    std::optional<Fence> open_;
    std::vector<Fence> wrapping_;
    std::string_view heading_;
    std::size_t gap_ = 0;
};

} // namespace

Blocks find_blocks(std::string_view text) {
    Scanner scanner;
    for (const std::string_view line : split_lines(text)) {
        scanner.take(line);
    }
    return scanner.finish();
}

} // namespace mkb
