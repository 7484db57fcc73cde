#include "cli/cli.h"

#include <fmt/format.h>

namespace mkb::cli {

namespace {

struct Options {
    Common common;
    std::string category, form;
};

nlohmann::json summary_of(const Task& task) {
    return {{"id", task.id},
            {"operator", task.operator_name},
            {"category", task.category},
            {"form", name_of(task.form)},
            {"geometry", name_of(task.geometry)},
            {"files", task.files},
            {"summary", task.summary},
            {"hash", task.hash}};
}

Result<int> run(const Options& options) {
    MKB_TRY(tasks, load_all_tasks(options.common));
    std::erase_if(tasks, [&](const Task& task) {
        return (!options.category.empty() && task.category != options.category) ||
               (!options.form.empty() && name_of(task.form) != options.form);
    });
    if (options.common.json) {
        nlohmann::json list = nlohmann::json::array();
        std::ranges::transform(tasks, std::back_inserter(list), summary_of);
        fmt::print("{}\n", list.dump(2));
        return kFine;
    }
    std::size_t width = 4;
    for (const Task& task : tasks) {
        width = std::max(width, task.id.size());
    }
    for (const Task& task : tasks) {
        fmt::print("{:<{}}  {:<9}  {}\n", task.id, width, name_of(task.form), task.summary);
    }
    fmt::print("{} tasks; 'mkb show TASK' tells all about one\n", tasks.size());
    return kFine;
}

} // namespace

void add_tasks(Program& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command = program.app.add_subcommand("tasks", "List the tasks");
    command->footer("Example: mkb tasks --category pooling --json\n"
                    "         mkb tasks --split lora           the 36 tasks that are held out of training");
    add_common(*command, options->common);
    add_split_option(*command, options->common);
    command->add_option("--category", options->category, "Only this category, e.g. pooling");
    command->add_option("--form", options->form, "Only this form: atomic, geometric or composite");
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
