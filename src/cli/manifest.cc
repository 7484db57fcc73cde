#include "cli/manifest.h"

#include "base/files.h"
#include "record/outcome.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace mkb::cli {

namespace {

using nlohmann::json;

Result<ManifestEntry> read_entry(const json& from, const std::filesystem::path& manifest, std::size_t number) {
    const auto complain = [&](const char* what) {
        return fail(ErrorKind::bad_input, "{}: candidate {} {}; see docs/manifest.md", manifest.string(), number, what);
    };
    const auto text = [&](const json& object, const char* name) {
        const auto found = object.find(name);
        return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    if (!from.is_object() || text(from, "label").empty() || text(from, "task").empty()) {
        return complain("needs a label and a task");
    }
    ManifestEntry entry{.label = text(from, "label"), .task = text(from, "task")};
    const auto files = from.find("files");
    if (files == from.end() || !files->is_array() || files->empty()) {
        return complain("needs a list of files");
    }
    for (const json& file : *files) {
        if (!file.is_string()) {
            return complain("names a file that is not text");
        }
        entry.files.push_back((manifest.parent_path() / file.get<std::string>()).string());
    }
    if (const auto expect = from.find("expect"); expect != from.end() && expect->is_object()) {
        entry.expected = text(*expect, "outcome");
        entry.expected_rule = text(*expect, "rule");
        if (std::ranges::find(kOutcomeKinds, entry.expected) == std::end(kOutcomeKinds)) {
            return complain("expects an outcome that is none");
        }
    }
    return entry;
}

} // namespace

Result<std::vector<ManifestEntry>> parse_manifest(std::string_view text, const std::filesystem::path& path) {
    const json manifest = json::parse(text, nullptr, false);
    const auto list = manifest.is_object() ? manifest.find("candidates") : manifest.end();
    if (!manifest.is_object() || list == manifest.end() || !list->is_array()) {
        return fail(ErrorKind::bad_input,
                    "{}: not a manifest, which is an object with a list 'candidates'; see docs/manifest.md",
                    path.string());
    }
    std::vector<ManifestEntry> entries;
    std::set<std::string> labels;
    for (const json& item : *list) {
        MKB_TRY(entry, read_entry(item, path, entries.size() + 1));
        if (!labels.insert(entry.label).second) {
            return fail(ErrorKind::bad_input, "{}: two candidates are called '{}'", path.string(), entry.label);
        }
        entries.push_back(std::move(entry));
    }
    if (entries.empty()) {
        return fail(ErrorKind::bad_input, "{}: names no candidate; see docs/manifest.md", path.string());
    }
    return entries;
}

Result<std::vector<ManifestEntry>> read_manifest(const std::filesystem::path& path) {
    MKB_TRY(content, read_file(path, 16U << 20));
    return parse_manifest(content, path);
}

} // namespace mkb::cli
