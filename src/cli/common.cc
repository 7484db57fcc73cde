#include "base/files.h"
#include "cli/cli.h"

#include <ctime>

namespace mkb::cli {

int exit_code_of(const Error& error) {
    switch (error.kind) {
    case ErrorKind::bad_input:
        return kBadInput;
    case ErrorKind::environment:
        return kEnvironment;
    case ErrorKind::transient:
        return kTransient;
    }
    return kEnvironment;
}

void add_common(CLI::App& command, Common& common) {
    command.add_flag("--json", common.json, "Print the result as JSON on standard output");
    command.add_option("--tasks-dir", common.tasks_folder, "Folder of tasks instead of the project's own");
}

Result<std::vector<Task>> load_all_tasks(const Common& common) {
    if (!common.tasks_folder.empty()) {
        return load_tasks(common.tasks_folder);
    }
    MKB_TRY(home, home_dir());
    return load_tasks(home / "tasks");
}

std::map<std::string, std::string> denominator_of(const std::vector<Task>& tasks) {
    std::map<std::string, std::string> categories;
    for (const Task& task : tasks) {
        categories[task.id] = task.category;
    }
    return categories;
}

Result<Workbench> open_workbench() {
    Workbench bench;
    bench.framework = make_mnn();
    MKB_DO(bench.framework->prepare());
    bench.device = make_local_device();
    bench.judge = std::make_unique<Judge>(*bench.framework, *bench.device);
    return bench;
}

std::filesystem::path new_run_folder(std::string_view command) {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[32];
    std::strftime(text, sizeof text, "%Y%m%dT%H%M%SZ", &utc);
    return std::filesystem::path("runs") / fmt::format("{}-{}", text, command);
}

} // namespace mkb::cli
