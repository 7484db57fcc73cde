#include "cli/tool.h"
#include "tools/model.h"

namespace mkb::cli {

namespace {

struct Options {
    Common common;
    std::string task;
};

Result<int> run(const Options& options) {
    MKB_TRY(tasks, load_all_tasks(options.common));
    MKB_TRY(task, find_task(tasks, options.task));
    MKB_TRY(view, make_mnn()->model(task));
    const SideBySide pair = parse_models(task, view.node, view.graph);
    return print_result(options.common, to_json(pair), to_text(pair));
}

} // namespace

void add_tool_model(Program& program, CLI::App& tool) {
    auto options = std::make_shared<Options>();
    CLI::App* command =
        tool.add_subcommand("model", "A task's ONNX node and the framework's operators it became, side by side");
    command->footer("Example: mkb tool model --task MaxPool/k3s2p1_64x112 --json");
    add_common(*command, options->common);
    command->add_option("--task", options->task, "Task id, Operator/case, or an operator that has one task")
        ->required();
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
