#include "cli/tool.h"
#include "tools/tree.h"

namespace mkb::cli {

namespace {

struct Options {
    Common common;
    std::string task, log;
    std::vector<std::string> names;
    std::size_t budget = kTreeTokens;
};

Result<int> run(const Options& options) {
    MKB_TRY(tasks, load_all_tasks(options.common));
    MKB_TRY(task, find_task(tasks, options.task));
    MKB_TRY(reading, make_mnn()->reading(task));
    MKB_TRY(texts, load_headers(reading));
    std::vector<std::string> names = options.names;
    if (!options.log.empty()) {
        MKB_TRY(log, read_log(options.log));
        std::ranges::copy(names_in(extract_errors(log, {})), std::back_inserter(names));
    }
    const RepositoryTree tree = repository_tree(reading, texts, names, options.budget);
    return print_result(options.common, to_json(tree), to_text(tree));
}

} // namespace

void add_tool_tree(Program& program, CLI::App& tool) {
    auto options = std::make_shared<Options>();
    CLI::App* command = tool.add_subcommand(
        "tree", "The framework's headers that a candidate may include, and what the names in its errors stand for");
    command->footer("Examples: mkb tool tree --task Softmax/lastaxis\n"
                    "          mkb tool tree --task Softmax/lastaxis --log build.log\n"
                    "          mkb tool tree --task Softmax/lastaxis CPUBackend Tensor --budget 2000 --json");
    add_common(*command, options->common);
    command->add_option("--task", options->task, "Task id, Operator/case, or an operator that has one task")
        ->required();
    command->add_option("names", options->names, "Show the declarations of these");
    command->add_option("--log", options->log,
                        "Show the declarations of what this compiler's text names; - for standard input");
    command->add_option("--budget", options->budget, "Tokens at most; a token is taken to be three bytes")
        ->check(CLI::Range(std::size_t{1}, std::size_t{10000000}))
        ->capture_default_str();
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
