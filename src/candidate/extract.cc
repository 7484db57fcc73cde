#include "candidate/answer_text.h"
#include "candidate/block_name.h"
#include "candidate/blocks.h"
#include "candidate/candidate.h"
#include "candidate/unused_header.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <span>

namespace mkb {
namespace {

constexpr std::size_t kNoteLimit = 20;

/// A block that may become a file; a better one of the same file takes its place.
struct Piece {
    std::string text;
    int rank = -1; ///< 3 named and closed, 2 named, 1 without name but with an #include, 0 without either
};

std::string join(std::span<const std::string_view> lines) {
    std::string text;
    for (const std::string_view line : lines) {
        text += line;
        text += '\n';
    }
    return text;
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool is_blank(std::span<const std::string_view> lines) {
    return std::ranges::all_of(lines, [](std::string_view line) { return trim(line).empty(); });
}

bool has_include(std::span<const std::string_view> lines) {
    return std::ranges::any_of(lines, [](std::string_view line) { return trim(line).starts_with("#include"); });
}

/// The first line that only code starts with, up to the last that only code ends with; prose around is left out.
std::span<const std::string_view> code_in(std::span<const std::string_view> lines) {
    const auto begins = [](std::string_view line) {
        return line.starts_with("#include") || line.starts_with("#pragma") || line.starts_with("#ifndef") ||
               line.starts_with("#define") || line.starts_with("//") || line.starts_with("/*");
    };
    const auto ends = [](std::string_view line) {
        line = trim(line);
        return line.ends_with('}') || line.ends_with(';') || line.ends_with("*/") || line.starts_with("//") ||
               line.starts_with("#endif") || line.starts_with("#include");
    };
    while (!lines.empty() && !begins(lines.front())) {
        lines = lines.subspan(1);
    }
    while (!lines.empty() && !ends(lines.back())) {
        lines = lines.first(lines.size() - 1);
    }
    return lines;
}

class Extractor {
public:
    explicit Extractor(const std::vector<std::string>& wanted) : wanted_(wanted), pieces_(wanted.size()) {}

    void take_block(const Block& block) {
        if (is_blank(block.lines)) {
            return;
        }
        const BlockName name = name_of_block(block, wanted_);
        if (name.wanted) {
            std::span<const std::string_view> lines = block.lines;
            if (name.drop_first_line) {
                const auto first =
                    std::ranges::find_if(lines, [](std::string_view line) { return !trim(line).empty(); });
                lines = lines.subspan(static_cast<std::size_t>(first - lines.begin()) + 1);
            }
            put(index_of(name.name), join(lines), block.closed ? 3 : 2);
        } else if (!name.name.empty()) {
            note("a block for '{}' was passed over: the task does not ask for it", name.name);
        } else if (may_be_source(block)) {
            take_nameless(block.lines);
        }
    }

    /// Code that stands in no block: parts that start with a file's name, or the one file that is missing.
    void take_bare(std::span<const std::string_view> lines) {
        std::size_t begin = 0;
        std::optional<std::size_t> file;
        const auto end_part = [&](std::size_t end) {
            const auto part = lines.subspan(begin, end - begin);
            if (file && !is_blank(part)) {
                put(*file, join(part), 2);
            }
        };
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const auto name = name_in_line(lines[i]);
            if (!name || !name->alone || index_of(name->name) == wanted_.size()) {
                continue;
            }
            end_part(i);
            file = index_of(name->name);
            begin = i + 1;
        }
        end_part(lines.size());
        const auto code = code_in(lines);
        if (!file && missing().size() >= 1 && has_include(code)) {
            take_nameless(code);
        }
    }

    Extraction finish() {
        Extraction result;
        for (std::size_t i = 0; i < wanted_.size(); ++i) {
            if (pieces_[i].rank >= 0) {
                result.sources.push_back({wanted_[i], std::move(pieces_[i].text)});
            }
        }
        result.notes = std::move(notes_);
        add_unused_headers(wanted_, result);
        return result;
    }

    std::vector<std::string> missing() const {
        std::vector<std::string> names;
        for (std::size_t i = 0; i < wanted_.size(); ++i) {
            if (pieces_[i].rank < 0) {
                names.push_back(wanted_[i]);
            }
        }
        return names;
    }

private:
    std::size_t index_of(std::string_view name) const {
        return static_cast<std::size_t>(std::ranges::find(wanted_, name) - wanted_.begin());
    }

    template <class... Args>
    void note(fmt::format_string<Args...> text, Args&&... args) {
        if (notes_.size() < kNoteLimit) {
            notes_.push_back(fmt::format(text, std::forward<Args>(args)...));
        }
    }

    void put(std::size_t file, std::string text, int rank) {
        Piece& piece = pieces_[file];
        if (piece.rank >= 2 && rank >= 2) {
            note("'{}' is there more than once; the last complete one counts", wanted_[file]);
        }
        if (rank >= piece.rank) {
            piece = {std::move(text), rank};
        }
    }

    /// The only header or the only source, by what the text looks like.
    void take_nameless(std::span<const std::string_view> lines) {
        const bool header = looks_like_header({lines.begin(), lines.end()});
        const auto same_kind = [&](const std::string& name) { return is_header_name(name) == header; };
        if (std::ranges::count_if(wanted_, same_kind) != 1) {
            note("a block without a file name was passed over");
            return;
        }
        const auto file = std::ranges::find_if(wanted_, same_kind) - wanted_.begin();
        put(static_cast<std::size_t>(file), join(lines), has_include(lines) ? 1 : 0);
    }

    const std::vector<std::string>& wanted_;
    std::vector<Piece> pieces_;
    std::vector<std::string> notes_;
};

std::string why_not_readable(std::string_view answer) {
    if (answer.size() > kAnswerLimitBytes) {
        return fmt::format("the answer is too long: {} bytes, {} are the limit", answer.size(), kAnswerLimitBytes);
    }
    if (is_blank(answer)) {
        return "the answer is empty";
    }
    const std::string reason = why_no_text(answer);
    return reason.empty() ? "" : "the answer is no text: " + reason;
}

} // namespace

Extraction extract_sources(std::string_view answer, const std::vector<std::string>& wanted) {
    Extraction result;
    result.why_not = why_not_readable(answer);
    if (!result.why_not.empty()) {
        return result;
    }
    const std::string text = without_thinking(normalise_text(answer));
    const Blocks blocks = find_blocks(text);
    Extractor extractor(wanted);
    for (const Block& block : blocks.fenced) {
        extractor.take_block(block);
    }
    if (blocks.fenced.empty() || extractor.missing().size() == 1) {
        extractor.take_bare(blocks.outside);
    }
    result = extractor.finish();
    const std::vector<std::string> missing = missing_files(wanted, result);
    if (missing.empty()) {
        return result;
    }
    if (is_blank(text)) {
        result.why_not = "the answer holds nothing but thinking";
    } else if (blocks.fenced.empty() && result.sources.empty()) {
        result.why_not = fmt::format("the answer holds no code block; asked for {}", fmt::join(wanted, ", "));
    } else {
        result.why_not = fmt::format("the answer holds no block for {}", fmt::join(missing, ", "));
    }
    return result;
}

} // namespace mkb
