#include "base/files.h"
#include "cli/cli.h"
#include "record/record.h"
#include "task/split.h"

#include <algorithm>
#include <unistd.h>

namespace mkb::cli {

int exit_code_of(const Error& error) {
    switch (error.kind) {
    case ErrorKind::bad_input:
        return kBadInput;
    case ErrorKind::environment:
        return kEnvironment;
    case ErrorKind::transient:
        return kTransient;
    }
    return kEnvironment;
}

void add_common(CLI::App& command, Common& common) {
    command.add_flag("--json", common.json, "Print the result as JSON on standard output");
    command.add_option("--tasks,--tasks-dir", common.tasks_folder, "Folder of tasks instead of the project's own");
}

void add_split_option(CLI::App& command, Common& common) {
    command.add_option("--split", common.split,
                       fmt::format("Only the tasks of this part: {}", fmt::join(kSplitNames, ", ")));
}

Result<std::vector<Task>> load_all_tasks(const Common& common) {
    std::filesystem::path folder = common.tasks_folder;
    if (folder.empty()) {
        MKB_TRY(home, home_dir());
        folder = home / "tasks";
    }
    MKB_TRY(tasks, load_tasks(folder));
    if (!common.split.empty()) {
        MKB_TRY(part, read_split(folder / "splits.json", common.split));
        std::erase_if(tasks, [&](const Task& task) { return !part.contains(task.id); });
        if (tasks.size() != part.size()) {
            return fail(ErrorKind::bad_input, "split '{}' has {} tasks, {} of them are in {}; run script/curate",
                        common.split, part.size(), tasks.size(), folder.string());
        }
    }
    return tasks;
}

Result<std::vector<const Task*>> tasks_holding(const std::vector<Task>& tasks, const std::vector<std::string>& parts) {
    std::vector<const Task*> chosen;
    for (const Task& task : tasks) {
        const auto holds = [&](const std::string& part) { return task.id.find(part) != std::string::npos; };
        if (parts.empty() || std::ranges::any_of(parts, holds)) {
            chosen.push_back(&task);
        }
    }
    if (chosen.empty()) {
        return fail(ErrorKind::bad_input, "no task holds '{}' in its id; run 'mkb tasks'", fmt::join(parts, "' or '"));
    }
    return chosen;
}

std::map<std::string, std::string> denominator_of(const std::vector<const Task*>& tasks) {
    std::map<std::string, std::string> categories;
    for (const Task* task : tasks) {
        categories[task->id] = task->category;
    }
    return categories;
}

std::map<std::string, std::string> denominator_of(const std::vector<Task>& tasks) {
    std::vector<const Task*> all;
    std::ranges::transform(tasks, std::back_inserter(all), [](const Task& task) { return &task; });
    return denominator_of(all);
}

Result<std::string> read_standard_input(std::size_t limit_bytes) {
    std::string text;
    char part[65536];
    for (ssize_t got = read(STDIN_FILENO, part, sizeof part); got != 0; got = read(STDIN_FILENO, part, sizeof part)) {
        if (got < 0) {
            return fail(ErrorKind::environment, "standard input could not be read");
        }
        text.append(part, static_cast<std::size_t>(got));
        if (text.size() > limit_bytes) {
            return fail(ErrorKind::bad_input, "standard input holds more than {} bytes", limit_bytes);
        }
    }
    return text;
}

CLI::Option* add_device_option(CLI::App& command, std::string& device) {
    return command
        .add_option("--device", device,
                    fmt::format("Where to run: {}, ssh:user@host or adb:SERIAL", fmt::join(kDeviceNames, ", ")))
        ->capture_default_str();
}

void add_devices_option(CLI::App& command, std::string& device) {
    command
        .add_option("--device", device,
                    fmt::format("Where to run: {}, ssh:user@host, adb:SERIAL, or several: pool:all, pool:NAME,NAME",
                                fmt::join(kDeviceNames, ", ")))
        ->capture_default_str();
}

void add_executor_options(CLI::App& command, Where& where) {
    const std::string group = "Executor";
    command
        .add_option("--executor", where.executor,
                    "Who hands out work: threads, of this process, or slurm, of a cluster (docs/cluster.md)")
        ->check(CLI::IsMember({"threads", "slurm"}))
        ->capture_default_str()
        ->group(group);
    command
        .add_option("--slurm-options", where.slurm_options, "Options of sbatch, as in '--partition=phones --time=20'")
        ->group(group);
    command
        .add_option("--slurm-devices", where.slurm_devices,
                    "File with lines of 'node number device': what is behind the devices that Slurm counts")
        ->check(CLI::ExistingFile)
        ->group(group);
    command.add_option("--slurm-jobs", where.slurm_jobs, "Most judgements with Slurm at a time")
        ->check(CLI::Range(1, 10000))
        ->capture_default_str()
        ->group(group);
}

void add_timing_options(CLI::App& command, Where& where) {
    command.add_option("--cores", where.cores,
                       "Which of a phone's or board's cores to use: big, little, or as in 0-3,6");
    command
        .add_option("--cool-down", where.cool_down_s,
                    "Seconds to wait at most, before timing, for a device that is hot or slowed down by heat; 0: none")
        ->check(CLI::Range(0.0, kMostCoolDownS))
        ->capture_default_str();
}

Result<Workbench> open_workbench(const Where& where) {
    Workbench bench;
    MKB_TRY(device, device_named(where.device));
    bench.device = std::move(device);
    if (!where.cores.empty()) {
        MKB_DO(bench.device->choose_cores(where.cores));
    }
    MKB_TRY(facts, bench.device->facts());
    bench.emulated = facts.emulated;
    MKB_TRY(own, target_named(facts.target));
    std::vector<Target> targets = {own};
    for (const std::string& name : where.targets) {
        MKB_TRY(target, target_named(name));
        if (std::ranges::find(targets, target) == targets.end()) {
            targets.push_back(target);
        }
    }
    std::vector<Framework*> also;
    for (const Target target : targets) {
        auto framework = make_mnn(target);
        MKB_DO(framework->prepare());
        if (target == own) {
            bench.framework = std::move(framework);
        } else {
            also.push_back(framework.get());
            bench.also.push_back(std::move(framework));
        }
    }
    bench.judge = std::make_unique<Judge>(*bench.framework, *bench.device, std::move(also));
    bench.judge->cooling().most =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::duration<double>(where.cool_down_s));
    return bench;
}

std::filesystem::path new_run_folder(std::string_view command) {
    std::string now = utc_now_rfc3339();
    std::erase_if(now, [](char c) { return c == '-' || c == ':'; });
    return std::filesystem::path("runs") / fmt::format("{}-{}", now, command);
}

} // namespace mkb::cli
