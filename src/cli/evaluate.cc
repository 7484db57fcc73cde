#include "base/files.h"
#include "base/progress.h"
#include "cli/judging.h"
#include "cli/manifest.h"
#include "report/report.h"

#include <fmt/format.h>

namespace mkb::cli {

namespace {

struct Options {
    Common common;
    std::string task, manifest, run, profile = "standard", build = "plugin", seed, label;
    std::vector<std::string> files;
    Where where;
    bool count_instructions = false;
    int core = -1;
};

Result<EvaluateOptions> evaluate_options(const Options& options) {
    EvaluateOptions result;
    MKB_TRY(profile, profile_named(options.profile));
    result.profile = profile;
    MKB_TRY(way, build_way_named(options.build));
    result.way = way;
    result.core = options.core;
    result.label = options.label;
    result.count_instructions = options.count_instructions;
    if (!options.seed.empty()) {
        Seed seed;
        if (!parse_seed(options.seed, seed)) {
            return fail(ErrorKind::bad_input, "--seed '{}' is not 32 hexadecimal digits", options.seed);
        }
        result.seed = seed;
    }
    return result;
}

struct Plan {
    std::vector<Work> works;
    std::vector<ManifestEntry> entries; ///< empty for a single candidate
};

Result<Plan> plan_single(const Options& options, const std::vector<Task>& tasks) {
    if (options.task.empty() || options.files.empty()) {
        return fail(
            ErrorKind::bad_input,
            "evaluate wants --task TASK and the candidate's files (or an answer, or -); see 'mkb evaluate --help'");
    }
    MKB_TRY(task, find_task(tasks, options.task));
    const auto place = std::ranges::find(tasks, task.id, &Task::id);
    std::string input;
    if (std::ranges::find(options.files, "-") != options.files.end()) {
        MKB_TRY(text, read_standard_input(16 * kAnswerLimitBytes));
        input = std::move(text);
    }
    MKB_TRY(loaded, load_candidate(options.files, task.files, input));
    MKB_TRY(settings, evaluate_options(options));
    Plan plan;
    plan.works.push_back({.task = &*place, .loaded = std::move(loaded), .options = std::move(settings)});
    return plan;
}

Result<Plan> plan_manifest(const Options& options, const std::vector<Task>& tasks) {
    Plan plan;
    MKB_TRY(entries, read_manifest(options.manifest));
    for (const ManifestEntry& entry : entries) {
        MKB_TRY(task, find_task(tasks, entry.task));
        const auto place = std::ranges::find(tasks, task.id, &Task::id);
        MKB_TRY(loaded, load_candidate(entry.files, task.files, ""));
        MKB_TRY(settings, evaluate_options(options));
        settings.label = entry.label;
        plan.works.push_back({.task = &*place, .loaded = std::move(loaded), .options = std::move(settings)});
    }
    plan.entries = std::move(entries);
    return plan;
}

bool as_expected(const ManifestEntry& entry, const WorkResult& result) {
    if (!result.not_evaluated.empty()) {
        return false;
    }
    const auto* cheated = std::get_if<Cheated>(&result.record.outcome);
    return (entry.expected.empty() || entry.expected == kind_of(result.record.outcome)) &&
           (entry.expected_rule.empty() || (cheated != nullptr && cheated->rule == entry.expected_rule));
}

void print_build_errors(const Record& record) {
    constexpr std::size_t kShown = 8;
    const auto* failed = std::get_if<BuildFailed>(&record.outcome);
    if (failed == nullptr) {
        return;
    }
    for (std::size_t i = 0; i < std::min(kShown, failed->errors.size()); ++i) {
        const BuildError& error = failed->errors[i];
        fmt::print("  {}{}{}\n", error.file, error.line > 0 ? fmt::format(":{}:{}: ", error.line, error.column) : "",
                   error.message);
    }
    if (failed->errors.size() > kShown) {
        fmt::print("  and {} more; the whole log is in the run\n", failed->errors.size() - kShown);
    }
}

void print_single(const WorkResult& result, const std::filesystem::path& run) {
    const Record& record = result.record;
    fmt::print("{}\n", describe(record.outcome));
    print_build_errors(record);
    if (const auto* wrong = std::get_if<Wrong>(&record.outcome)) {
        fmt::print("{}\n", wrong->report);
    }
    if (const auto* right = std::get_if<Correct>(&record.outcome); right != nullptr && right->measured) {
        fmt::print("  candidate {:.1f} us ({:.0f} % of the limit), native {:.1f} us ({:.0f} %), whole session on {}\n",
                   right->latency_us, 100 * right->share_of_limit, right->native_latency_us,
                   100 * right->native_share_of_limit, record.device.cpu);
    }
    if (record.build != name_of(BuildWay::plugin)) {
        fmt::print("  built {}\n", record.build);
    }
    if (record.instructions) {
        fmt::print("  candidate {} instructions, native {} ({}): a cost, not a time\n", record.instructions->candidate,
                   record.instructions->native, record.instructions->how);
    }
    if (record.device.emulated) {
        fmt::print("  {}: no times\n", record.device.cpu);
    }
    for (const std::string& flag : record.flags) {
        fmt::print("  note: {}\n", flag);
    }
    fmt::print("  record {} in {}{}\n", record.id, run.string(),
               result.known ? ", where it had been judged before" : "");
}

nlohmann::json result_json(const WorkResult& result, const ManifestEntry* entry) {
    nlohmann::json json =
        result.not_evaluated.empty() ? to_json(result.record) : nlohmann::json{{"not_evaluated", result.not_evaluated}};
    if (result.known) {
        json["from_run"] = true;
    }
    if (entry != nullptr) {
        json["label"] = entry->label;
        json["expected"] = entry->expected;
        json["as_expected"] = as_expected(*entry, result);
    }
    return json;
}

int print_results(const Options& options, const Plan& plan, const std::vector<WorkResult>& results, Store& store) {
    int unexpected = 0;
    nlohmann::json list = nlohmann::json::array();
    std::vector<Record> records;
    std::vector<NotEvaluated> trouble;
    for (std::size_t i = 0; i < results.size(); ++i) {
        const ManifestEntry* entry = plan.entries.empty() ? nullptr : &plan.entries[i];
        unexpected += entry != nullptr && !as_expected(*entry, results[i]) ? 1 : 0;
        list.push_back(result_json(results[i], entry));
        if (results[i].not_evaluated.empty()) {
            records.push_back(results[i].record);
        } else {
            trouble.push_back({.task_id = plan.works[i].task->id,
                               .label = plan.works[i].options.label,
                               .message = results[i].not_evaluated,
                               .attempts = 1});
        }
    }
    if (options.common.json) {
        fmt::print("{}\n", (plan.entries.empty() ? list.at(0) : list).dump(2));
    } else if (plan.entries.empty()) {
        if (!records.empty()) {
            print_single(results.front(), store.folder());
        }
    } else {
        fmt::print("{}", evaluation_table(records, trouble, colour_wanted()));
        for (std::size_t i = 0; i < plan.entries.size(); ++i) {
            if (!as_expected(plan.entries[i], results[i])) {
                fmt::print("NOT AS EXPECTED  {}: expected {} {}\n", plan.entries[i].label, plan.entries[i].expected,
                           plan.entries[i].expected_rule);
            }
        }
        fmt::print("{} of {} as expected; run {}\n", results.size() - static_cast<std::size_t>(unexpected),
                   results.size(), store.folder().string());
    }
    if (const auto code = say_trouble(results)) {
        return *code;
    }
    if (plan.entries.empty()) {
        return correct(records.front().outcome) ? kFine : kNo;
    }
    return unexpected == 0 ? kFine : kNo;
}

/// Before anything is built or judged: it would be noted for every candidate.
Result<void> check_counter(const Options& options) {
    if (!options.count_instructions) {
        return {};
    }
    MKB_TRY(device, device_named(options.where.device));
    MKB_TRY(counter, device->instruction_counter());
    if (counter.empty()) {
        return fail(ErrorKind::bad_input, "device {}: nobody counts instructions there; --device qemu does",
                    device->name());
    }
    return {};
}

Result<int> run(const Options& options) {
    MKB_TRY(tasks, load_all_tasks(options.common));
    MKB_TRY(plan, options.manifest.empty() ? plan_single(options, tasks) : plan_manifest(options, tasks));
    MKB_DO(check_counter(options));
    const auto folder = options.run.empty() ? new_run_folder("evaluate") : std::filesystem::path(options.run);
    MKB_TRY(benches, open_benches(options.where, folder));
    MKB_TRY(store, Store::open(folder));
    MKB_TRY(results, judge_all(*benches.executor, store, plan.works));
    return print_results(options, plan, results, store);
}

} // namespace

void add_evaluate(Program& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command =
        program.app.add_subcommand("evaluate", "Judge a kernel: is it right, and is it faster than native?");
    command->footer("Examples:\n"
                    "  mkb evaluate --task Softmax/lastaxis CPUSoftmax.hpp CPUSoftmax.cpp\n"
                    "  mkb evaluate --task Softmax/lastaxis answer.md          a model's raw answer\n"
                    "  ask-a-model | mkb evaluate --task Softmax/lastaxis -\n"
                    "  mkb evaluate --task Softmax/lastaxis --build in-tree CPUSoftmax.hpp CPUSoftmax.cpp\n"
                    "  mkb evaluate --manifest examples/kernels/manifest.json --run runs/demo\n"
                    "  mkb evaluate --task Softmax/lastaxis --device qemu --targets host,aarch64 CPUSoftmax.cpp\n"
                    "  mkb evaluate --manifest kernels.json --run runs/kernels --executor slurm    docs/cluster.md\n"
                    "With --run the same command goes on where it stopped and judges nothing twice.\n"
                    "Exit code: 0 correct (or all as expected), 1 not, 2 bad input; where one was not evaluated,\n"
                    "3 for trouble of this machine, 4 for a device or service that went away");
    add_common(*command, options->common);
    CLI::Option* task =
        command->add_option("--task", options->task, "Task id, Operator/case, or an operator that has one task");
    CLI::Option* files = command->add_option(
        "files", options->files, "The candidate's files, or one file with a raw answer, or - for standard input");
    CLI::Option* label =
        command->add_option("--label", options->label, "Your name for this candidate, shown in tables");
    command->add_option("--manifest", options->manifest, "Judge many candidates; see docs/manifest.md")
        ->excludes(task)
        ->excludes(files)
        ->excludes(label);
    command->add_option("--run", options->run, "Folder of the run; default: a new one below runs/");
    command
        ->add_option("--profile", options->profile,
                     "How thoroughly to time: standard, thorough, short, or verify (not at all)")
        ->capture_default_str();
    command
        ->add_option("--build", options->build,
                     "plugin, or in-tree: linked into the framework's library, the published way, slower")
        ->capture_default_str();
    add_devices_option(*command, options->where.device);
    add_executor_options(*command, options->where);
    command
        ->add_option("--targets", options->where.targets,
                     "What it must build for besides the device's own target: host, aarch64, android")
        ->delimiter(',')
        ->allow_extra_args(false); // what follows are files
    add_timing_options(*command, options->where);
    command->add_flag("--count-instructions", options->count_instructions,
                      "Count those of candidate and native, on a device that can (qemu): a repeatable cost, no time");
    command->add_option("--seed", options->seed,
                        "32 hexadecimal digits instead of a secret seed: repeatable, for debugging");
    command->add_option("--core", options->core, "Time on this core; default: the last one");
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
