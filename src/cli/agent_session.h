#pragma once
// What `run` and `ablate` share: a model, a bench, a store, and methods run one after the other.
#include "agent/agent.h"
#include "cli/model_options.h"
#include "score/score.h"

namespace mkb::cli {

struct AgentRunOptions {
    Common common;
    ModelOptions model;
    std::vector<std::string> tasks;
    std::string run, profile = "standard", prompts;
    Where where;
    int parallel = 1;
};
void add_agent_run_options(CLI::App& command, AgentRunOptions& options);

/// What every row of an ablation has in common.
struct RoundOptions {
    int rounds = kPublishedRounds;
    std::size_t prompt_tokens = 0;
};
void add_round_options(CLI::App& command, RoundOptions& options);

/// Switches of MoKA, as the user writes them.
struct SwitchOptions {
    std::vector<std::string> without;
    std::string method = "single", memory = "run", feedback = "full", search = "greedy";
    RoundOptions each;
    double stop_at = 0;
};
void add_switch_options(CLI::App& command, SwitchOptions& options);
Result<AgentOptions> agent_options(const SwitchOptions& options);

/// All that is said at the end.
struct AgentRunResult {
    RunSummary summary;
    std::vector<Score> scores;
    Spent spent;
    std::size_t tasks = 0; ///< chosen
    int lost_calls = 0;    ///< that were in flight when an earlier process ended
    std::string folder;
};
/// Runs the methods one after the other over the same tasks, into one store.
Result<AgentRunResult> run_methods(const AgentRunOptions& options, const std::vector<AgentOptions>& methods);
/// Prints it, as JSON or for people, and gives the exit code.
int print_agent_run(const AgentRunResult& result, bool json);

} // namespace mkb::cli
