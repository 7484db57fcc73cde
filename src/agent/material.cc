#include "agent/material.h"

#include "agent/feedback.h"
#include "base/files.h"
#include "llm/json_path.h"

#include <algorithm>

namespace mkb {

namespace fs = std::filesystem;

namespace {

/// Headers before sources.
Result<std::string> files_text(const fs::path& folder) {
    std::vector<fs::path> paths;
    std::error_code error;
    for (const auto& item : fs::directory_iterator(folder, error)) {
        paths.push_back(item.path());
    }
    std::ranges::sort(paths, [](const fs::path& one, const fs::path& other) {
        return std::pair(one.extension() == ".cpp", one) < std::pair(other.extension() == ".cpp", other);
    });
    std::vector<SourceFile> sources;
    for (const fs::path& path : paths) {
        MKB_TRY(text, read_file(path, kAnswerLimitBytes));
        sources.push_back({path.filename().string(), std::move(text)});
    }
    if (error || sources.empty()) {
        return fail(ErrorKind::environment, "the worked example '{}' is missing", folder.string());
    }
    return code_text(sources);
}

} // namespace

Result<std::string> worked_example(const fs::path& home, const Task& task) {
    const fs::path list = home / "prompts" / "examples.json";
    MKB_TRY(text, read_file(list));
    const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
    const JsonPath entries = JsonPath(&json)[std::string(name_of(task.form)).c_str()];
    if (!entries.is_array()) {
        return fail(ErrorKind::environment, "'{}' has no list of examples for the form {}", list.string(),
                    name_of(task.form));
    }
    for (std::size_t i = 0; i < entries.size(); ++i) {
        if (entries.at(i)["operator"].text() != task.operator_name) {
            return files_text(home / "examples" / "kernels" / entries.at(i)["folder"].text());
        }
    }
    return std::string();
}

} // namespace mkb
