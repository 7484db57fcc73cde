#include "cli/tool.h"
#include "tools/context.h"

namespace mkb::cli {

namespace {

struct Options {
    Common common;
    std::string task;
    std::size_t budget = kContextTokens;
    bool list = false;
};

Result<int> run(const Options& options) {
    MKB_TRY(tasks, load_all_tasks(options.common));
    MKB_TRY(task, find_task(tasks, options.task));
    MKB_TRY(reading, make_mnn()->reading(task));
    MKB_TRY(texts, load_reading(reading));
    MKB_TRY(context, cut_context(reading, texts, options.budget));
    return print_result(options.common, to_json(context), options.list ? outline_of(context) : to_text(context));
}

} // namespace

void add_tool_context(Program& program, CLI::App& tool) {
    auto options = std::make_shared<Options>();
    CLI::App* command = tool.add_subcommand(
        "context", "What the writer of a candidate is shown of the framework: headers and a worked example");
    command->footer("Examples: mkb tool context --task Softmax/lastaxis\n"
                    "          mkb tool context --task Softmax/lastaxis --budget 3000 --list");
    add_common(*command, options->common);
    command->add_option("--task", options->task, "Task id, Operator/case, or an operator that has one task")
        ->required();
    command->add_option("--budget", options->budget, "Tokens at most; a token is taken to be three bytes")
        ->check(CLI::Range(std::size_t{1}, std::size_t{10000000}))
        ->capture_default_str();
    command->add_flag("--list", options->list, "Name the excerpts and their sizes instead of printing them");
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
