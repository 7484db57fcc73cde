#include "candidate/unused_header.h"

#include "candidate/answer_text.h"
#include "candidate/block_name.h"

#include <algorithm>

namespace mkb {
namespace {

/// True when an #include names the file, with or without folders.
bool includes(const SourceFile& source, std::string_view header) {
    for (const std::string_view line : split_lines(source.text)) {
        const std::string_view text = trim(line);
        if (!text.starts_with('#') || text.find("include") == std::string_view::npos) {
            continue;
        }
        const std::size_t at = text.find(header);
        if (at != std::string_view::npos && std::string_view("\"</").find(text[at - 1]) != std::string_view::npos) {
            return true;
        }
    }
    return false;
}

} // namespace

std::vector<std::string> missing_files(const std::vector<std::string>& wanted, const Extraction& found) {
    std::vector<std::string> missing;
    std::ranges::copy_if(wanted, std::back_inserter(missing), [&](const std::string& name) {
        return std::ranges::find(found.sources, name, &SourceFile::name) == found.sources.end();
    });
    return missing;
}

void add_unused_headers(const std::vector<std::string>& wanted, Extraction& found) {
    const bool has_source =
        std::ranges::any_of(found.sources, [](const SourceFile& file) { return !is_header_name(file.name); });
    for (const std::string& name : missing_files(wanted, found)) {
        const bool used =
            std::ranges::any_of(found.sources, [&](const SourceFile& file) { return includes(file, name); });
        if (has_source && !used && is_header_name(name)) {
            found.sources.push_back({name, ""});
            found.notes.push_back(fmt::format("'{}' was not given and is not included: taken as empty", name));
        }
    }
    std::ranges::sort(found.sources, {}, [&](const SourceFile& file) { return std::ranges::find(wanted, file.name); });
}

} // namespace mkb
