#include "cli/agent_session.h"

#include "cli/agent_judging.h"
#include "cli/toolbox.h"

#include <algorithm>
#include <csignal>
#include <fmt/format.h>

namespace mkb::cli {

namespace {

// Set by the first and the second Ctrl-C.
StopFlag stop_begun{false};
StopFlag stop_now{false};

void on_interrupt(int /*signal*/) {
    if (stop_begun.exchange(true)) {
        stop_now.store(true);
    }
}

/// While it lives the first Ctrl-C ends the run cleanly and the second one the calls in flight too.
class Interruptible {
public:
    Interruptible() {
        struct sigaction action{};
        action.sa_handler = on_interrupt;
        sigaction(SIGINT, &action, &interrupt_);
        sigaction(SIGTERM, &action, &terminate_);
    }
    Interruptible(const Interruptible&) = delete;
    Interruptible& operator=(const Interruptible&) = delete;
    ~Interruptible() {
        sigaction(SIGINT, &interrupt_, nullptr);
        sigaction(SIGTERM, &terminate_, nullptr);
    }

private:
    struct sigaction interrupt_{}, terminate_{};
};

struct Lost {
    int calls = 0;
    std::string where; ///< the last one
};

/// What the run has spent already; and the calls that an earlier process took with it.
Result<Lost> count_stored_calls(Store& store, Budget& budget) {
    Lost lost;
    MKB_TRY(calls, store.calls());
    for (const ModelCall& call : calls) {
        if (call.answer) {
            if (const auto answer = answer_from_json(*call.answer)) {
                budget.add(call.task_id, spent_by(*answer, call.money));
            }
        } else if (call.in_flight()) {
            MKB_TRY(answered, store.answered_call(call.position));
            lost.calls += answered ? 0 : 1;
            lost.where = fmt::format("{} {} round {}", call.task_id, call.role, call.round);
        }
    }
    return lost;
}

/// A task that no record tells about must not look as if nobody had tried it.
Result<void> note_troubles(Store& store, const RunSummary& summary, const std::string& method,
                           const std::string& model) {
    MKB_TRY(records, store.all());
    for (const auto& [task, error] : summary.troubles) {
        const bool has_record = std::ranges::any_of(records, [&, id = task](const Record& record) {
            return record.task_id == id && record.method == method && record.model == model;
        });
        if (!has_record) {
            MKB_DO(store.note_not_evaluated({.key = fmt::format("call {} {} {}", method, model, task),
                                             .task_id = task,
                                             .label = "",
                                             .method = method,
                                             .model = model,
                                             .message = error.message,
                                             .when = utc_now_rfc3339(),
                                             .attempts = 1}));
        }
    }
    return {};
}

Result<std::vector<Score>> scores_of(Store& store, const std::vector<const Task*>& tasks) {
    MKB_TRY(records, store.all());
    MKB_TRY(trouble, store.not_evaluated());
    return score_run(records, trouble, denominator_of(tasks), false);
}

/// Of --tasks, what is a folder is the dataset's, the rest are parts of ids.
struct TaskWords {
    Common common;
    std::vector<std::string> parts;
};
TaskWords sort_words(const AgentRunOptions& options) {
    TaskWords words{.common = options.common, .parts = {}};
    for (const std::string& word : options.tasks) {
        std::error_code error;
        if (std::filesystem::is_directory(word, error)) {
            words.common.tasks_folder = word;
        } else {
            words.parts.push_back(word);
        }
    }
    return words;
}

std::size_t steps_of(const AgentOptions& method) {
    return static_cast<std::size_t>(method.method == AgentOptions::Method::moka ? method.rounds : method.samples);
}

} // namespace

Result<AgentRunResult> run_methods(const AgentRunOptions& options, const std::vector<AgentOptions>& methods) {
    const TaskWords words = sort_words(options);
    MKB_TRY(all, load_all_tasks(words.common));
    MKB_TRY(tasks, tasks_holding(all, words.parts));
    MKB_TRY(settings, provider_options(options.model));
    MKB_TRY(provider, make_provider(options.model.model, settings));
    MKB_TRY(prices, price_table(options.model, provider->name()));
    MKB_TRY(prompts, prompt_book(options.prompts));
    MKB_TRY(profile, profile_named(options.profile));
    const auto folder = options.run.empty() ? new_run_folder("run") : std::filesystem::path(options.run);
    MKB_TRY(benches, open_benches(options.where, folder));
    const std::unique_ptr<Framework> sources = make_mnn(); // apart from the judge's own, which another thread may use
    const AgentTools tools = make_toolbox(*sources);
    MKB_TRY(store, Store::open(folder));
    Budget budget(run_limits(options.model), task_limits(options.model));
    MKB_TRY(lost, count_stored_calls(store, budget));
    if (lost.calls > 0) {
        fmt::print(stderr, "mkb: calls that were in flight when this run ended last, and are lost: {} (the last: {})\n",
                   lost.calls, lost.where);
    }
    AgentRunResult result{.tasks = tasks.size(), .lost_calls = lost.calls, .folder = store.folder().string()};
    const Interruptible interruptible;
    for (const AgentOptions& method : methods) {
        MKB_TRY(memory, Memory::open(method.memory, memory_file()));
        const EvaluateOptions defaults{.profile = profile, .method = method_name(method), .model = provider->name()};
        AgentJudging judging(*benches.executor, store, defaults, deviations(settings.parameters), stop_begun);
        const bool in_rounds = method.method == AgentOptions::Method::moka;
        const std::string which = methods.size() > 1 ? " of " + defaults.method : "";
        RunProgress progress((in_rounds ? "rounds" : "answers") + which, tasks.size(), steps_of(method), budget,
                             prices.currency());
        const AgentParts parts{.provider = *provider,
                               .store = store,
                               .budget = budget,
                               .prices = prices,
                               .prompts = prompts,
                               .memory = *memory,
                               .tools = tools.prompt,
                               .judge = [&](const Task& task, const LoadedCandidate& loaded,
                                            const JudgeNote& note) { return judging.judge(task, loaded, note); },
                               .material = tools.material,
                               .on_round = [&](const RoundReport& report) { progress.add(report); },
                               .on_task_end = [&](const Task& task) { progress.end(task); },
                               .stop = stop_begun,
                               .abort = stop_now};
        result.summary = run_tasks(parts, method, tasks, options.parallel);
        MKB_DO(note_troubles(store, result.summary, defaults.method, defaults.model));
        if (!result.summary.ended_by.empty()) {
            break;
        }
    }
    MKB_TRY(scores, scores_of(store, tasks));
    result.scores = std::move(scores);
    result.spent = budget.of_run();
    return result;
}

int print_agent_run(const AgentRunResult& result, bool json) {
    const RunSummary& summary = result.summary;
    if (json) {
        nlohmann::json troubles = nlohmann::json::array();
        for (const auto& [task, error] : summary.troubles) {
            troubles.push_back({{"task", task}, {"message", error.message}});
        }
        nlohmann::json scores = nlohmann::json::array();
        for (const Score& score : result.scores) {
            scores.push_back(to_json(score));
        }
        fmt::print("{}\n", nlohmann::json{{"run", result.folder},
                                          {"finished", summary.finished},
                                          {"ended_by", summary.ended_by},
                                          {"troubles", std::move(troubles)},
                                          {"calls", result.spent.calls},
                                          {"tokens", result.spent.tokens},
                                          {"money", result.spent.money},
                                          {"calls_without_price", result.spent.calls_without_price},
                                          {"calls_lost_before", result.lost_calls},
                                          {"scores", std::move(scores)}}
                               .dump(2));
    } else {
        fmt::print("{}{} of {} tasks finished; the run is in {}\n", score_table(result.scores, colour_wanted()),
                   summary.finished, result.tasks, result.folder);
        if (result.spent.calls_without_price > 0) {
            fmt::print("{} calls have no price: the price table lacks the model, or the service told no usage\n",
                       result.spent.calls_without_price);
        }
    }
    for (const auto& [task, error] : summary.troubles) {
        fmt::print(stderr, "mkb: {}: {}\n", task, error.message);
    }
    if (!summary.ended_by.empty()) {
        const bool is_wrong = summary.fatal && summary.fatal->kind == ErrorKind::bad_input;
        fmt::print(stderr, "mkb: not all tasks were worked on ({}); {}the same command with --run {} goes on\n",
                   summary.ended_by, is_wrong ? "once that is mended, " : "", result.folder);
    }
    if (summary.fatal) {
        return exit_code_of(*summary.fatal);
    }
    return summary.ended_by.empty() && summary.troubles.empty() ? kFine : kTransient;
}

} // namespace mkb::cli
