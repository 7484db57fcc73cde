#include "report/compare.h"

#include "base/files.h"
#include "base/progress.h"
#include "cli/cli.h"
#include "score/published.h"

#include <fmt/format.h>

namespace mkb::cli {

namespace {

struct Options {
    Common common;
    std::vector<std::string> runs;
    std::string by, html;
};

std::string name_of_run(const std::string& folder) {
    const std::filesystem::path path = std::filesystem::path(folder).lexically_normal();
    return (path.has_filename() ? path : path.parent_path()).filename().string();
}

/// All runs over the same tasks: those that any of them names, or the split's.
Result<std::vector<ComparedScore>> compare(const Options& options, const std::vector<Task>& tasks) {
    struct Run {
        std::vector<Record> records;
        std::vector<NotEvaluated> trouble;
    };
    std::vector<Run> runs;
    std::vector<const Task*> named;
    for (const std::string& folder : options.runs) {
        MKB_TRY(store, Store::open_existing(folder));
        MKB_TRY(records, store.all());
        MKB_TRY(trouble, store.not_evaluated());
        for (const Task& task : tasks) {
            const auto names = [&](const auto& entry) { return entry.task_id == task.id; };
            if (!options.common.split.empty() || std::ranges::any_of(records, names) ||
                std::ranges::any_of(trouble, names)) {
                named.push_back(&task);
            }
        }
        runs.push_back({std::move(records), std::move(trouble)});
    }
    const auto denominator = denominator_of(named);
    std::vector<ComparedScore> scores;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        for (Score& score : score_run(runs[i].records, runs[i].trouble, denominator, options.by == "category")) {
            scores.push_back({.run = name_of_run(options.runs[i]), .score = std::move(score)});
        }
    }
    return scores;
}

Result<int> run(const Options& options) {
    if (!options.by.empty() && options.by != "category") {
        return fail(ErrorKind::bad_input, "--by '{}': scores can be split by category", options.by);
    }
    MKB_TRY(tasks, load_all_tasks(options.common));
    MKB_TRY(scores, compare(options, tasks));
    if (!options.html.empty()) {
        MKB_DO(write_file_atomic(options.html, compare_html(scores)));
    }
    if (options.common.json) {
        nlohmann::json list = nlohmann::json::array();
        for (const ComparedScore& compared : scores) {
            nlohmann::json json = to_json(compared.score);
            json["run"] = compared.run;
            list.push_back(std::move(json));
        }
        fmt::print("{}\n", nlohmann::json{{"scores", std::move(list)}, {"published", published_json()}}.dump(2));
        return kFine;
    }
    std::vector<Score> shown;
    for (const ComparedScore& compared : scores) {
        shown.push_back(compared.score);
        if (shown.back().category.empty()) {
            shown.back().method = compared.run + ": " + shown.back().method;
        }
    }
    fmt::print("{}\n{}", score_table(shown, colour_wanted(), 140), published_table(colour_wanted(), 140));
    if (!options.html.empty()) {
        fmt::print("open {} in a browser\n", std::filesystem::absolute(options.html).string());
    }
    return kFine;
}

} // namespace

void add_compare(Program& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command =
        program.app.add_subcommand("compare", "Runs side by side, over the tasks that any of them names");
    command->footer("Example: mkb compare runs/single runs/moka --by category --html compare.html");
    add_common(*command, options->common);
    add_split_option(*command, options->common);
    command->add_option("runs", options->runs, "Folders of runs")->required();
    command->add_option("--by", options->by, "category: one row per category too");
    command->add_option("--html", options->html, "Write a page too");
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
