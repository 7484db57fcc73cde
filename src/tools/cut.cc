#include "tools/cut.h"

#include "tools/cpp_units.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace mkb {
namespace {

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Where the literal that begins at `at` ends (behind it), or `at` where none begins.
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

/// Trailing blanks and repeated empty lines go; what is left ends in one line break.
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

/// Enumerators may stand under conditions, which the grammar does not know there: all of them are shown.
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

/// Words that say who sees a name, "MNN_PUBLIC", say nothing to a reader, nor to the grammar.
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

/// The last part of "A::B::c".
std::string_view last_name(std::string_view name) {
    const std::size_t colons = name.rfind("::");
    return colons == std::string_view::npos ? name : name.substr(colons + 2);
}

/// "B::c" of "A::B::c", or "" where there is no class.
std::string_view owner_of(std::string_view name) {
    const std::size_t colons = name.rfind("::");
    return colons == std::string_view::npos ? std::string_view() : name.substr(0, colons);
}

/// Whether "A::B::c" is what "B::c" names.
bool is_named(std::string_view unit, std::string_view name) {
    return unit == name || (unit.size() > name.size() + 2 && unit.ends_with(name) &&
                            unit.substr(unit.size() - name.size() - 2, 2) == "::");
}

class Outline {
public:
    explicit Outline(std::string_view text)
        : text_(without_visibility(without_directives_in_enums(text))), units_(cpp_units(text_)) {}

    /// The bytes from `begin` to `end`, bodies of functions replaced by ";" and private parts of classes left out.
    std::string of(std::size_t begin, std::size_t end) const {
        std::string out;
        std::size_t at = begin;
        for (const auto& [from, to, instead] : cuts(begin, end)) {
            if (from < at) {
                continue; // inside another cut
            }
            out.append(text_, at, from - at);
            while (instead == ";" && !out.empty() && std::isspace(static_cast<unsigned char>(out.back())) != 0) {
                out.pop_back();
            }
            out += instead;
            at = to;
        }
        out.append(text_, at, std::max(at, end) - at);
        return out;
    }

    std::string whole() const { return squeeze(of(0, text_.size())); }

    /// Declarations of one name: a class, an enumeration, functions, or a macro.
    std::string named(std::string_view name) const {
        std::string out = macro(name);
        for (const CppUnit& unit : units_) {
            const std::string_view owner = last_name(owner_of(unit.name));
            const bool constructor = unit.kind == "function" && !owner.empty() && last_name(unit.name) == owner;
            if (is_named(unit.name, name) && !is_hidden(unit) && (!constructor || !owner_of(name).empty())) {
                out += declaration(unit);
            }
        }
        return out.empty() ? field(name) : out;
    }

    /// Of a class of the schema: what reads a field; of an enumeration: all.
    std::string table(std::string_view name) const {
        std::string out;
        for (const CppUnit& unit : units_) {
            if (unit.name == name && unit.kind == "enum") {
                return declaration(unit);
            }
            const std::string body = text_.substr(unit.body, unit.end - unit.body);
            const bool reads = body.find("GetField<") != std::string::npos ||
                               body.find("GetPointer<") != std::string::npos ||
                               body.find("GetStruct<") != std::string::npos;
            if (owner_of(unit.name) == name && reads && !last_name(unit.name).starts_with("mutable_")) {
                out += "    " + declaration(unit);
            }
        }
        return out.empty() ? out : "struct " + std::string(name) + " {\n" + out + "};\n";
    }

private:
    struct Cut {
        std::size_t from, to;
        std::string instead;
    };

    std::vector<Cut> cuts(std::size_t begin, std::size_t end) const {
        std::vector<Cut> list;
        for (const CppUnit& unit : units_) {
            if (unit.begin < begin || unit.end > end) {
                continue;
            }
            if (unit.kind == "function" && unit.body < unit.end) {
                list.push_back({unit.body, unit.end, ";"});
            } else if (unit.kind == "class" || unit.kind == "struct") {
                for (const auto& [from, to] : private_parts(unit)) {
                    list.push_back({from, to, text_[to - 1] == '\n' || text_[from] == '\n' ? "\n" : ""});
                }
            }
        }
        std::ranges::sort(list, {}, &Cut::from);
        return list;
    }

    /// From "private:" to the next access or the closing brace, on the class's own level.
    std::vector<std::pair<std::size_t, std::size_t>> private_parts(const CppUnit& unit) const {
        std::vector<std::pair<std::size_t, std::size_t>> parts;
        std::size_t hidden_from = unit.kind == "class" ? unit.body + 1 : std::string::npos;
        int depth = 0;
        const auto close = [&](std::size_t at) {
            const bool empty = hidden_from == std::string::npos || at <= hidden_from ||
                               text_.find_first_not_of(" \n", hidden_from) >= at;
            if (!empty) {
                parts.emplace_back(hidden_from, at);
            }
            hidden_from = std::string::npos;
        };
        for (std::size_t i = unit.body; i < unit.end; ++i) {
            if (const std::size_t literal = end_of_literal(text_, i); literal > i) {
                i = literal - 1;
                continue;
            }
            const char c = text_[i];
            depth += c == '{' ? 1 : c == '}' ? -1 : 0;
            if (depth == 0) {
                close(i);
                break;
            }
            if (depth != 1 || (i > 0 && is_word(text_[i - 1]))) {
                continue;
            }
            const std::string_view rest = std::string_view(text_).substr(i);
            if (rest.starts_with("private:")) {
                close(i);
                hidden_from = i;
            } else if (rest.starts_with("public:") || rest.starts_with("protected:")) {
                close(i);
            }
        }
        return parts;
    }

    bool is_hidden(const CppUnit& unit) const {
        return std::ranges::any_of(units_, [&](const CppUnit& outer) {
            if ((outer.kind != "class" && outer.kind != "struct") || unit.begin <= outer.begin ||
                unit.end > outer.end) {
                return false;
            }
            return std::ranges::any_of(private_parts(outer), [&](const auto& part) {
                return unit.begin >= part.first && unit.end <= part.second;
            });
        });
    }

    std::string declaration(const CppUnit& unit) const {
        std::string out = of(unit.begin, unit.end);
        const bool is_class = unit.kind != "function";
        if (is_class || unit.body == unit.end) {
            out += out.ends_with(';') ? "" : ";";
        }
        return out + "\n";
    }

    /// "#define NAME…" with the lines that continue it; of several definitions what they have in common, the name with
    /// its parameters.
    std::string macro(std::string_view name) const {
        std::vector<std::string> found;
        const std::string head = "#define " + std::string(name);
        for (std::size_t at = text_.find(head); at != std::string::npos; at = text_.find(head, at + 1)) {
            if (at + head.size() < text_.size() && is_word(text_[at + head.size()])) {
                continue;
            }
            std::size_t end = text_.find('\n', at);
            while (end != std::string::npos && end > 0 && text_[end - 1] == '\\') {
                end = text_.find('\n', end + 1);
            }
            const std::string one = text_.substr(at, end == std::string::npos ? end : end - at) + "\n";
            found.push_back(one);
        }
        if (found.size() > 1 && std::ranges::adjacent_find(found, std::ranges::not_equal_to()) != found.end()) {
            const std::size_t close = found.front().find(')');
            return found.front().substr(0, close == std::string::npos ? head.size() : close + 1) + " …\n";
        }
        return found.empty() ? std::string() : found.front();
    }

    /// A member that is no function, and that is not private.
    std::string field(std::string_view name) const {
        for (const CppUnit& each : cpp_fields(text_)) {
            if (!owner_of(name).empty() && is_named(each.name, name) && !is_hidden(each)) {
                return text_.substr(each.begin, each.end - each.begin) + "\n";
            }
        }
        return {};
    }

    std::string text_;
    std::vector<CppUnit> units_;
};

std::string indented(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        const std::size_t first = line.find_first_not_of(' ');
        out += line.empty() ? "\n" : (first == 0 ? "    " : "") + std::string(line) + "\n";
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

/// Of a generated header, which is long and regular: the class or enumeration of that name.
std::string generated_piece(std::string_view text, std::string_view name) {
    for (const std::string_view head : {"struct ", "enum "}) {
        const std::string first = "\n" + std::string(head) + std::string(name) + " ";
        std::size_t begin = text.find(first);
        while (begin != std::string_view::npos && text.find('{', begin) > text.find(';', begin)) { // declared ahead
            begin = text.find(first, begin + 1);
        }
        if (begin != std::string_view::npos) {
            const std::size_t end = text.find("\n};", begin);
            return std::string(text.substr(begin + 1, end == std::string_view::npos ? end : end + 3 - begin));
        }
    }
    return {};
}

} // namespace

std::size_t estimate_tokens(std::string_view text) {
    constexpr std::size_t kBytesPerToken = 3;
    return (text.size() + kBytesPerToken - 1) / kBytesPerToken;
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

std::string cut_source(std::string_view text, ReadingPart::Cut cut, const std::vector<std::string>& names) {
    if (cut == ReadingPart::Cut::table) {
        std::string out;
        for (const std::string& name : names) {
            out += Outline(generated_piece(text, name)).table(name);
        }
        return out;
    }
    std::string plain = without_comments(text);
    if (cut == ReadingPart::Cut::whole) {
        return plain;
    }
    const Outline outline(plain);
    if (names.empty()) {
        return outline.whole();
    }
    std::string out;
    for (std::size_t i = 0; i < names.size();) {
        // Members of one class that follow each other stand in it together.
        const std::string_view owner = owner_of(names[i]);
        std::string members;
        std::size_t next = i;
        do {
            const std::string member = outline.named(names[next++]);
            members += members.find(member) == std::string::npos ? member : "";
        } while (!owner.empty() && next < names.size() && owner_of(names[next]) == owner);
        i = next;
        const bool show = !members.empty() && !owner.empty();
        out += show ? "class " + std::string(owner) + " {\npublic:\n" + indented(members) + "};\n" : members;
    }
    return squeeze(out);
}

} // namespace mkb
