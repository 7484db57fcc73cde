#include "agent/moka.h"

#include "agent/feedback.h"
#include "llm/measured.h"
#include "score/score.h"

#include <algorithm>

namespace mkb {

namespace {

constexpr std::size_t kMemoryEntries = 8;
constexpr std::size_t kLogBytes = 8000; ///< of a log, in a prompt
constexpr int kFaultsOfAKind = 2;       ///< the second ends the asking: one repair request each

std::string role_after(const Outcome& outcome) {
    return std::holds_alternative<BuildFailed>(outcome) ? "repair" : correct(outcome) ? "accelerator" : "correction";
}

std::string beginning(const std::string& text) {
    return text.size() <= kLogBytes ? text : text.substr(0, kLogBytes) + "\n… (cut)";
}

} // namespace

Result<void> MokaTask::run() {
    for (int round = 1; round <= options_.rounds && !near_the_limit(); ++round) {
        MKB_TRY(went_on, one_round(round));
        if (!went_on) {
            break;
        }
    }
    return {};
}

bool MokaTask::near_the_limit() const {
    return options_.stop_at_share > 0 && std::ranges::any_of(attempts_, [&](const Attempt& attempt) {
               return share_of(attempt.record) >= options_.stop_at_share;
           });
}

/// The last code, or one of the best few in turn. An answer without code is nobody's parent.
const MokaTask::Attempt* MokaTask::parent_of(int round) const {
    std::vector<const Attempt*> with_code;
    for (const Attempt& attempt : attempts_) {
        if (!attempt.sources.empty()) {
            with_code.push_back(&attempt);
        }
    }
    if (with_code.empty()) {
        return nullptr;
    }
    if (options_.beam == 0) {
        return with_code.back();
    }
    std::ranges::sort(with_code, std::greater<>{}, [](const Attempt* attempt) {
        return std::pair(standing_of(attempt->record), -attempt->round); // of equals the earlier
    });
    const auto width = std::min(with_code.size(), static_cast<std::size_t>(options_.beam));
    return with_code[static_cast<std::size_t>(round) % width];
}

Result<bool> MokaTask::one_round(int round) {
    if (parts_.stop.load()) {
        return false;
    }
    const Attempt* parent = parent_of(round);
    const bool no_answer = !attempts_.empty() && attempts_.back().sources.empty();
    const std::string note = no_answer ? raw_plan(attempts_.back().record.outcome).text : "";
    Plan plan;
    if (parent != nullptr) {
        MKB_TRY(made, plan_after(*parent, round));
        if (!made) {
            return false;
        }
        plan = std::move(*made);
    }
    MKB_TRY(prompt, coder_prompt(parent, plan, note));
    MKB_TRY(answer, caller_.ask({.task = task_.id, .role = "coder", .round = round}, prompt));
    if (!answer) {
        return false;
    }
    const LoadedCandidate loaded = candidate_in(answer->text, parts_.provider.name(), task_);
    JudgeNote judge_note{.label = fmt::format("round {}", round), .usage = caller_.take_usage()};
    judge_note.agent = {{"round", round},
                        {"plan", to_json(plan)},
                        {"parent", parent == nullptr ? 0 : parent->round},
                        {"stop", answer->stop}};
    MKB_TRY(record, parts_.judge(task_, loaded, judge_note));
    // The parent moves when the list grows.
    const std::optional<Attempt> before = parent == nullptr ? std::nullopt : std::optional(*parent);
    const bool complete = loaded.extraction.complete();
    attempts_.push_back({.round = round,
                         .sources = complete ? loaded.candidate.sources : std::vector<SourceFile>{},
                         .record = std::move(record),
                         .plan = plan});
    if (before) {
        MKB_DO(remember(*before, attempts_.back()));
    }
    parts_.on_round({.task = &task_, .round = round, .record = &attempts_.back().record});
    return true;
}

Result<std::string> MokaTask::coder_prompt(const Attempt* parent, const Plan& plan, const std::string& note) const {
    MKB_TRY(values, task_values(task_));
    if (parent == nullptr) {
        MKB_TRY(material, parts_.material(task_));
        values["headers"] = measured(material.headers);
        values["example"] = measured(material.example);
        values["note"] = note;
        return parts_.prompts.fill_within(options_.prompt_tokens, "coder", task_.form, std::move(values));
    }
    values["code"] = code_text(parent->sources);
    values["outcome"] =
        options_.generic_feedback ? generic_plan(parent->record.outcome).text : outcome_text(parent->record);
    values["plan"] = note + plan.text;
    return parts_.prompts.fill_within(options_.prompt_tokens, "coder-next", task_.form, std::move(values));
}

std::vector<std::string> MokaTask::tried_methods() const {
    std::vector<std::string> methods;
    for (const Attempt& attempt : attempts_) {
        if (attempt.plan.role == "accelerator") {
            methods.push_back(attempt.plan.method);
        }
    }
    return methods;
}

/// Why a planner's answer is refused, or empty.
std::string MokaTask::fault_of(const std::variant<Plan, std::string>& plan) const {
    if (const auto* why = std::get_if<std::string>(&plan)) {
        return *why;
    }
    const Plan& made = std::get<Plan>(plan);
    const auto tried = tried_methods();
    const bool again = made.role == "accelerator" && std::ranges::any_of(tried, [&](const std::string& method) {
                           return same_method(method, made.method);
                       });
    return again ? fmt::format("The method '{}' was tried on this kernel already.", made.method) : "";
}

/// Nothing when a limit or a stop forbids the planner's call.
Result<std::optional<Plan>> MokaTask::plan_after(const Attempt& parent, int round) {
    const Outcome& outcome = parent.record.outcome;
    if (options_.generic_feedback) {
        return generic_plan(outcome);
    }
    const std::string role = role_after(outcome);
    MKB_TRY(prompt, planner_prompt(role, parent));
    std::string again = prompt;
    int unusable = 0, repeated = 0;
    for (int attempt = 0; unusable < kFaultsOfAKind && repeated < kFaultsOfAKind; ++attempt) {
        MKB_TRY(answer, caller_.ask({.task = task_.id, .role = role, .round = round, .attempt = attempt}, again));
        if (!answer) {
            return std::nullopt;
        }
        auto plan = read_plan(role, parts_.prompts.schema(role), answer->text, outcome);
        const std::string fault = fault_of(plan);
        if (fault.empty()) {
            return std::get<Plan>(std::move(plan));
        }
        (std::holds_alternative<std::string>(plan) ? unusable : repeated) += 1;
        MKB_TRY(filled,
                parts_.prompts.fill("again", task_.form,
                                    {{"prompt", prompt}, {"why", fault}, {"last_answer", foreign(answer->text)}}));
        again = std::move(filled);
    }
    return raw_plan(outcome);
}

Result<std::string> MokaTask::planner_prompt(const std::string& role, const Attempt& parent) const {
    MKB_TRY(values, task_values(task_));
    values["code"] = code_text(parent.sources);
    values["outcome"] = outcome_text(parent.record);
    const std::string bottleneck = role == "accelerator" ? "" : std::string(kind_of(parent.record.outcome));
    values["memory"] = memory_lines(parts_.memory.fitting(task_, role, bottleneck, kMemoryEntries));
    if (role == "repair") {
        MKB_DO(add_build_feedback(parent, values));
    } else if (role == "correction") {
        MKB_DO(add_wrong_feedback(parent, values));
    } else {
        add_speed_feedback(parent, values);
    }
    return parts_.prompts.fill_within(options_.prompt_tokens, role, task_.form, std::move(values));
}

Result<void> MokaTask::add_build_feedback(const Attempt& parent, nlohmann::json& values) const {
    std::string log;
    if (!parent.record.build_log_artifact.empty()) {
        MKB_TRY(text, parts_.store.artifact(parent.record.build_log_artifact));
        log = std::move(text);
    }
    const bool extract = has_tool("errors") && parts_.tools.errors;
    // Compilers word their errors anew with every version.
    values["errors"] =
        measured(extract ? parts_.tools.errors(log, parent.sources) : raw_plan(parent.record.outcome).text);
    values["tree"] = "";
    if (has_tool("tree") && parts_.tools.tree) {
        MKB_TRY(tree, parts_.tools.tree(task_, log, parent.sources));
        values["tree"] = measured(tree);
    }
    return {};
}

Result<void> MokaTask::add_wrong_feedback(const Attempt& parent, nlohmann::json& values) const {
    values["log"] = "";
    if (!parent.record.run_log_artifact.empty()) {
        MKB_TRY(text, parts_.store.artifact(parent.record.run_log_artifact));
        values["log"] = measured(beginning(text));
    }
    values["operators"] = "";
    if (has_tool("model") && parts_.tools.model) {
        MKB_TRY(text, parts_.tools.model(task_));
        values["operators"] = measured(text);
    }
    return {};
}

void MokaTask::add_speed_feedback(const Attempt& parent, nlohmann::json& values) const {
    values["profile"] = has_tool("perf") && parts_.tools.perf ? measured(parts_.tools.perf(task_, parent.record)) : "";
    const auto tried = tried_methods();
    values["tried"] = !tried.empty();
    values["tried_methods"] = tried;
}

Result<void> MokaTask::remember(const Attempt& parent, const Attempt& attempt) {
    if (attempt.plan.role.empty() || attempt.plan.role == "raw") {
        return {};
    }
    return parts_.memory.add({.run = parts_.store.folder().filename().string(),
                              .task_id = task_.id,
                              .round = attempt.round,
                              .when = attempt.record.created,
                              .operator_name = task_.operator_name,
                              .form = std::string(name_of(task_.form)),
                              .category = task_.category,
                              .model = parts_.provider.name(),
                              .role = attempt.plan.role,
                              .bottleneck = attempt.plan.bottleneck,
                              .method = attempt.plan.method,
                              .before = std::string(kind_of(parent.record.outcome)),
                              .after = std::string(kind_of(attempt.record.outcome)),
                              .speedup_before = speedup_of(parent.record),
                              .speedup_after = speedup_of(attempt.record)});
}

} // namespace mkb
