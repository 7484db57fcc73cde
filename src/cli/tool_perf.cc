#include "cli/stored.h"
#include "cli/tool.h"
#include "tools/perf.h"

namespace mkb::cli {

namespace {

struct Options {
    Common common;
    std::string record, run;
};

Result<int> run(const Options& options) {
    MKB_TRY(found, find_stored(options.record, options.run));
    if (!found) {
        return fail(ErrorKind::bad_input, "no record {} begins with '{}'; run 'mkb report RUN'",
                    options.run.empty() ? "of a run below runs/" : "of " + options.run, options.record);
    }
    MKB_TRY(tasks, load_all_tasks(options.common));
    MKB_TRY(task, find_task(tasks, found->record.task_id));
    const PerformanceReport report = parse_performance(found->record, task);
    return print_result(options.common, to_json(report), to_text(report));
}

} // namespace

void add_tool_perf(Program& program, CLI::App& tool) {
    auto options = std::make_shared<Options>();
    CLI::App* command = tool.add_subcommand(
        "perf", "What a record says about a kernel's speed: back end, threads, time by operator, share of the limit");
    command->footer("Examples: mkb tool perf 01K8\n"
                    "          mkb tool perf 01K8 --run runs/demo --json\n"
                    "* is the type of operator that the candidate's kernel serves.");
    add_common(*command, options->common);
    command->add_option("record", options->record, "The beginning of a record's id")->required();
    command->add_option("--run", options->run, "Folder of the run that holds it; default: any below runs/");
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
