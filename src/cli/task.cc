#include "base/files.h"
#include "base/process.h"
#include "base/progress.h"
#include "cli/cli.h"
#include "framework/mnn/source_tree.h"

#include <fmt/format.h>
#include <sstream>

namespace mkb::cli {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

struct Options {
    bool json = false, replace = false;
    std::string source, tasks_folder, name, contract;
    double time_limit_s = 600;
};

/// The user's time limit ends the gates' process; these are for what goes wrong around it, and for PyTorch's
/// installation, which is done once.
constexpr std::chrono::minutes kLongestInstallation{60};
constexpr double kShortestUs = 50; ///< a kernel that runs shorter measures the framework

/// Outside of this project: its own tasks are made by script/curate from the case table, and checked against it.
Result<void> check_place(const fs::path& tasks, const fs::path& home) {
    const fs::path place = fs::weakly_canonical(fs::absolute(tasks));
    const fs::path own = fs::weakly_canonical(home / "tasks");
    if (place == own) {
        return fail(ErrorKind::bad_input, "{} holds the benchmark's own tasks; name another folder with --tasks",
                    place.string());
    }
    return {};
}

/// "step 2 6 conversion" → what the progress line says.
void show_step(Progress& progress, std::string_view line) {
    std::istringstream words{std::string(line)};
    std::string word, what;
    std::uint64_t number = 0, total = 0;
    if (words >> word >> number >> total && word == "step" && std::getline(words >> std::ws, what)) {
        progress.set_total(total);
        progress.advance_to(number == 0 ? 0 : number - 1, what);
    }
}

/// The last line that the curation prints is its answer: {"error": …}, or what became of the task.
Result<json> answer_of(const ProcessExit& done) {
    const std::size_t end = done.out.find_last_not_of('\n');
    const std::size_t begin = end == std::string::npos ? 0 : done.out.rfind('\n', end) + 1;
    json answer = json::parse(end == std::string::npos ? "" : done.out.substr(begin, end - begin + 1), nullptr, false);
    if (!answer.is_object()) {
        const std::string why = done.how == ProcessExit::How::timed_out ? "it did not end" : done.err.substr(0, 300);
        return fail(ErrorKind::environment, "script/curate gave no answer: {}; run 'script/curate --test'",
                    why.substr(0, why.find_last_not_of('\n') + 1));
    }
    if (answer.contains("error")) {
        return fail(ErrorKind::bad_input, "{}", answer["error"].get<std::string>());
    }
    return answer;
}

Result<json> make_task(const Options& options) {
    MKB_TRY(home, home_dir());
    MKB_DO(check_place(options.tasks_folder, home));
    MKB_TRY(sources, mnn::find_sources());
    MKB_TRY(scratch, TempDir::make("mkb-task-"));
    Progress progress("task new", 1);
    ProcessSpec spec;
    // Everything temporary goes with this folder, however it ends.
    spec.argv = {"env",
                 "TMPDIR=" + scratch.path().string(),
                 (home / "script" / "curate").string(),
                 "--own",
                 options.source,
                 "--tasks",
                 options.tasks_folder,
                 "--sources",
                 sources.root.string(),
                 "--time-limit",
                 fmt::format("{}", options.time_limit_s)};
    if (!options.name.empty()) {
        spec.argv.insert(spec.argv.end(), {"--name", options.name});
    }
    if (!options.contract.empty()) {
        spec.argv.insert(spec.argv.end(), {"--contract", options.contract});
    }
    if (options.replace) {
        spec.argv.emplace_back("--replace");
    }
    spec.limits.wall_time =
        kLongestInstallation + std::chrono::seconds(static_cast<std::int64_t>(options.time_limit_s));
    spec.on_stdout_line = [&](std::string_view line) { show_step(progress, line); };
    MKB_TRY(done, run_process(spec));
    return answer_of(done);
}

void print(const json& made, const Options& options) {
    fmt::print("{}\nin             {}\n", made["id"].get<std::string>(), made["folder"].get<std::string>());
    fmt::print("form           {}; a candidate brings {}\n", made["form"].get<std::string>(),
               fmt::join(made["files"].get<std::vector<std::string>>(), ", "));
    fmt::print("replaces       {} ({})\n", made["target"].get<std::string>(), made["native_file"].get<std::string>());
    const double native_us = made["native_us"].get<double>();
    fmt::print("native         {:.0f} us on this host{}\n", native_us,
               native_us < kShortestUs ? ": shorter than 50 us, so a comparison says more of the framework than of the "
                                         "kernel; choose a larger size"
                                       : "");
    for (const auto& [name, error] : made["regimes"].items()) {
        fmt::print("regime         {:<20} native's error {:.1e} of the maximum\n", name, error.get<double>());
    }
    fmt::print("controls       {} wrong answers, all rejected\n", made["controls"].get<int>());
    for (const json& each : made["left_out"]) {
        fmt::print("left out       {}\n", each.get<std::string>());
    }
    fmt::print("next           mkb show {0} --tasks {1}\n               mkb selftest --deterministic --tasks {1}\n",
               made["id"].get<std::string>(), options.tasks_folder);
}

Result<int> run(const Options& options) {
    MKB_TRY(made, make_task(options));
    if (options.json) {
        fmt::print("{}\n", made.dump(2));
    } else {
        print(made, options);
    }
    return kFine;
}

} // namespace

void add_task(Program& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command = program.app.add_subcommand("task", "Make a task of one's own operator");
    command->require_subcommand(1);
    command->footer("Example: mkb task new hardswish.py --tasks my-tasks");
    CLI::App* fresh =
        command->add_subcommand("new", "From a model.py in KernelBench's convention, or an ONNX file of one node");
    fresh->footer(
        "Example: mkb task new hardswish.py --tasks my-tasks\n"
        "         mkb evaluate --tasks my-tasks --task HardSwish CPUUnary.hpp CPUUnary.cpp\n"
        "CONTRIBUTING.md, \"A task of your own\", says what is worked out and what a contract can say. The file "
        "is run as it is: bring only one that you trust.");
    fresh->add_option("source", options->source, "The model.py or the ONNX file")->required();
    fresh->add_option("--tasks", options->tasks_folder, "Folder for the task, made if it is not there")->required();
    fresh->add_option("--name", options->name, "Of the case; default: the file's name");
    fresh->add_option("--contract", options->contract,
                      "JSON file with task.json's names, for what cannot be worked out: regimes, tolerance, …");
    fresh->add_flag("--replace", options->replace, "A task of the same id that is there");
    fresh->add_option("--time-limit", options->time_limit_s, "Seconds for everything but the installation")
        ->capture_default_str()
        ->check(CLI::Range(1.0, 86400.0));
    fresh->add_flag("--json", options->json, "Print the result as JSON on standard output");
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
