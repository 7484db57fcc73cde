// What the agent's loop costs beyond building and judging: a run over many tasks with a provider that answers at once.
//   agent_overhead [TASKS] [ROUNDS]      default: 50 atomic tasks, 2 rounds; prints one line of JSON, "share" is the
//                                        loop's time over judging's: prompts, tools, store, memory
// The provider's kernel builds for every atomic task and copies its input, so that each round builds and verifies;
// times are of one thread.
#include "agent/agent.h"
#include "base/files.h"
#include "cli/toolbox.h"
#include "pipeline/evaluate.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace mkb {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// A kernel that builds and is wrong, or nearly always so.
std::string kernel_for(const Task& task, int round) {
    return fmt::format(R"(```cpp
// {}
#include "backend/cpu/CPUBackend.hpp"
#include <cstring>
namespace MNN {{
class Copies : public Execution {{ // round {}
public:
    explicit Copies(Backend* backend) : Execution(backend) {{}}
    ErrorCode onExecute(const std::vector<Tensor*>& inputs, const std::vector<Tensor*>& outputs) override {{
        const size_t bytes = std::min(inputs[0]->size(), outputs[0]->size());
        std::memcpy(outputs[0]->host<char>(), inputs[0]->host<char>(), bytes);
        return NO_ERROR;
    }}
}};
class CopiesCreator : public CPUBackend::Creator {{
public:
    Execution* onCreate(const std::vector<Tensor*>&, const std::vector<Tensor*>&, const Op*,
                        Backend* backend) const override {{
        return new Copies(backend);
    }}
}};
REGISTER_CPU_OP_CREATOR(CopiesCreator, OpType_{});
}} // namespace MNN
```
)",
                       task.files.back(), round, task.target.type);
}

class InstantProvider final : public LlmProvider {
public:
    explicit InstantProvider(const std::vector<Task>& tasks) {
        for (const Task& task : tasks) {
            tasks_[task.id] = &task;
        }
    }
    std::string name() const override { return "exec:instant"; }
    nlohmann::json parameters() const override { return nlohmann::json::object(); }
    Result<LlmAnswer> ask(const LlmRequest& request, const StopFlag& /*stop*/) override {
        LlmAnswer answer{.stop = "stop"};
        answer.text = request.name.role == "coder" ? kernel_for(*tasks_.at(request.name.task), request.name.round)
                                                   : R"({"suggestions": ["compute instead of copying"]})";
        return answer;
    }

private:
    std::map<std::string, const Task*> tasks_;
};

struct Spending {
    int rounds = 0;
    double judging_s = 0;
    std::map<std::string, int> outcomes;
};

Result<Spending> run(Judge& judge, const std::vector<Task>& tasks, int rounds, double& whole_s) {
    MKB_TRY(home, home_dir());
    MKB_TRY(folder, TempDir::make("mkb-agent-overhead"));
    MKB_TRY(store, Store::open(folder.path() / "run"));
    MKB_TRY(prompts, PromptBook::load(home / "prompts"));
    MKB_TRY(prices, PriceTable::read(home / "prices.json"));
    MKB_TRY(memory, Memory::open(MemoryReach::run, ""));
    InstantProvider provider(tasks);
    Budget budget({}, {});
    const StopFlag go_on{false};
    const std::unique_ptr<Framework> sources = make_mnn(Target::host); // apart from the judge's, as in a run
    const cli::AgentTools tools = cli::make_toolbox(*sources);
    Spending spending;
    const EvaluateOptions defaults{.profile = *profile_named("verify"), .method = "moka", .model = provider.name()};
    const auto timed_judge = [&](const Task& task, const LoadedCandidate& loaded,
                                 const JudgeNote& note) -> Result<Record> {
        const auto start = Clock::now();
        EvaluateOptions options = defaults;
        options.label = note.label;
        auto judgement = evaluate(judge, task, loaded, options);
        spending.judging_s += seconds_since(start);
        if (!judgement) {
            return std::unexpected(judgement.error());
        }
        ++spending.rounds;
        ++spending.outcomes[std::string(kind_of(judgement->record.outcome))];
        judgement->record.settings["agent"] = note.agent;
        MKB_DO(store.append(judgement->record, judgement->artifacts));
        return std::move(judgement->record);
    };
    const AgentParts parts{.provider = provider,
                           .store = store,
                           .budget = budget,
                           .prices = prices,
                           .prompts = prompts,
                           .memory = *memory,
                           .tools = tools.prompt,
                           .judge = timed_judge,
                           .material = tools.material,
                           .on_round = [](const RoundReport&) {},
                           .on_task_end = [](const Task&) {},
                           .stop = go_on,
                           .abort = go_on};
    const AgentOptions options{.method = AgentOptions::Method::moka, .rounds = rounds};
    const auto start = Clock::now();
    for (const Task& task : tasks) {
        MKB_DO(run_task(parts, options, task));
    }
    whole_s = seconds_since(start);
    return spending;
}

Result<int> measure(int count, int rounds) {
    MKB_TRY(home, home_dir());
    MKB_TRY(tasks, load_tasks(home / "tasks"));
    std::erase_if(tasks, [](const Task& task) { return task.form != Form::atomic; });
    if (static_cast<int>(tasks.size()) > count) {
        tasks.resize(static_cast<std::size_t>(count));
    }
    auto framework = make_mnn(Target::host);
    MKB_DO(framework->prepare());
    MKB_TRY(device, device_named("local"));
    Judge judge(*framework, *device);
    double whole_s = 0;
    MKB_TRY(spending, run(judge, tasks, rounds, whole_s));
    const double judging_ms = 1000 * spending.judging_s / spending.rounds;
    const double loop_ms = 1000 * (whole_s - spending.judging_s) / spending.rounds;
    fmt::print("{}\n", nlohmann::json{{"tasks", tasks.size()},
                                      {"rounds", spending.rounds},
                                      {"outcomes", spending.outcomes},
                                      {"judging_ms_per_round", judging_ms},
                                      {"loop_ms_per_round", loop_ms},
                                      {"share", loop_ms / judging_ms}}
                           .dump());
    return 0;
}

} // namespace
} // namespace mkb

int main(int argc, char** argv) {
    const int tasks = argc > 1 ? std::atoi(argv[1]) : 50;
    const int rounds = argc > 2 ? std::atoi(argv[2]) : 2;
    const auto done = mkb::measure(std::max(tasks, 1), std::max(rounds, 1));
    if (!done) {
        fmt::print(stderr, "agent_overhead: {}\n", done.error().message);
        return 1;
    }
    return *done;
}
