#include "tools/outline.h"

#include "tools/cpp_text.h"

#include <algorithm>
#include <cctype>

namespace mkb {
namespace {

/// The last part of "A::B::c".
std::string_view last_name(std::string_view name) {
    const std::size_t colons = name.rfind("::");
    return colons == std::string_view::npos ? name : name.substr(colons + 2);
}

/// Whether "A::B::c" is what "B::c" names.
bool is_named(std::string_view unit, std::string_view name) {
    return unit == name || (unit.size() > name.size() + 2 && unit.ends_with(name) &&
                            unit.substr(unit.size() - name.size() - 2, 2) == "::");
}

} // namespace

std::string_view owner_of(std::string_view name) {
    const std::size_t colons = name.rfind("::");
    return colons == std::string_view::npos ? std::string_view() : name.substr(0, colons);
}

Outline::Outline(std::string_view text)
    : text_(without_visibility(without_directives_in_enums(text))), units_(cpp_units(text_)) {}

std::string Outline::of(std::size_t begin, std::size_t end) const {
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

std::string Outline::whole() const {
    return squeeze(of(0, text_.size()));
}

std::string Outline::named(std::string_view name) const {
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

std::string Outline::table(std::string_view name) const {
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

std::vector<Outline::Cut> Outline::cuts(std::size_t begin, std::size_t end) const {
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

std::vector<std::pair<std::size_t, std::size_t>> Outline::private_parts(const CppUnit& unit) const {
    std::vector<std::pair<std::size_t, std::size_t>> parts;
    std::size_t hidden_from = unit.kind == "class" ? unit.body + 1 : std::string::npos;
    int depth = 0;
    const auto close = [&](std::size_t at) {
        const bool empty =
            hidden_from == std::string::npos || at <= hidden_from || text_.find_first_not_of(" \n", hidden_from) >= at;
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

bool Outline::is_hidden(const CppUnit& unit) const {
    return std::ranges::any_of(units_, [&](const CppUnit& outer) {
        if ((outer.kind != "class" && outer.kind != "struct") || unit.begin <= outer.begin || unit.end > outer.end) {
            return false;
        }
        return std::ranges::any_of(private_parts(outer), [&](const auto& part) {
            return unit.begin >= part.first && unit.end <= part.second;
        });
    });
}

std::string Outline::declaration(const CppUnit& unit) const {
    std::string out = of(unit.begin, unit.end);
    const bool is_class = unit.kind != "function";
    if (is_class || unit.body == unit.end) {
        out += out.ends_with(';') ? "" : ";";
    }
    return out + "\n";
}

std::string Outline::macro(std::string_view name) const {
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

std::string Outline::field(std::string_view name) const {
    for (const CppUnit& each : cpp_fields(text_)) {
        if (!owner_of(name).empty() && is_named(each.name, name) && !is_hidden(each)) {
            return text_.substr(each.begin, each.end - each.begin) + "\n";
        }
    }
    return {};
}

} // namespace mkb
