#include "report/trace.h"
#include "base/files.h"
#include "base/progress.h"
#include "cli/cli.h"
#include "llm/recorded.h"

#include <fmt/format.h>

namespace mkb::cli {

namespace {

constexpr std::size_t kMostTraces = 10'000;

struct Options {
    Common common;
    std::string run, task, calls;
    bool full = false;
};

void print_json(const nlohmann::json& json) {
    fmt::print("{}\n", json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

/// The answered calls of the run, or of one task, as a recording.
Result<int> write_calls(Store& store, const std::string& task_id, const Options& options) {
    MKB_TRY(calls, recorded_calls(store, task_id));
    if (calls.empty()) {
        return fail(ErrorKind::bad_input, "run '{}' holds no answered calls{}", store.folder().string(),
                    task_id.empty() ? "" : " for " + task_id);
    }
    MKB_DO(write_file_atomic(options.calls, recording_text(calls)));
    if (options.common.json) {
        print_json({{"calls", calls.size()}, {"file", options.calls}});
    } else {
        fmt::print("{} calls in {}\n", calls.size(), options.calls);
    }
    return kFine;
}

Result<int> run(const Options& options) {
    MKB_TRY(store, Store::open_existing(options.run));
    std::string task_id;
    if (!options.task.empty()) {
        MKB_TRY(tasks, load_all_tasks(options.common));
        MKB_TRY(task, find_task(tasks, options.task));
        task_id = task.id;
    }
    if (!options.calls.empty()) {
        return write_calls(store, task_id, options);
    }
    MKB_TRY(traces, read_traces(store, task_id, kMostTraces));
    if (traces.empty()) {
        return fail(ErrorKind::bad_input, "run '{}' holds nothing that a model made{}; 'mkb run' makes it", options.run,
                    task_id.empty() ? "" : " for " + task_id);
    }
    if (options.common.json) {
        nlohmann::json list = nlohmann::json::array();
        for (const TaskTrace& trace : traces) {
            list.push_back(to_json(trace));
        }
        print_json(list);
        return kFine;
    }
    bool first = true;
    for (const TaskTrace& trace : traces) {
        fmt::print("{}{}", first ? "" : "\n", trace_text(trace, options.full, colour_wanted()));
        first = false;
    }
    return kFine;
}

} // namespace

void add_trace(Program& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command =
        program.app.add_subcommand("trace", "How an agent came to its kernel: plans, changes, outcomes by round");
    command->footer("Examples: mkb trace runs/x Softmax/lastaxis\n"
                    "          mkb trace runs/x Softmax/lastaxis --full     with prompts and answers\n"
                    "          mkb trace runs/x --calls calls.jsonl         what --model recorded:calls.jsonl replays");
    add_common(*command, options->common);
    command->add_option("run", options->run, "Folder of the run")->required();
    command->add_option("task", options->task, "Task; default: all of the run");
    command->add_flag("--full", options->full, "Prompts and answers too");
    command->add_option("--calls", options->calls, "Write the calls to a file instead");
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
