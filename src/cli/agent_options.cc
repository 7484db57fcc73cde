#include "cli/agent_session.h"

#include <algorithm>

namespace mkb::cli {

namespace {
constexpr const char* kMoka = "MoKA"; ///< group of options
} // namespace

Result<AgentOptions> agent_options(const SwitchOptions& options) {
    AgentOptions result;
    result.rounds = options.each.rounds;
    MKB_DO(set_method(options.method, result));
    MKB_TRY(reach, memory_reach_named(options.memory));
    result.memory = reach;
    for (const std::string& tool : options.without) {
        if (std::ranges::find(kToolNames, tool) == std::end(kToolNames)) {
            return fail(ErrorKind::bad_input, "--without '{}' is none of {}", tool, fmt::join(kToolNames, ", "));
        }
        result.tools_off.insert(tool);
    }
    if (options.feedback != "full" && options.feedback != "generic") {
        return fail(ErrorKind::bad_input, "--feedback '{}' is neither full nor generic", options.feedback);
    }
    result.generic_feedback = options.feedback == "generic";
    MKB_DO(set_search(options.search, result));
    result.stop_at_share = options.stop_at;
    result.prompt_tokens = options.each.prompt_tokens;
    return result;
}

void add_agent_run_options(CLI::App& command, AgentRunOptions& options) {
    command.add_flag("--json", options.common.json, "Print the result as JSON on standard output");
    command.add_option("--tasks", options.tasks,
                       "Only tasks whose id holds this; may be repeated. A folder: its tasks instead of the project's");
    add_split_option(command, options.common);
    add_model_options(command, options.model);
    command.add_option("--parallel", options.parallel, "Tasks in flight; each device judges one candidate at a time")
        ->check(CLI::Range(1, 256))
        ->capture_default_str();
    command.add_option("--run", options.run, "Folder of the run; default: a new one below runs/");
    command.add_option("--profile", options.profile, "How thoroughly to time: standard, thorough, short, or verify")
        ->capture_default_str();
    command.add_option("--prompts", options.prompts, "Folder of prompts instead of the project's own");
    add_devices_option(command, options.where.device);
    add_executor_options(command, options.where);
    add_timing_options(command, options.where);
}

void add_round_options(CLI::App& command, RoundOptions& options) {
    command.add_option("--rounds", options.rounds, "Rounds for each task")
        ->check(CLI::Range(1, 1000))
        ->capture_default_str()
        ->group(kMoka);
    command.add_option("--prompt-tokens", options.prompt_tokens,
                       "Shorten material, logs and memory so that a prompt fits (estimated; 0: no limit)");
}

void add_switch_options(CLI::App& command, SwitchOptions& options) {
    add_round_options(command, options.each);
    command.add_option("--without", options.without, fmt::format("Without this tool: {}", fmt::join(kToolNames, ", ")))
        ->group(kMoka);
    command.add_option("--memory", options.memory, "What planners remember: off, task, run, global")
        ->capture_default_str()
        ->group(kMoka);
    command.add_option("--feedback", options.feedback, "full, or generic: the Coder learns only which stage failed")
        ->capture_default_str()
        ->group(kMoka);
    command.add_option("--search", options.search, "greedy: the last code is changed; beam:N: the best N in turn")
        ->capture_default_str()
        ->group(kMoka);
    command.add_option("--stop-at", options.stop_at, "Stop a task early at this share of the roofline, e.g. 0.9")
        ->check(CLI::Range(0.0, 2.0))
        ->group(kMoka);
}

} // namespace mkb::cli
