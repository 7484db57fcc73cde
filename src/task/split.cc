#include "task/split.h"

#include "base/files.h"
#include "task/json_reader.h"

#include <fmt/ranges.h>

namespace mkb {

namespace {

constexpr std::string_view kTrain = "-train";

std::vector<std::string> read_part(const nlohmann::json& json, const std::string& path, bool train, JsonFault& fault) {
    JsonObject parts(json, path, fault);
    std::vector<std::string> rest = parts.texts("train");
    std::vector<std::string> held_out = parts.texts("test");
    return train ? rest : held_out;
}

} // namespace

Result<std::set<std::string>> parse_split(std::string_view text, const std::filesystem::path& file,
                                          std::string_view name) {
    const bool train = name.ends_with(kTrain);
    const std::string_view split = train ? name.substr(0, name.size() - kTrain.size()) : name;
    nlohmann::json json;
    JsonFault fault;
    std::set<std::string> ids;
    if (parse_strict_json(text, json, fault)) {
        JsonObject splits(json, "", fault);
        splits.whole("version", 1, 1);
        splits.text("seed");
        for (const char* each : {"lora", "grpo"}) {
            const std::vector<std::string> part = read_part(splits.get(each), splits.path_to(each), train, fault);
            if (split == each) {
                ids.insert(part.begin(), part.end());
            }
        }
    }
    if (fault.found()) {
        return fail(ErrorKind::bad_input, "{}: {}; run script/curate", file.string(), fault.text());
    }
    return ids;
}

Result<std::set<std::string>> read_split(const std::filesystem::path& file, std::string_view name) {
    if (std::ranges::find(kSplitNames, name) == kSplitNames.end()) {
        return fail(ErrorKind::bad_input, "split '{}' is none of {}", name, fmt::join(kSplitNames, ", "));
    }
    MKB_TRY(text, read_file(file));
    return parse_split(text, file, name);
}

} // namespace mkb
