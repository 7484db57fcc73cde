#include "score/score.h"
#include "base/progress.h"
#include "cli/cli.h"
#include "score/published.h"

#include <fmt/format.h>

namespace mkb::cli {

namespace {

struct Options {
    Common common;
    std::string run, by;
};

Result<int> run(const Options& options) {
    if (!options.by.empty() && options.by != "category") {
        return fail(ErrorKind::bad_input, "--by '{}': scores can be split by category", options.by);
    }
    MKB_TRY(tasks, load_all_tasks(options.common));
    MKB_TRY(store, Store::open_existing(options.run));
    MKB_TRY(records, store.all());
    MKB_TRY(trouble, store.not_evaluated());
    const std::vector<Score> scores = score_run(records, trouble, denominator_of(tasks), options.by == "category");
    if (options.common.json) {
        nlohmann::json list = nlohmann::json::array();
        for (const Score& score : scores) {
            list.push_back(to_json(score));
        }
        fmt::print("{}\n", list.dump(2));
    } else {
        const std::string failures = failure_lines(scores, colour_wanted());
        fmt::print("{}{}{}", score_table(scores, colour_wanted()), failures.empty() ? "" : "\n", failures);
        // Beside what models made, what the benchmark's authors published.
        if (std::ranges::any_of(scores, [](const Score& score) { return !score.model.empty(); })) {
            fmt::print("\n{}", published_table(colour_wanted()));
        }
    }
    return kFine;
}

} // namespace

void add_score(Program& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command =
        program.app.add_subcommand("score", "CSR, FCR, fast_p and mean speed-up of a run, recomputed from its records");
    command->footer("Example: mkb score runs/demo --by category");
    add_common(*command, options->common);
    add_split_option(*command, options->common);
    command->add_option("run", options->run, "Folder of the run")->required();
    command->add_option("--by", options->by, "category: one row per category too");
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
