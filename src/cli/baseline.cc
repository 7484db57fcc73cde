#include "cli/judging.h"

#include <algorithm>
#include <fmt/format.h>

namespace mkb::cli {

namespace {

struct Options {
    Common common;
    std::string run, profile = "short", device = "local";
    std::vector<std::string> tasks;
};

nlohmann::json row_of(const Task& task, const WorkResult& result) {
    if (!result.not_evaluated.empty()) {
        return {{"task", task.id}, {"not_evaluated", result.not_evaluated}};
    }
    nlohmann::json row{{"task", task.id}, {"record", result.record.id}, {"outcome", kind_of(result.record.outcome)}};
    if (const auto* right = std::get_if<Correct>(&result.record.outcome); right != nullptr && right->measured) {
        row["native_us"] = right->native_latency_us;
        row["share_of_limit"] = right->native_share_of_limit;
    }
    if (result.record.instructions) {
        row["instructions"] = result.record.instructions->native;
    }
    return row;
}

/// Instead of a figure: what became of the native kernel.
std::string without_figure(const nlohmann::json& row) {
    return row.contains("not_evaluated") ? "not evaluated" : row["outcome"].get<std::string>();
}

void print_times(const nlohmann::json& rows) {
    fmt::print("{:<52} {:>12} {:>16}\n", "native kernel", "latency us", "share of limit");
    for (const auto& row : rows) {
        const auto task = row["task"].get<std::string>();
        if (row.contains("native_us")) {
            fmt::print("{:<52} {:>12.1f} {:>14.0f} %\n", task, row["native_us"].get<double>(),
                       100 * row["share_of_limit"].get<double>());
        } else {
            fmt::print("{:<52} {}\n", task, without_figure(row));
        }
    }
}

/// What an emulated device has to say about cost.
void print_counts(const nlohmann::json& rows) {
    fmt::print("{:<52} {:>16}\n", "native kernel", "instructions");
    for (const auto& row : rows) {
        const auto task = row["task"].get<std::string>();
        if (row.contains("instructions")) {
            fmt::print("{:<52} {:>16}\n", task, row["instructions"].get<std::int64_t>());
        } else {
            fmt::print("{:<52} {}\n", task, without_figure(row));
        }
    }
}

Result<int> run(const Options& options) {
    MKB_TRY(tasks, load_all_tasks(options.common));
    MKB_TRY(profile, profile_named(options.profile));
    MKB_TRY(chosen, tasks_holding(tasks, options.tasks));
    std::vector<Work> works;
    for (const Task* task : chosen) {
        works.push_back(
            {.task = task,
             .options = {.profile = profile, .native_twice = true, .label = "native", .method = "baseline"}});
    }
    MKB_TRY(bench, open_workbench({.device = options.device, .targets = {}}));
    MKB_TRY(store, Store::open(options.run.empty() ? new_run_folder("baseline") : std::filesystem::path(options.run)));
    const auto executor = make_threads_executor({place_of(*bench.judge)}, {});
    MKB_TRY(results, judge_all(*executor, store, works));
    nlohmann::json rows = nlohmann::json::array();
    for (std::size_t i = 0; i < results.size(); ++i) {
        rows.push_back(row_of(*works[i].task, results[i]));
    }
    const std::string run = store.folder().string();
    if (options.common.json) {
        fmt::print("{}\n", rows.dump(2));
    } else if (bench.emulated) {
        print_counts(rows);
        fmt::print("one run of the whole session on an emulated device: a cost, not a time. Run {}\n", run);
    } else {
        print_times(rows);
        fmt::print("whole session on device {}; limit: the larger of bytes over bandwidth and operations over peak. "
                   "Run {}\n",
                   bench.device->name(), run);
    }
    if (const auto code = say_trouble(results)) {
        return *code;
    }
    return std::ranges::all_of(results, [](const WorkResult& each) { return correct(each.record.outcome); }) ? kFine
                                                                                                             : kNo;
}

} // namespace

void add_baseline(Program& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command = program.app.add_subcommand("baseline", "Native latency and share of the limit for every task");
    command->footer("Example: mkb baseline --task pooling");
    add_common(*command, options->common);
    add_split_option(*command, options->common);
    command->add_option("--task", options->tasks, "Only tasks whose id holds this text; may be given several times");
    add_device_option(*command, options->device);
    command->add_option("--run", options->run, "Folder of the run; default: a new one below runs/");
    command->add_option("--profile", options->profile, "standard, thorough or short")->capture_default_str();
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
