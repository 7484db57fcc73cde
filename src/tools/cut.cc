#include "tools/cut.h"

#include "tools/cpp_text.h"
#include "tools/outline.h"

#include <algorithm>

namespace mkb {
namespace {

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
