#include "record/compiler_log.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace mkb {
namespace {

/// gcc quotes with ‘ and ’ where the locale has them, GNU ld with `.
std::string plain_quotes(std::string_view text) {
    constexpr std::array<std::string_view, 2> kTypographic = {"\xE2\x80\x98", "\xE2\x80\x99"};
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        if (std::ranges::find(kTypographic, text.substr(i, 3)) != kTypographic.end()) {
            plain += '\'';
            i += 3;
        } else {
            plain += text[i] == '`' ? '\'' : text[i];
            ++i;
        }
    }
    return plain;
}

std::string_view trim(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r");
    return first == std::string_view::npos ? std::string_view()
                                           : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

bool consume(std::string_view& text, std::string_view prefix) {
    const bool there = text.starts_with(prefix);
    text.remove_prefix(there ? prefix.size() : 0);
    return there;
}

/// Takes ":12" off the end.
std::optional<int> take_number(std::string_view& place) {
    const std::size_t colon = place.rfind(':');
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view digits = place.substr(colon + 1);
    if (digits.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt; // a sign, which from_chars would take
    }
    int number = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    place = place.substr(0, colon);
    return number;
}

/// "file:line:column" or "file:line"; without a number it is a file alone.
LogPlace place_of(std::string_view text) {
    LogPlace place;
    const std::optional<int> last = take_number(text);
    const std::optional<int> first = last ? take_number(text) : std::nullopt;
    place.line = first.value_or(last.value_or(0));
    place.column = first ? *last : 0;
    place.file = text;
    return place;
}

/// The line's place in front of `mark`, and what stands behind it; nothing where no place with a line stands there.
std::optional<LogPlace> split_at(std::string_view line, std::string_view mark) {
    const std::size_t at = line.find(mark);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    LogPlace place = place_of(line.substr(0, at));
    // A file's name with a colon is a candidate's text that looks like a place.
    if (place.line == 0 || place.file.contains(':')) {
        return std::nullopt;
    }
    place.message = trim(line.substr(at + mark.size()));
    return place;
}

/// A line of source that the compiler shows: "   12 |     x = y;" or "      |     ^".
bool is_excerpt(std::string_view line) {
    const std::size_t bar = line.find_first_not_of(" 0123456789");
    return bar != std::string_view::npos && bar > 0 && line[bar] == '|';
}

/// What gcc says in front of a diagnostic about the ones that follow.
struct Ahead {
    std::vector<LogPlace> included_by, instantiated;
    std::string function;
    int left_out = 0;
};

class LogReader {
public:
    explicit LogReader(std::size_t limit) : limit_(limit) {}

    void read(std::string_view line) {
        if (is_excerpt(line) || read_include(line) || read_linker(line) || read_reference(line) || read_context(line) ||
            read_requirement(line)) {
            return;
        }
        for (const auto& [mark, severity] :
             {std::pair(": fatal error: ", Severity::error), std::pair(": error: ", Severity::error),
              std::pair(": warning: ", Severity::warning)}) {
            if (auto place = split_at(line, mark)) {
                start(severity, std::move(*place), false);
                return;
            }
        }
        if (auto place = split_at(line, ": note: ")) {
            attach(std::move(*place));
        }
    }

    std::vector<Diagnostic> finish() && { return std::move(found_); }

private:
    /// "In file included from a.hpp:3:", gcc's further ones begin with "from" after white space.
    bool read_include(std::string_view line) {
        std::string_view rest = line;
        const bool first = consume(rest, "In file included from ");
        if (!first) {
            rest = trim(line);
            if (!line.starts_with("    ") || !consume(rest, "from ")) {
                return false;
            }
        }
        while (!rest.empty() && (rest.back() == ':' || rest.back() == ',')) {
            rest.remove_suffix(1);
        }
        if (first && !line.ends_with(',')) {
            // clang: one line for each file, the outermost first
            ahead_.included_by.insert(ahead_.included_by.begin(), place_of(rest));
        } else if (ahead_.included_by.size() < kMaxLogPlaces) {
            ahead_.included_by.push_back(place_of(rest));
        }
        return true;
    }

    /// "ld.lld-19: error: undefined symbol: x", "/usr/bin/ld: a.cpp:(.text+0x5): undefined reference to 'x'"
    bool read_linker(std::string_view line) {
        const std::size_t lld = line.find("ld.lld");
        const std::size_t error = line.find(": error: ");
        if (lld != std::string_view::npos && error != std::string_view::npos && lld < error && error - lld < 12) {
            start(Severity::error, {.file = {}, .message = std::string(line.substr(error + 9))}, true);
            return true;
        }
        const std::size_t reference = line.find(": undefined reference to ");
        if (reference != std::string_view::npos) {
            std::string_view place = line.substr(0, reference);
            place = place.substr(place.rfind(' ') + 1); // behind the linker's own name, if that is there
            place = place.substr(0, place.find(":(."));
            start(Severity::error, {.file = {}, .message = std::string(line.substr(reference + 2))}, true);
            if (current_ != nullptr) {
                current_->notes.push_back(place_of(place));
            }
            return true;
        }
        return false;
    }

    /// lld's ">>> referenced by a.cpp:12 (…)", ">>>               a.o:(f(int))"
    bool read_reference(std::string_view line) {
        if (!consume(line, ">>> ")) {
            return false;
        }
        if (current_ != nullptr && current_->by_linker && current_->notes.size() < kMaxLogPlaces) {
            std::string_view text = trim(line);
            const bool place = consume(text, "referenced by ") || consume(text, "defined at ");
            LogPlace note = place ? place_of(text.substr(0, text.find(' '))) : LogPlace{};
            note.message = text;
            current_->notes.push_back(std::move(note));
        }
        return true;
    }

    /// "a.cpp: In member function 'int A::f()':", "/usr/bin/ld: a.o: in function 'f()':", "a.cpp: At global scope:"
    bool read_context(std::string_view line) {
        if (!line.ends_with(':')) {
            return false;
        }
        const bool global = line.find(": At global scope:") != std::string_view::npos;
        std::size_t in = line.find(": In ");
        in = in == std::string_view::npos ? line.find(": in function ") : in;
        if (!global && in == std::string_view::npos) {
            return false;
        }
        ahead_.function.clear();
        ahead_.instantiated.clear();
        const std::size_t open = line.find('\'');
        const std::size_t close = line.rfind('\'');
        const bool named = !global && open != std::string_view::npos && close > open;
        if (named && line.substr(in).starts_with(": In instantiation of ")) {
            LogPlace place = place_of(line.substr(0, in));
            place.message = line.substr(in + 2, close - in - 1);
            ahead_.instantiated.push_back(std::move(place));
        } else if (named) {
            ahead_.function = line.substr(open + 1, close - open - 1);
        }
        return true;
    }

    /// gcc's "a.cpp:9:7:   required from 'f(T) [with T = int]'", "required from here", "[ skipping 3 instantiation …"
    bool read_requirement(std::string_view line) {
        const std::size_t skipping = line.find("[ skipping ");
        if (skipping != std::string_view::npos) {
            int skipped = 0;
            std::from_chars(line.data() + skipping + 11, line.data() + line.size(), skipped);
            ahead_.left_out += std::max(skipped, 0);
            return true;
        }
        const std::size_t mark = std::min(line.find(":   required "), line.find(":   recursively required "));
        if (mark == std::string_view::npos) {
            return false;
        }
        if (ahead_.instantiated.size() < kMaxLogPlaces) {
            LogPlace place = place_of(line.substr(0, mark));
            place.message = trim(line.substr(mark + 1));
            ahead_.instantiated.push_back(std::move(place));
        }
        return true;
    }

    void start(Severity severity, LogPlace place, bool by_linker) {
        current_ = nullptr;
        if (found_.size() < limit_) {
            Diagnostic& added = found_.emplace_back();
            added.severity = severity;
            added.by_linker = by_linker;
            added.at = std::move(place);
            // Files that included it are said once, in front of the first diagnostic of a file.
            added.function = ahead_.function;
            added.included_by = std::move(ahead_.included_by);
            added.instantiated = std::move(ahead_.instantiated);
            added.left_out = ahead_.left_out;
            current_ = &added;
        }
        ahead_.included_by.clear();
        ahead_.instantiated.clear();
        ahead_.left_out = 0;
    }

    void attach(LogPlace note) {
        ahead_.included_by.clear(); // gcc's way to the note
        if (current_ == nullptr) {
            return;
        }
        constexpr std::string_view kSkipping = "(skipping ";
        if (note.message.starts_with(kSkipping)) {
            int skipped = 0;
            std::from_chars(note.message.data() + kSkipping.size(), note.message.data() + note.message.size(), skipped);
            current_->left_out += std::max(skipped, 0);
            return;
        }
        const bool macro = note.message.starts_with("expanded from macro ") ||
                           note.message.starts_with("in expansion of macro ") ||
                           note.message.starts_with("in definition of macro ");
        const bool instantiation = note.message.starts_with("in instantiation of ") ||
                                   note.message.starts_with("while substituting ") ||
                                   note.message.ends_with("requested here");
        std::vector<LogPlace>& list = macro           ? current_->macros
                                      : instantiation ? current_->instantiated
                                                      : current_->notes;
        if (list.size() < kMaxLogPlaces) {
            // clang names the outermost macro first
            const bool outwards = note.message.starts_with("expanded from macro ");
            list.insert(outwards ? list.begin() : list.end(), std::move(note));
        } else {
            ++current_->left_out;
        }
    }

    std::size_t limit_;
    std::vector<Diagnostic> found_;
    Diagnostic* current_ = nullptr; ///< the one that notes belong to; nothing once the limit is reached
    Ahead ahead_;
};

} // namespace

std::vector<Diagnostic> parse_compiler_log(std::string_view log, std::size_t limit) {
    LogReader reader(limit);
    while (!log.empty()) {
        const std::size_t end = std::min(log.find('\n'), log.size());
        reader.read(plain_quotes(log.substr(0, end)));
        log.remove_prefix(std::min(end + 1, log.size()));
    }
    return std::move(reader).finish();
}

} // namespace mkb
