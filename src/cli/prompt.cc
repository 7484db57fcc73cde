#include "agent/agent.h"
#include "cli/toolbox.h"

#include <fmt/format.h>

namespace mkb::cli {

namespace {

struct Options {
    Common common;
    std::string task, role = "standard", prompts;
};

Result<int> run(const Options& options) {
    MKB_TRY(tasks, load_all_tasks(options.common));
    MKB_TRY(task, find_task(tasks, options.task));
    MKB_TRY(book, prompt_book(options.prompts));
    const auto framework = make_mnn();
    MKB_TRY(material, shown_material(*framework, task));
    MKB_TRY(text, sample_prompt(book, options.role, task, material));
    if (options.common.json) {
        fmt::print("{}\n", nlohmann::json{{"task", task.id},
                                          {"role", options.role},
                                          {"system", book.system()},
                                          {"prompt", text},
                                          {"estimated_tokens", estimated_tokens(text)},
                                          {"prompts", book.hash()}}
                               .dump(2));
    } else {
        fmt::print("{}\n{}", book.system(), text);
    }
    return kFine;
}

} // namespace

void add_prompt(Program& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command = program.app.add_subcommand("prompt", "What a model is asked about a task");
    command->footer("Example: mkb prompt --task Softmax/lastaxis --role coder\n"
                    "What only a run knows (code, errors, plans) stands there as its name in brackets.");
    add_common(*command, options->common);
    command->add_option("--task", options->task, "Task id, Operator/case, or an operator that has one task")
        ->required();
    command->add_option("--role", options->role, fmt::format("One of {}", fmt::join(kRoles, ", ")))
        ->capture_default_str();
    command->add_option("--prompts", options->prompts, "Folder of prompts instead of the project's own");
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
