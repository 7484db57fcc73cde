// The methods' logic: a provider that answers from a script, and a judge that reads its verdict in the code.
#include "agent/agent.h"

#include "base/files.h"
#include "llm/measured.h"

#include <deque>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mkb {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kAccelerate = R"({"bottleneck": "compute", "method": "SIMD", "plan": "use vectors"})";

std::string code(const std::string& verdict) {
    return fmt::format("```cpp\n// CPUSoftmax.cpp\n#include <x>\nint verdict; // {}\n```\n", verdict);
}

/// "build", "wrong", or a speed-up.
Outcome outcome_in(const std::string& text) {
    if (text.contains("// build")) {
        return BuildFailed{.errors = {{.file = "CPUSoftmax.cpp", .line = 2, .column = 1, .message = "no such thing"}}};
    }
    if (text.contains("// wrong")) {
        return Wrong{.output = "y", .regime = "plain", .error = 0.5, .limit = 1e-4, .report = "element 7 is off"};
    }
    const double speedup = std::stod(text.substr(text.find("// ", text.find("verdict")) + 3));
    return Correct{.speedup = speedup,
                   .speedup_low = speedup,
                   .speedup_high = speedup,
                   .latency_us = 10 / speedup,
                   .native_latency_us = 10,
                   .share_of_limit = speedup / 10};
}

class Script final : public LlmProvider {
public:
    std::string name() const override { return "script:test"; }
    nlohmann::json parameters() const override { return nlohmann::json::object(); }
    Result<LlmAnswer> ask(const LlmRequest& request, const StopFlag& /*stop*/) override {
        const std::lock_guard lock(mutex);
        asked.push_back(request);
        auto& queue = answers[request.name.role];
        if (queue.empty()) {
            return fail(ErrorKind::transient, "nobody answers {}", request.name.role);
        }
        LlmAnswer answer{
            .text = queue.front(), .usage = {.reported = true, .input_tokens = 10, .output_tokens = 5}, .stop = "stop"};
        if (queue.size() > 1 || !repeat_last) {
            queue.pop_front();
        }
        return answer;
    }
    std::vector<std::string> roles() const {
        std::vector<std::string> list;
        for (const LlmRequest& request : asked) {
            list.push_back(request.name.role);
        }
        return list;
    }
    LlmRequest last(const std::string& role) const {
        LlmRequest found;
        for (const LlmRequest& request : asked) {
            found = request.name.role == role ? request : found;
        }
        return found;
    }
    std::mutex mutex;
    std::map<std::string, std::deque<std::string>> answers;
    bool repeat_last = false;
    std::vector<LlmRequest> asked;
};

class Agent : public testing::Test {
protected:
    Agent() {
        tasks_ = {*load_task(std::filesystem::path(MKB_SOURCE_DIR) / "tasks/activation/Softmax/lastaxis_8x256x256")};
        options_.method = AgentOptions::Method::moka;
        script_.answers["repair"] = {R"({"local": [{"error": "e", "suggestion": "mend it"}], "cross_file": []})"};
        script_.answers["correction"] = {R"({"suggestions": ["mind the axis"]})"};
        script_.answers["accelerator"] = {kAccelerate};
    }
    AgentParts parts() {
        return {.provider = script_,
                .store = store_,
                .budget = *budget_,
                .prices = prices_,
                .prompts = prompts_,
                .memory = *memory_,
                .tools = tools_,
                .judge = [this](const Task& task, const LoadedCandidate& loaded,
                                const JudgeNote& note) { return judge(task, loaded, note); },
                .material = [](const Task&) -> Result<Material> {
                    return Material{.headers = "HEADERS", .example = "EXAMPLE"};
                },
                .on_round = [](const RoundReport&) {},
                .on_task_end = [this](const Task&) { ++ended_; },
                .stop = stop_,
                .abort = stop_};
    }
    Result<Record> judge(const Task& task, const LoadedCandidate& loaded, const JudgeNote& note) {
        Record record;
        record.id = new_record_id();
        record.key = fmt::format("{}{}{}", note.label, note.sample, loaded.candidate.hash());
        record.task_id = task.id;
        record.category = task.category;
        record.label = note.label;
        record.settings = {{"agent", note.agent}, {"usage", note.usage}};
        record.outcome = loaded.extraction.complete() ? outcome_in(loaded.candidate.sources.back().text)
                                                      : Outcome(NoSource{loaded.extraction.why_not});
        if (const auto* right = std::get_if<Correct>(&record.outcome);
            right != nullptr && right->share_of_limit > 1.5) {
            record.flags = {std::string(kBelowRoofline)};
        }
        judged_.push_back(record);
        return record;
    }
    Result<void> run() { return run_task(parts(), options_, tasks_.front()); }
    std::vector<std::string> kinds() const {
        std::vector<std::string> list;
        for (const Record& record : judged_) {
            list.emplace_back(kind_of(record.outcome));
        }
        return list;
    }

    Result<TempDir> folder_ = TempDir::make("mkb-agent-test");
    Store store_ = *Store::open(folder_->path());
    Script script_;
    std::unique_ptr<Budget> budget_ = std::make_unique<Budget>(SpendLimits{}, SpendLimits{});
    PriceTable prices_ =
        *PriceTable::parse(R"({"currency": "USD", "models": {"script:*": {"input": 100000, "output": 200000}}})", "t");
    PromptBook prompts_ = *PromptBook::load(std::filesystem::path(MKB_SOURCE_DIR) / "prompts");
    std::unique_ptr<Memory> memory_ = *Memory::open(MemoryReach::run, "");
    Toolbox tools_;
    StopFlag stop_{false};
    std::atomic<int> ended_ = 0; ///< tasks
    AgentOptions options_;
    std::vector<Task> tasks_;
    std::vector<Record> judged_;
};

TEST_F(Agent, EachOutcomeCallsItsPlannerAndOnlyTheCoderWritesCode) {
    options_.rounds = 4;
    script_.answers["coder"] = {code("build"), code("wrong"), code("1.5"), code("2.5")};
    ASSERT_TRUE(run());
    EXPECT_THAT(script_.roles(),
                ElementsAre("coder", "repair", "coder", "correction", "coder", "accelerator", "coder"));
    EXPECT_THAT(kinds(), ElementsAre("build_failed", "wrong", "correct", "correct"));
    EXPECT_THAT(script_.asked[0].prompt, HasSubstr("EXAMPLE"));
    EXPECT_THAT(script_.asked[2].prompt, HasSubstr("mend it"));
    EXPECT_THAT(script_.asked[2].prompt, HasSubstr("// build")) << "its last code";
    EXPECT_THAT(script_.asked[4].prompt, HasSubstr("mind the axis"));
    EXPECT_THAT(script_.asked[6].prompt, HasSubstr("use vectors"));
    EXPECT_EQ(judged_[1].settings["agent"]["plan"]["role"], "repair");
    EXPECT_EQ(judged_[3].settings["agent"]["plan"]["method"], "SIMD");
    EXPECT_EQ(judged_[3].settings["agent"]["parent"], 3);
}

TEST_F(Agent, CallsTokensAndMoneyOfARoundStandInItsRecord) {
    options_.rounds = 2;
    script_.answers["coder"] = {code("build"), code("1.5")};
    ASSERT_TRUE(run());
    EXPECT_EQ(judged_[0].settings["usage"]["calls"], 1);
    EXPECT_EQ(judged_[1].settings["usage"]["calls"], 2);
    EXPECT_EQ(judged_[1].settings["usage"]["tokens"], 30);
    EXPECT_DOUBLE_EQ(judged_[1].settings["usage"]["money"].get<double>(), 2 * (1.0 + 1.0));
    EXPECT_EQ(budget_->of_run().calls, 3);
}

TEST_F(Agent, APlannerThatReturnsProseIsAskedOnceMoreAndThenDoneWithout) {
    options_.rounds = 2;
    script_.answers["coder"] = {code("build"), code("1.5")};
    script_.answers["repair"] = {"Let me explain the errors to you.", "{\"local\": 3}"};
    ASSERT_TRUE(run());
    EXPECT_THAT(script_.roles(), ElementsAre("coder", "repair", "repair", "coder"));
    EXPECT_THAT(script_.asked[2].prompt, HasSubstr("It holds no JSON object."));
    EXPECT_THAT(script_.asked[2].prompt, HasSubstr("Let me explain the errors to you."));
    EXPECT_EQ(script_.asked[2].name.attempt, 1);
    EXPECT_THAT(script_.asked[3].prompt, HasSubstr("CPUSoftmax.cpp:2: no such thing")) << "the raw diagnostics";
    EXPECT_EQ(judged_[1].settings["agent"]["plan"]["role"], "raw");
}

TEST_F(Agent, AMethodThatWasTriedIsRefusedAndAskedForAgain) {
    options_.rounds = 3;
    script_.answers["coder"] = {code("1.0"), code("1.5"), code("2")};
    script_.answers["accelerator"] = {kAccelerate, R"({"bottleneck": "compute", "method": "simd.", "plan": "again"})",
                                      R"({"bottleneck": "memory", "method": "blocks", "plan": "block it"})"};
    ASSERT_TRUE(run());
    EXPECT_THAT(script_.roles(), ElementsAre("coder", "accelerator", "coder", "accelerator", "accelerator", "coder"));
    EXPECT_THAT(script_.asked[3].prompt, HasSubstr("none of these again\n- SIMD"));
    EXPECT_THAT(script_.asked[4].prompt, HasSubstr("was tried on this kernel already"));
    EXPECT_THAT(script_.asked[5].prompt, HasSubstr("block it"));
}

TEST_F(Agent, AnAnswerWithoutCodeIsAnOutcomeAndTheCoderIsAskedAnew) {
    options_.rounds = 3;
    script_.answers["coder"] = {"I am sorry.", code("1.0"), ""};
    ASSERT_TRUE(run());
    EXPECT_THAT(kinds(), ElementsAre("no_source", "correct", "no_source"));
    EXPECT_THAT(script_.asked[1].prompt, HasSubstr("Your last answer could not be used"));
    EXPECT_THAT(script_.asked[1].prompt, HasSubstr("EXAMPLE"));
}

TEST_F(Agent, ARunThatEndedInTheMiddleGoesOnAndAsksNothingTwice) {
    options_.rounds = 4;
    script_.answers["coder"] = {code("build"), code("wrong")};
    EXPECT_FALSE(run()) << "nobody answers the third time";
    const std::size_t before = script_.asked.size();
    script_.answers["coder"] = {code("1.5"), code("2.5")};
    judged_.clear();
    ASSERT_TRUE(run());
    EXPECT_THAT(kinds(), ElementsAre("build_failed", "wrong", "correct", "correct"));
    // Again only the call that had failed; everything else was stored.
    EXPECT_EQ(script_.asked.size() - before, 3U);
    EXPECT_EQ(script_.asked[before].name.round, 3);
    const auto calls = *store_.calls();
    EXPECT_EQ(std::ranges::count_if(calls, [](const ModelCall& call) { return call.answer.has_value(); }), 7);
    EXPECT_EQ(std::ranges::count_if(calls, [](const ModelCall& call) { return !call.failure.empty(); }), 1);
    const std::size_t all = script_.asked.size();
    ASSERT_TRUE(run());
    EXPECT_EQ(script_.asked.size(), all) << "a run that is complete asks nothing";
}

TEST_F(Agent, ALimitEndsATaskWithWhatItHas) {
    options_.rounds = 9;
    script_.repeat_last = true;
    script_.answers["coder"] = {code("build")};
    budget_ = std::make_unique<Budget>(SpendLimits{}, SpendLimits{.calls = 4});
    ASSERT_TRUE(run());
    EXPECT_EQ(script_.asked.size(), 4U);
    EXPECT_EQ(judged_.size(), 2U);
}

TEST_F(Agent, SamplesAreCallsOfTheirOwnWithOnePrompt) {
    ASSERT_TRUE(set_method("pass@3", options_));
    script_.answers["standard"] = {code("build"), code("1.5"), code("wrong")};
    ASSERT_TRUE(run());
    EXPECT_THAT(kinds(), ElementsAre("build_failed", "correct", "wrong"));
    EXPECT_EQ(script_.asked[0].prompt, script_.asked[2].prompt);
    EXPECT_EQ(script_.asked[2].name.sample, 2);
    EXPECT_EQ(method_name(options_), "pass@3");
    for (const char* bad : {"pass@0", "pass@", "pass@x", "pass@3x", "best", ""}) {
        EXPECT_FALSE(set_method(bad, options_)) << bad;
    }
}

TEST_F(Agent, GreedySearchChangesTheLastCodeAndABeamTheBestInTurn) {
    options_.rounds = 4;
    options_.generic_feedback = true;
    const std::deque<std::string> codes = {code("3.0"), code("1.0"), code("wrong"), code("1.1")};
    script_.answers["coder"] = codes;
    ASSERT_TRUE(run());
    EXPECT_THAT(script_.asked[3].prompt, HasSubstr("// wrong"));
    judged_.clear();
    script_.asked.clear();
    script_.answers["coder"] = codes;
    options_.beam = 1;
    ASSERT_TRUE(run());
    EXPECT_THAT(script_.asked[2].prompt, HasSubstr("// 3.0"));
    EXPECT_THAT(script_.asked[3].prompt, HasSubstr("// 3.0"));
    judged_.clear();
    script_.asked.clear();
    script_.answers["coder"] = codes;
    options_.beam = 2;
    ASSERT_TRUE(run());
    EXPECT_THAT(script_.asked[2].prompt, HasSubstr("// 1.0"));
    EXPECT_THAT(script_.asked[3].prompt, HasSubstr("// 3.0"));
}

TEST_F(Agent, GenericFeedbackAsksNoPlannerAndTellsNoDetail) {
    options_.rounds = 2;
    options_.generic_feedback = true;
    script_.answers["coder"] = {code("build"), code("1.0")};
    ASSERT_TRUE(run());
    EXPECT_THAT(script_.roles(), ElementsAre("coder", "coder"));
    EXPECT_THAT(script_.asked[1].prompt, HasSubstr("It failed: build_failed"));
    EXPECT_THAT(script_.asked[1].prompt, testing::Not(HasSubstr("no such thing")));
}

TEST_F(Agent, ToolsSpeakInTheirPlannersPromptUnlessSwitchedOff) {
    options_.rounds = 4;
    tools_.errors = [](const std::string&, const std::vector<SourceFile>&) { return "ERRORS"; };
    tools_.tree = [](const Task&, const std::string&, const std::vector<SourceFile>&) -> Result<std::string> {
        return "TREE";
    };
    tools_.model = [](const Task&) -> Result<std::string> { return "OPERATORS"; };
    tools_.perf = [](const Task&, const Record&) { return "PROFILE"; };
    const std::deque<std::string> codes = {code("build"), code("wrong"), code("1.5"), code("2.5")};
    script_.answers["coder"] = codes;
    ASSERT_TRUE(run());
    EXPECT_THAT(script_.last("repair").prompt, testing::AllOf(HasSubstr("ERRORS"), HasSubstr("TREE")));
    EXPECT_THAT(script_.last("correction").prompt, HasSubstr("OPERATORS"));
    EXPECT_THAT(script_.last("accelerator").prompt, HasSubstr("PROFILE"));
    Script without;
    without.answers = {{"coder", codes},
                       {"repair", {R"({"local": [], "cross_file": [{"error": "e", "suggestion": "s"}]})"}},
                       {"correction", {R"({"suggestions": ["s"]})"}},
                       {"accelerator", {kAccelerate}}};
    options_.tools_off = {"errors", "tree", "model", "perf"};
    AgentParts other = parts();
    const AgentParts off{.provider = without,
                         .store = other.store,
                         .budget = other.budget,
                         .prices = other.prices,
                         .prompts = other.prompts,
                         .memory = other.memory,
                         .tools = other.tools,
                         .judge = other.judge,
                         .material = other.material,
                         .on_round = other.on_round,
                         .on_task_end = other.on_task_end,
                         .stop = other.stop,
                         .abort = other.abort};
    ASSERT_TRUE(run_task(off, options_, tasks_.front()));
    for (const LlmRequest& request : without.asked) {
        for (const char* word : {"ERRORS", "TREE", "OPERATORS", "PROFILE"}) {
            EXPECT_THAT(request.prompt, testing::Not(HasSubstr(word)));
        }
    }
    EXPECT_EQ(method_name(options_), "moka, 4 rounds, without errors model perf tree");
}

TEST_F(Agent, NearTheRooflineATaskStopsEarly) {
    options_.stop_at_share = 0.9;
    script_.answers["coder"] = {code("5.0"), code("9.5"), code("9.9")};
    script_.answers["accelerator"] = {kAccelerate, R"({"bottleneck": "memory", "method": "blocks", "plan": "p"})"};
    ASSERT_TRUE(run());
    EXPECT_EQ(judged_.size(), 2U);
}

TEST_F(Agent, ATimeThatCannotBeIsNoSpeedUp) {
    options_.stop_at_share = 0.9;
    options_.rounds = 3;
    script_.answers["coder"] = {code("40"), code("5.0"), code("6.0")};
    script_.answers["accelerator"] = {kAccelerate, R"({"bottleneck": "memory", "method": "blocks", "plan": "p"})"};
    ASSERT_TRUE(run());
    EXPECT_EQ(judged_.size(), 3U) << "it does not end the task";
    EXPECT_EQ(judged_[2].settings["agent"]["parent"], 2) << "nor is it the fastest";
    bool told = false;
    for (const LlmRequest& request : script_.asked) {
        told = told || request.prompt.contains("less than moving its data takes");
        EXPECT_THAT(request.prompt, testing::Not(HasSubstr("Speed-up: 40")));
    }
    EXPECT_TRUE(told);
}

TEST_F(Agent, APromptsMeasuredFiguresAreNoPartOfItsPattern) {
    options_.rounds = 2;
    script_.answers["coder"] = {code("1.25"), code("2")};
    ASSERT_TRUE(run());
    const LlmRequest request = script_.last("accelerator");
    EXPECT_THAT(request.prompt, HasSubstr("Speed-up: 1.25"));
    EXPECT_THAT(request.pattern, HasSubstr("Speed-up: ‹measured›"));
    EXPECT_THAT(request.pattern, testing::Not(HasSubstr("1.25 ")));
}

TEST_F(Agent, WhatHelpedOnceIsReadByTheNextTask) {
    tasks_.push_back(*load_task(std::filesystem::path(MKB_SOURCE_DIR) / "tasks/activation/Relu/map_64x112"));
    options_.rounds = 2;
    script_.answers["coder"] = {code("1.0"), code("2.0")};
    ASSERT_TRUE(run());
    const auto entries = memory_->fitting(tasks_[1], "accelerator", "", 8);
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_EQ(entries[0].method, "SIMD");
    EXPECT_EQ(entries[0].speedup_before, 1.0);
    EXPECT_EQ(entries[0].speedup_after, 2.0);
    EXPECT_THAT(without_marks(memory_lines(entries)), HasSubstr("SIMD: 1.00x before, 2.00x after"));
}

TEST_F(Agent, TroubleInARowEndsTheRunAndAStopBeginsNothing) {
    std::vector<const Task*> many(8, &tasks_.front());
    script_.answers.clear();
    const RunSummary summary = run_tasks(parts(), options_, many, 1);
    EXPECT_EQ(summary.troubles.size(), static_cast<std::size_t>(kTroublesInARow));
    ASSERT_TRUE(summary.fatal);
    EXPECT_EQ(summary.fatal->kind, ErrorKind::transient);
    EXPECT_EQ(ended_, kTroublesInARow);
    stop_.store(true);
    script_.asked.clear();
    EXPECT_EQ(run_tasks(parts(), options_, many, 2).ended_by, "stopped");
    EXPECT_TRUE(script_.asked.empty());
    EXPECT_EQ(ended_, kTroublesInARow);
}

} // namespace
} // namespace mkb
