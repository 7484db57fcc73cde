#include "agent/agent.h"

#include "agent/feedback.h"
#include "agent/moka.h"
#include "llm/measured.h"

#include <atomic>
#include <charconv>
#include <thread>

namespace mkb {

namespace {

constexpr int kMostSamples = 1000;
constexpr int kWidestBeam = 100;

/// 10 in "pass@10"; 0 where the name does not begin so, or something else follows.
int number_after(std::string_view prefix, const std::string& name) {
    int number = 0;
    if (!name.starts_with(prefix)) {
        return number;
    }
    const char* end = name.data() + name.size();
    const auto [stop, trouble] = std::from_chars(name.data() + prefix.size(), end, number);
    return trouble == std::errc() && stop == end ? number : 0;
}

/// One standard prompt for all models; each sample is a call of its own.
Result<void> run_samples(const AgentParts& parts, const AgentOptions& options, const Task& task) {
    Caller caller(parts, method_name(options), task);
    MKB_TRY(values, task_values(task));
    MKB_TRY(material, parts.material(task));
    values["headers"] = measured(material.headers);
    values["example"] = measured(material.example);
    MKB_TRY(prompt, parts.prompts.fill_within(options.prompt_tokens, "standard", task.form, std::move(values)));
    for (int sample = 0; sample < options.samples && !parts.stop.load(); ++sample) {
        MKB_TRY(answer, caller.ask({.task = task.id, .role = "standard", .sample = sample}, prompt));
        if (!answer) {
            break;
        }
        JudgeNote note{.label = fmt::format("sample {}", sample), .sample = sample, .usage = caller.take_usage()};
        note.agent = {{"sample", sample}, {"stop", answer->stop}};
        MKB_TRY(record, parts.judge(task, candidate_in(answer->text, parts.provider.name(), task), note));
        parts.on_round({.task = &task, .round = sample + 1, .record = &record});
    }
    return {};
}

/// Tasks handed out to workers, and what came of them.
class Workers {
public:
    Workers(const AgentParts& parts, const AgentOptions& options, const std::vector<const Task*>& tasks)
        : parts_(parts), options_(options), tasks_(tasks) {}

    RunSummary run(int parallel) {
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < std::min(parallel, static_cast<int>(tasks_.size())); ++i) {
                threads.emplace_back([this] { work(); });
            }
        }
        if (summary_.ended_by.empty() && parts_.stop.load()) {
            summary_.ended_by = "stopped";
        }
        if (summary_.ended_by.empty() && parts_.budget.run_is_over()) {
            summary_.ended_by = parts_.budget.refusal("");
        }
        return std::move(summary_);
    }

private:
    void work() {
        while (const Task* task = next()) {
            const Result<void> done = run_task(parts_, options_, *task);
            note(*task, done);
            parts_.on_task_end(*task);
        }
    }

    const Task* next() {
        const std::lock_guard lock(mutex_);
        const bool over = parts_.stop.load() || parts_.budget.run_is_over() || summary_.fatal;
        return over || next_ == tasks_.size() ? nullptr : tasks_[next_++];
    }

    void note(const Task& task, const Result<void>& done) {
        const std::lock_guard lock(mutex_);
        if (done) {
            in_a_row_ = 0;
            summary_.finished += parts_.stop.load() ? 0 : 1;
            return;
        }
        // What a stop cut off is no trouble.
        if (parts_.stop.load()) {
            return;
        }
        summary_.troubles.emplace_back(task.id, done.error());
        if (++in_a_row_ >= kTroublesInARow || (summary_.finished == 0 && tasks_.size() == 1)) {
            summary_.fatal = done.error();
            summary_.ended_by =
                in_a_row_ == 1 ? "trouble" : fmt::format("{} tasks in a row ended in trouble", in_a_row_);
        }
    }

    const AgentParts& parts_;
    const AgentOptions& options_;
    const std::vector<const Task*>& tasks_;
    std::mutex mutex_;
    std::size_t next_ = 0;
    int in_a_row_ = 0;
    RunSummary summary_;
};

} // namespace

std::string method_name(const AgentOptions& options) {
    if (options.method == AgentOptions::Method::single) {
        return "single";
    }
    if (options.method == AgentOptions::Method::samples) {
        return fmt::format("pass@{}", options.samples);
    }
    std::string name = options.rounds == kPublishedRounds ? "moka" : fmt::format("moka, {} rounds", options.rounds);
    if (!options.tools_off.empty()) {
        name += fmt::format(", without {}", fmt::join(options.tools_off, " "));
    }
    if (options.memory != MemoryReach::run) {
        name += fmt::format(", memory {}", name_of(options.memory));
    }
    name += options.generic_feedback ? ", generic feedback" : "";
    name += options.beam > 0 ? fmt::format(", beam {}", options.beam) : "";
    name += options.stop_at_share > 0 ? fmt::format(", stop at {:g} of the limit", options.stop_at_share) : "";
    return name;
}

Result<void> set_method(const std::string& name, AgentOptions& options) {
    if (name == "single") {
        options.method = AgentOptions::Method::single;
        options.samples = 1;
        return {};
    }
    if (name == "moka") {
        options.method = AgentOptions::Method::moka;
        return {};
    }
    const int samples = number_after("pass@", name);
    if (samples < 1 || samples > kMostSamples) {
        return fail(ErrorKind::bad_input, "--method '{}' is none of single, pass@K (K from 1 to {}), moka", name,
                    kMostSamples);
    }
    options.method = AgentOptions::Method::samples;
    options.samples = samples;
    return {};
}

Result<void> set_search(const std::string& name, AgentOptions& options) {
    options.beam = name == "greedy" ? 0 : number_after("beam:", name);
    if (name != "greedy" && (options.beam < 1 || options.beam > kWidestBeam)) {
        return fail(ErrorKind::bad_input, "--search '{}' is neither greedy nor beam:N (N from 1 to {})", name,
                    kWidestBeam);
    }
    return {};
}

LoadedCandidate candidate_in(const std::string& answer, const std::string& origin, const Task& task) {
    LoadedCandidate loaded;
    loaded.candidate = {.origin = origin, .answer = answer, .sources = {}};
    loaded.extraction = extract_sources(answer, task.files);
    loaded.candidate.sources = loaded.extraction.sources;
    return loaded;
}

Result<void> run_task(const AgentParts& parts, const AgentOptions& options, const Task& task) {
    if (options.method == AgentOptions::Method::moka) {
        return MokaTask(parts, options, task).run();
    }
    return run_samples(parts, options, task);
}

RunSummary run_tasks(const AgentParts& parts, const AgentOptions& options, const std::vector<const Task*>& tasks,
                     int parallel) {
    return Workers(parts, options, tasks).run(std::max(parallel, 1));
}

Result<std::string> sample_prompt(const PromptBook& prompts, const std::string& role, const Task& task,
                                  const Material& material) {
    MKB_TRY(values, task_values(task));
    values["headers"] = material.headers;
    values["example"] = material.example;
    values["code"] = "```cpp\n// " + task.files.back() + "\n(the last code)\n```\n";
    values["outcome"] = "(what became of it)\n";
    values["plan"] = "(the planner's plan)\n";
    values["errors"] = "(errors, by Error Extractor)\n";
    values["tree"] = "(declarations, by Repository Tree Builder)\n";
    values["operators"] = "(both operators, by Model Parser)\n";
    values["profile"] = "(profile, by Performance Parser)\n";
    values["memory"] = "(entries of the memory that fit)\n";
    return prompts.fill(role, task.form, values);
}

} // namespace mkb
