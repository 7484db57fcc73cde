#include "report/trace.h"

#include "record/printable.h"
#include "report/line_diff.h"
#include "score/score.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace mkb {

namespace {

using Key = std::tuple<std::string, std::string, std::string>; // task, method, model

nlohmann::json agent_of(const Record& record) {
    const auto found = record.settings.is_object() ? record.settings.find("agent") : record.settings.end();
    return record.settings.is_object() && found != record.settings.end() && found->is_object() ? *found
                                                                                               : nlohmann::json();
}

std::string text_in(const nlohmann::json& json, const char* name) {
    const auto found = json.is_object() ? json.find(name) : json.end();
    return json.is_object() && found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

int number_in(const nlohmann::json& json, const char* name) {
    const auto found = json.is_object() ? json.find(name) : json.end();
    return json.is_object() && found != json.end() && found->is_number_integer() ? found->get<int>() : 0;
}

Result<std::string> code_of(Store& store, const Record& record) {
    std::string code;
    for (const auto& [name, hash] : record.source_artifacts) {
        MKB_TRY(text, store.artifact(hash));
        // A model names the file itself on the first line, mostly.
        const bool named = text.substr(0, text.find('\n')).contains(name);
        code += fmt::format("{}{}{}", named ? "" : "// " + name + "\n", text, text.ends_with('\n') ? "" : "\n");
    }
    return code;
}

TraceRound round_from(Record record) {
    TraceRound round;
    const nlohmann::json agent = agent_of(record);
    const nlohmann::json plan = agent.is_object() ? agent.value("plan", nlohmann::json()) : nlohmann::json();
    round.round = agent.contains("round") ? number_in(agent, "round") : record.sample;
    round.plan_role = text_in(plan, "role");
    round.bottleneck = text_in(plan, "bottleneck");
    round.method = text_in(plan, "method");
    round.plan = text_in(plan, "text");
    round.parent = number_in(agent, "parent");
    round.speedup = speedup_of(record);
    round.record = std::move(record);
    return round;
}

Result<void> complete(Store& store, TaskTrace& trace) {
    std::ranges::sort(trace.rounds, {}, &TraceRound::round);
    std::map<int, std::string> code;
    double best = 0;
    for (TraceRound& round : trace.rounds) {
        MKB_TRY(text, code_of(store, round.record));
        const auto parent = code.find(round.parent);
        round.difference = round.parent > 0 && parent != code.end() ? line_diff(parent->second, text) : text;
        code[round.round] = std::move(text);
        best = std::max(best, round.speedup);
        round.best_so_far = best;
    }
    MKB_TRY(calls, store.calls(trace.task_id));
    for (ModelCall& call : calls) {
        const int number = call.round > 0 ? call.round : call.sample;
        const auto round = std::ranges::find(trace.rounds, number, &TraceRound::round);
        if (call.method == trace.method && call.model == trace.model && round != trace.rounds.end()) {
            round->calls.push_back(std::move(call));
        }
    }
    return {};
}

/// Blanks count in code, so lines are not folded; only what a terminal would obey is taken out.
std::string terminal_line(std::string_view line) {
    std::string shown = valid_utf8(line);
    std::erase_if(shown, [](unsigned char c) { return (c < ' ' && c != '\t') || c == 127; });
    return shown;
}

/// Each line indented; with `colour`, added and removed ones painted.
std::string indented(std::string_view text, bool colour = false) {
    std::string result;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        const char* paint = !colour ? "" : line.starts_with('+') ? "\x1b[32m" : line.starts_with('-') ? "\x1b[31m" : "";
        result += fmt::format("    {}{}{}\n", paint, terminal_line(line), *paint == '\0' ? "" : "\x1b[0m");
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
}

std::string prompt_text(const std::string& marked) {
    std::string text = marked;
    std::erase_if(text, [](char c) { return c == '\x01' || c == '\x02'; }); // marks of measured figures
    return text;
}

std::string call_line(const ModelCall& call) {
    std::string line = fmt::format("  asked {}{}: ", call.role, call.attempt > 0 ? " again" : "");
    if (!call.answer) {
        return line + (call.failure.empty() ? "lost" : call.failure) + "\n";
    }
    const nlohmann::json usage = call.answer->value("usage", nlohmann::json::object());
    return line + fmt::format("{} tokens in, {} out, {:.1f} s{}\n", number_in(usage, "input_tokens"),
                              number_in(usage, "output_tokens"), call.answer->value("latency_ms", 0.0) / 1000,
                              call.money ? fmt::format(", {:.4f} spent", *call.money) : "");
}

} // namespace

Result<std::vector<TaskTrace>> read_traces(Store& store, const std::string& task_id, std::size_t most) {
    std::map<Key, TaskTrace> by_key;
    MKB_DO(store.for_each([&](const Record& record) {
        const Key key{record.task_id, record.method, record.model};
        const bool wanted = (task_id.empty() || record.task_id == task_id) && agent_of(record).is_object();
        if (wanted && (by_key.contains(key) || by_key.size() < most)) {
            TaskTrace& trace = by_key[key];
            trace.task_id = record.task_id;
            trace.method = record.method;
            trace.model = record.model;
            trace.rounds.push_back(round_from(record));
        }
        return true;
    }));
    std::vector<TaskTrace> traces;
    for (auto& [key, trace] : by_key) {
        MKB_DO(complete(store, trace));
        traces.push_back(std::move(trace));
    }
    return traces;
}

std::string curve_text(const TaskTrace& trace) {
    constexpr double kWidth = 40;
    const double highest = std::ranges::max(trace.rounds, {}, &TraceRound::best_so_far).best_so_far;
    std::string text;
    for (const TraceRound& round : trace.rounds) {
        if (highest <= 0) {
            break;
        }
        const auto length = static_cast<std::size_t>(kWidth * round.speedup / highest + 0.5);
        const std::string kind(kind_of(round.record.outcome));
        text += fmt::format("{:4}  {}  {}  {}  {}\n", round.round,
                            fit_width(round.speedup > 0 ? std::string(length, '#') : kind, static_cast<int>(kWidth)),
                            fit_width(round.speedup > 0 ? fmt::format("{:.2f}x", round.speedup) : "", 7, true),
                            fit_width(round.best_so_far > 0 ? fmt::format("best {:.2f}x", round.best_so_far) : "", 11),
                            printable_line(round.bottleneck.empty() ? "" : round.bottleneck + ": " + round.method, 60));
    }
    return text;
}

std::string trace_text(const TaskTrace& trace, bool full, bool colour) {
    std::string text =
        fmt::format("{}  {} · {}\n", trace.task_id, printable_line(trace.method), printable_line(trace.model));
    for (const TraceRound& round : trace.rounds) {
        text += fmt::format("\n{} {}  {}  (record {})\n", trace.method.starts_with("moka") ? "round" : "sample",
                            round.round, describe(round.record.outcome), round.record.id);
        for (const ModelCall& call : round.calls) {
            text += call_line(call);
            if (full) {
                text += "  prompt\n" + indented(prompt_text(call.prompt)) + "  answer\n" +
                        indented(call.answer ? text_in(*call.answer, "text") : "");
            }
        }
        if (!round.plan.empty()) {
            text += fmt::format("  plan ({})\n{}", round.plan_role, indented(round.plan));
        }
        text +=
            fmt::format("  {}\n{}", round.parent > 0 ? fmt::format("changes of round {}'s code", round.parent) : "code",
                        indented(round.difference, colour));
    }
    const std::string curve = trace.rounds.empty() ? "" : curve_text(trace);
    return text + (curve.empty() ? "" : "\nspeed-up over native by round\n" + curve);
}

nlohmann::json to_json(const TaskTrace& trace) {
    nlohmann::json rounds = nlohmann::json::array();
    for (const TraceRound& round : trace.rounds) {
        nlohmann::json calls = nlohmann::json::array();
        for (const ModelCall& call : round.calls) {
            calls.push_back({{"role", call.role},
                             {"attempt", call.attempt},
                             {"prompt", prompt_text(call.prompt)},
                             {"answer", call.answer ? *call.answer : nlohmann::json()},
                             {"failure", call.failure}});
        }
        rounds.push_back({{"round", round.round},
                          {"record", round.record.id},
                          {"outcome", to_json(round.record.outcome)},
                          {"plan",
                           {{"role", round.plan_role},
                            {"bottleneck", round.bottleneck},
                            {"method", round.method},
                            {"text", round.plan}}},
                          {"parent", round.parent},
                          {"difference", round.difference},
                          {"speedup", round.speedup},
                          {"best_so_far", round.best_so_far},
                          {"calls", std::move(calls)}});
    }
    return {{"task", trace.task_id}, {"method", trace.method}, {"model", trace.model}, {"rounds", std::move(rounds)}};
}

} // namespace mkb
