#pragma once
// A model writes kernels: one question, several samples, or MoKA's rounds. Calls and records go through the store, so
// that a run that was killed goes on by doing all of it again: what is stored is taken from there.
#include "agent/memory.h"
#include "agent/plan.h"
#include "agent/prompts.h"
#include "candidate/candidate.h"
#include "llm/budget.h"
#include "llm/price.h"
#include "store/store.h"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace mkb {

constexpr std::string_view kToolNames[] = {"errors", "tree", "model", "perf"};
constexpr int kPublishedRounds = 10; ///< of MoKA in the paper

struct AgentOptions {
    enum class Method { single, samples, moka };
    Method method = Method::single;
    int samples = 1; ///< of pass@k
    int rounds = kPublishedRounds;
    std::set<std::string> tools_off; ///< of kToolNames
    MemoryReach memory = MemoryReach::run;
    bool generic_feedback = false; ///< the Coder is told only which stage failed
    int beam = 0;                  ///< parents kept; 0: the last code is the parent
    double stop_at_share = 0;      ///< of the roofline; 0: never early
    std::size_t prompt_tokens = 0; ///< for the material in a prompt; 0: no limit
};
/// "single", "pass@10", "moka", and what was switched: "moka, without perf, memory off". Stands in records.
std::string method_name(const AgentOptions& options);
/// "single", "pass@K" or "moka"; bad_input otherwise.
Result<void> set_method(const std::string& name, AgentOptions& options);
/// "greedy" or "beam:N"; bad_input otherwise.
Result<void> set_search(const std::string& name, AgentOptions& options);

/// The four tools as text for a prompt; an empty function: not at hand.
struct Toolbox {
    /// Build log and sources → errors with what encloses them.
    std::function<std::string(const std::string& log, const std::vector<SourceFile>& sources)> errors;
    /// The same and the task → where the framework declares what the errors name.
    std::function<Result<std::string>(const Task& task, const std::string& log, const std::vector<SourceFile>& sources)>
        tree;
    /// Task → its ONNX node and the framework's operator side by side.
    std::function<Result<std::string>(const Task& task)> model;
    /// Record → what was measured, broken down.
    std::function<std::string(const Task& task, const Record& record)> perf;
};

/// What a judgement is told beside the candidate.
struct JudgeNote {
    std::string label; ///< "round 3", "sample 7"
    int sample = 0;
    nlohmann::json agent; ///< into the record's settings: round, plan, parent, prompts, parameters
    nlohmann::json usage; ///< of the calls since the task's last record: calls, tokens, money
};

struct RoundReport {
    const Task* task = nullptr;
    int round = 0; ///< or sample, from 1
    const Record* record = nullptr;
};

/// What a method works with. The functions are called from several threads at once.
struct AgentParts {
    LlmProvider& provider;
    Store& store;
    Budget& budget;
    const PriceTable& prices;
    const PromptBook& prompts;
    Memory& memory;
    Toolbox tools;
    std::function<Result<Record>(const Task&, const LoadedCandidate&, const JudgeNote&)> judge;
    std::function<Result<Material>(const Task&)> material;
    std::function<void(const RoundReport&)> on_round;
    std::function<void(const Task&)> on_task_end; ///< of run_tasks, however the task ended
    const StopFlag& stop;                         ///< begin nothing new
    const StopFlag& abort;                        ///< end calls in flight too
};

/// Everything the method does for one task. Errors: our world's trouble (a call or a judgement that failed for good);
/// what was done until then is stored.
Result<void> run_task(const AgentParts& parts, const AgentOptions& options, const Task& task);

struct RunSummary {
    int finished = 0;                                    ///< tasks
    std::vector<std::pair<std::string, Error>> troubles; ///< task id and what ended it
    std::string ended_by; ///< why not all tasks were worked on: stopped, a limit, trouble in a row; empty: all were
    std::optional<Error> fatal; ///< where trouble ended the run
};

constexpr int kTroublesInARow = 3; ///< then nobody seems to be there, and the run ends

/// All tasks, `parallel` at a time.
RunSummary run_tasks(const AgentParts& parts, const AgentOptions& options, const std::vector<const Task*>& tasks,
                     int parallel);

/// The candidate in a model's answer.
LoadedCandidate candidate_in(const std::string& answer, const std::string& origin, const Task& task);

/// What a prompt of this role would be for a task that nothing is known about yet; for `mkb prompt` and the golden
/// tests.
Result<std::string> sample_prompt(const PromptBook& prompts, const std::string& role, const Task& task,
                                  const Material& material);

} // namespace mkb
