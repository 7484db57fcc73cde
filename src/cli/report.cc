#include "report/report.h"

#include "base/files.h"
#include "base/progress.h"
#include "cli/cli.h"

#include <fmt/format.h>

namespace mkb::cli {

namespace {

struct Options {
    Common common;
    std::string run, out;
};

Result<int> run(const Options& options) {
    MKB_TRY(tasks, load_all_tasks(options.common));
    MKB_TRY(store, Store::open_existing(options.run));
    MKB_TRY(page, html_report(store, denominator_of(tasks)));
    const std::filesystem::path out =
        options.out.empty() ? store.folder() / "report.html" : std::filesystem::path(options.out);
    MKB_DO(write_file_atomic(out, page));
    MKB_DO(store.export_jsonl());
    if (options.common.json) {
        fmt::print("{}\n", nlohmann::json{{"report", out.string()}, {"bytes", page.size()}}.dump(2));
        return kFine;
    }
    MKB_TRY(records, store.all());
    MKB_TRY(trouble, store.not_evaluated());
    fmt::print("{}\n{}", evaluation_table(records, trouble, colour_wanted()),
               score_table(score_run(records, trouble, denominator_of(tasks), false), colour_wanted()));
    fmt::print("open {} in a browser\n", std::filesystem::absolute(out).string());
    return kFine;
}

} // namespace

void add_report(Program& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command = program.app.add_subcommand("report", "A run as a table and as one self-contained HTML file");
    command->footer("Example: mkb report runs/demo");
    add_common(*command, options->common);
    add_split_option(*command, options->common);
    command->add_option("run", options->run, "Folder of the run")->required();
    command->add_option("--out", options->out, "Where the HTML goes; default: report.html in the run's folder");
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
