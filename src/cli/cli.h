#pragma once
// One file per command; each adds itself to the program. Only this room prints and exits.
#include "base/result.h"
#include "executor/executor.h"
#include "pipeline/evaluate.h"
#include "store/store.h"
#include "task/task.h"

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace mkb::cli {

/// Exit codes mean something.
enum ExitCode : int {
    kFine = 0,        ///< done, and the answer is yes
    kNo = 1,          ///< done, and the answer is no: a candidate is not correct, an expectation or self-test failed
    kBadInput = 2,    ///< the user named something wrong
    kEnvironment = 3, ///< this machine: disk, permission, missing program
    kTransient = 4,   ///< a device or service went away; the same command may work later
};

int exit_code_of(const Error& error);

/// Options that every command understands.
struct Common {
    bool json = false;
    std::string tasks_folder; ///< default: tasks/ of this project
    std::string split;        ///< a name of task/split.h; empty: all tasks
};

/// Adds --json and --tasks (also as --tasks-dir).
void add_common(CLI::App& command, Common& common);
/// Adds --split, for commands that work on a set of tasks.
void add_split_option(CLI::App& command, Common& common);

using Command = std::function<Result<int>()>;

/// Each returns what to run when the command was given; the name and the options are in `app` then.
struct Program {
    CLI::App app;
    std::vector<std::pair<CLI::App*, Command>> commands;
};

void add_tasks(Program& program);
void add_show(Program& program);
void add_replay(Program& program);
void add_evaluate(Program& program);
void add_baseline(Program& program);
void add_score(Program& program);
void add_report(Program& program);
void add_selftest(Program& program);
void add_doctor(Program& program);
void add_devices(Program& program);
void add_run(Program& program);
void add_ablate(Program& program);
void add_compare(Program& program);
void add_trace(Program& program);
void add_prompt(Program& program);
void add_memory(Program& program);
void add_task(Program& program);
void add_tools(Program& program);
void add_slurm_job(Program& program);

/// Those of the split, where one is named.
Result<std::vector<Task>> load_all_tasks(const Common& common);
/// Those whose id holds one of the parts; no part: all. bad_input when there is none.
Result<std::vector<const Task*>> tasks_holding(const std::vector<Task>& tasks, const std::vector<std::string>& parts);
/// Task id → category: the denominator of scores.
std::map<std::string, std::string> denominator_of(const std::vector<const Task*>& tasks);
std::map<std::string, std::string> denominator_of(const std::vector<Task>& tasks);

/// All of standard input; bad_input when it is longer.
Result<std::string> read_standard_input(std::size_t limit_bytes);

/// The framework and the device that judging commands use, made ready (with progress).
struct Workbench {
    std::unique_ptr<Framework> framework;
    std::unique_ptr<Device> device;
    std::vector<std::unique_ptr<Framework>> also; ///< for the targets besides the device's own
    std::unique_ptr<Judge> judge;
    bool emulated = false;
};

/// Where to judge, and for what to build.
struct Where {
    std::string device = "local";
    std::vector<std::string> targets = {}; ///< the device's own is always among them
    std::string cores = {};                ///< Device::choose_cores; empty: all
    double cool_down_s = 120;              ///< CoolDown::most
    std::string executor = "threads";      ///< or "slurm"; what follows is for slurm
    std::string slurm_options = {};        ///< of sbatch
    std::string slurm_devices = {};        ///< file: which device a node's first, second, … is
    std::size_t slurm_jobs = 256;          ///< most judgements with Slurm at a time
};
/// Adds --device.
CLI::Option* add_device_option(CLI::App& command, std::string& device);
/// The same for commands that take a pool, too.
void add_devices_option(CLI::App& command, std::string& device);
/// Adds --executor and Slurm's options.
void add_executor_options(CLI::App& command, Where& where);
/// Adds --cores and --cool-down.
void add_timing_options(CLI::App& command, Where& where);
Result<Workbench> open_workbench(const Where& where = {});

/// One bench for each device: that of a single name, or of "pool:NAME,NAME" or "pool:all", and what hands out work.
/// Over Slurm there is none here: the nodes have them.
struct Benches {
    std::vector<std::unique_ptr<Workbench>> all;
    std::unique_ptr<Executor> executor;
};
/// A device of a pool that is not there is left out, with a line on standard error; transient when none is left. `run`:
/// the run's folder, which executor slurm shares with the nodes.
Result<Benches> open_benches(const Where& where, const std::filesystem::path& run);
/// Of executor slurm: waits until Slurm has judged, not this machine.
Result<std::unique_ptr<Executor>> open_slurm(const Where& where, const std::filesystem::path& run);
/// The devices of "pool:all": those that MKB_DEVICES names with commas between, and all that adb knows.
Result<std::vector<std::string>> known_devices();

/// `runs/<UTC time>-<command>` in the current folder. To the millisecond: a judgement takes less than a second, and the
/// next command's may not be answered with it.
std::filesystem::path new_run_folder(std::string_view command);

} // namespace mkb::cli
