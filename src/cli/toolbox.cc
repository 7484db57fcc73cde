#include "cli/toolbox.h"

#include "base/files.h"
#include "tools/context.h"
#include "tools/errors.h"
#include "tools/model.h"
#include "tools/perf.h"
#include "tools/tree.h"

#include <map>
#include <memory>
#include <mutex>

namespace mkb::cli {

namespace {

ErrorReport errors_of(const std::string& log, const std::vector<SourceFile>& sources) {
    std::map<std::string, std::string> texts;
    for (const SourceFile& source : sources) {
        texts[source.name] = source.text;
    }
    return extract_errors(log, texts);
}

Result<std::string> tree_of(Framework& framework, const Task& task, const std::string& log,
                            const std::vector<SourceFile>& sources) {
    MKB_TRY(reading, framework.reading(task));
    MKB_TRY(headers, load_headers(reading));
    return to_text(repository_tree(reading, headers, names_in(errors_of(log, sources)), kTreeTokens));
}

Result<std::string> models_of(Framework& framework, const Task& task) {
    MKB_TRY(view, framework.model(task));
    return to_text(parse_models(task, view.node, view.graph));
}

} // namespace

Result<PromptBook> prompt_book(const std::string& folder) {
    if (!folder.empty()) {
        return PromptBook::load(folder);
    }
    MKB_TRY(home, home_dir());
    return PromptBook::load(home / "prompts");
}

Result<Material> shown_material(Framework& framework, const Task& task) {
    MKB_TRY(reading, framework.reading(task));
    MKB_TRY(texts, load_reading(reading));
    MKB_TRY(context, cut_context(reading, texts, kContextTokens));
    Material material;
    for (const Excerpt& excerpt : context.excerpts) {
        std::string& part = excerpt.role == "example" ? material.example : material.headers;
        part += fmt::format("```cpp\n// {}: {}\n{}```\n", excerpt.file, excerpt.why, excerpt.text);
    }
    return material;
}

AgentTools make_toolbox(Framework& framework) {
    // Tasks ask from several threads, and a framework answers one.
    const auto mutex = std::make_shared<std::mutex>();
    AgentTools tools;
    tools.prompt.errors = [](const std::string& log, const std::vector<SourceFile>& sources) {
        return to_text(errors_of(log, sources));
    };
    tools.prompt.tree = [mutex, &framework](const Task& task, const std::string& log,
                                            const std::vector<SourceFile>& sources) {
        const std::lock_guard lock(*mutex);
        return tree_of(framework, task, log, sources);
    };
    // Read in a jail, and the same in every round.
    const auto models = std::make_shared<std::map<std::string, std::string>>(); // by the task's hash
    tools.prompt.model = [mutex, models, &framework](const Task& task) -> Result<std::string> {
        const std::lock_guard lock(*mutex);
        if (const auto known = models->find(task.hash); known != models->end()) {
            return known->second;
        }
        MKB_TRY(text, models_of(framework, task));
        return models->emplace(task.hash, std::move(text)).first->second;
    };
    tools.prompt.perf = [](const Task& task, const Record& record) { return to_text(parse_performance(record, task)); };
    tools.material = [mutex, &framework](const Task& task) {
        const std::lock_guard lock(*mutex);
        return shown_material(framework, task);
    };
    return tools;
}

} // namespace mkb::cli
