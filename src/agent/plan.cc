#include "agent/plan.h"

#include "agent/schema.h"
#include "candidate/answer_text.h"
#include "candidate/blocks.h"
#include "llm/json_path.h"
#include "llm/measured.h"
#include "record/printable.h"

#include <algorithm>

namespace mkb {

namespace {

constexpr std::size_t kShownErrors = 12;
constexpr std::size_t kMethodLength = 120;
constexpr std::size_t kTriedBraces = 50;

std::string words_in_order(std::string_view text) {
    std::vector<std::string> words(1);
    for (const char c : text) {
        if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
            words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        } else if (!words.back().empty()) {
            words.emplace_back();
        }
    }
    std::erase(words, "");
    std::ranges::sort(words);
    const auto repeated = std::ranges::unique(words);
    words.erase(repeated.begin(), repeated.end());
    return fmt::format("{}", fmt::join(words, " "));
}

/// Ends of the object that begins at `begin`, by counting braces outside of strings; npos when it never ends.
std::size_t end_of_object(std::string_view text, std::size_t begin) {
    int depth = 0;
    bool in_string = false;
    for (std::size_t i = begin; i < text.size(); ++i) {
        if (in_string) {
            const bool escapes = text[i] == '\\';
            in_string = escapes || text[i] != '"';
            i += escapes ? 1 : 0;
        } else if (text[i] == '"') {
            in_string = true;
        } else if (text[i] == '{') {
            ++depth;
        } else if (text[i] == '}' && --depth == 0) {
            return i + 1;
        }
    }
    return std::string_view::npos;
}

Plan repair_plan(const nlohmann::json& json) {
    Plan plan{.role = "repair", .bottleneck = "build_failed"};
    for (const char* kind : {"cross_file", "local"}) {
        for (const nlohmann::json& entry : json[kind]) {
            const JsonPath at(&entry);
            plan.text += fmt::format("- {}\n  {}\n", at["error"].text(), at["suggestion"].text());
            if (plan.method.empty()) {
                plan.method = printable_line(at["suggestion"].text(), kMethodLength);
            }
        }
    }
    return plan;
}

Plan correction_plan(const nlohmann::json& json, const Outcome& outcome) {
    Plan plan{.role = "correction", .bottleneck = std::string(kind_of(outcome))};
    for (const nlohmann::json& entry : json["suggestions"]) {
        plan.text += "- " + entry.get<std::string>() + "\n";
    }
    plan.method = printable_line(json["suggestions"][0].get<std::string>(), kMethodLength);
    return plan;
}

Plan accelerator_plan(const nlohmann::json& json) {
    const JsonPath root(&json);
    return {.role = "accelerator",
            .bottleneck = root["bottleneck"].text(),
            .method = printable_line(root["method"].text(), kMethodLength),
            .text = fmt::format("Bottleneck: {}. Method: {}.\n{}\n", root["bottleneck"].text(), root["method"].text(),
                                root["plan"].text())};
}

struct RawText {
    std::string operator()(const NoSource& o) const {
        return fmt::format("Your answer held no usable source: {}. Return every file whole, in a block each.\n", o.why);
    }
    std::string operator()(const BuildFailed& o) const {
        std::string text =
            o.limit.empty() ? "It does not build:\n" : fmt::format("It broke a limit of the compiler: {}.\n", o.limit);
        for (std::size_t i = 0; i < std::min(kShownErrors, o.errors.size()); ++i) {
            const BuildError& error = o.errors[i];
            text += fmt::format("- {}:{}: {}\n", error.file, error.line, error.message);
        }
        return text;
    }
    std::string operator()(const LoadFailed& o) const { return fmt::format("It cannot be loaded: {}.\n", o.why); }
    std::string operator()(const Crashed& o) const {
        return fmt::format("It crashed while {} with signal {}{}.\n", o.stage, o.signal,
                           o.where.empty() ? "" : " in " + measured(o.where));
    }
    std::string operator()(const TimedOut& o) const {
        return fmt::format("It did not come to its end while {} within {:g} s.\n", o.stage, o.limit_s);
    }
    std::string operator()(const NeverCalled& o) const { return fmt::format("It was never run: {}.\n", o.why); }
    std::string operator()(const Wrong& o) const {
        return fmt::format("Its result is wrong{}{}.\n{}\n", o.output.empty() ? "" : " in output " + o.output,
                           o.regime.empty() ? "" : fmt::format(", inputs '{}'", measured(o.regime)),
                           measured(o.report));
    }
    std::string operator()(const Cheated& o) const {
        return fmt::format("It broke the rule '{}': {}.\n", o.rule, measured(o.evidence));
    }
    std::string operator()(const Correct& o) const {
        return o.measured
                   ? fmt::format("It is correct. Speed-up over the framework's own kernel: {}. Make it faster.\n",
                                 measured(fmt::format("{:.2f}", o.speedup)))
                   : "It is correct. Make it faster.\n";
    }
};

} // namespace

nlohmann::json to_json(const Plan& plan) {
    return {{"role", plan.role}, {"bottleneck", plan.bottleneck}, {"method", plan.method}, {"text", plan.text}};
}

Plan plan_from_json(const nlohmann::json& json) {
    const JsonPath root(&json);
    return {.role = root["role"].text(),
            .bottleneck = root["bottleneck"].text(),
            .method = root["method"].text(),
            .text = root["text"].text()};
}

nlohmann::json json_in(std::string_view answer) {
    const std::string text = without_thinking(normalise_text(valid_utf8(answer)));
    const auto object = [](std::string_view part) {
        nlohmann::json json = nlohmann::json::parse(part, nullptr, false);
        return json.is_object() ? json : nlohmann::json(nlohmann::json::value_t::discarded);
    };
    if (auto json = object(text); json.is_object()) {
        return json;
    }
    const Blocks blocks = find_blocks(text);
    for (const Block& block : blocks.fenced) {
        if (auto json = object(fmt::format("{}", fmt::join(block.lines, "\n"))); json.is_object()) {
            return json;
        }
    }
    std::size_t tried = 0;
    for (auto at = text.find('{'); at != std::string::npos && tried < kTriedBraces;
         at = text.find('{', at + 1), ++tried) {
        const std::size_t end = end_of_object(text, at);
        if (end != std::string_view::npos) {
            if (auto json = object(std::string_view(text).substr(at, end - at)); json.is_object()) {
                return json;
            }
        }
    }
    return nlohmann::json(nlohmann::json::value_t::discarded);
}

std::variant<Plan, std::string> read_plan(const std::string& role, const nlohmann::json& schema,
                                          std::string_view answer, const Outcome& outcome) {
    const nlohmann::json json = json_in(answer);
    if (json.is_discarded()) {
        return "It holds no JSON object.";
    }
    if (const std::string fault = schema_fault(schema, json); !fault.empty()) {
        return "Its JSON does not have the form that was asked for: " + printable_line(fault, 300);
    }
    Plan plan = role == "repair"       ? repair_plan(json)
                : role == "correction" ? correction_plan(json, outcome)
                                       : accelerator_plan(json);
    return plan.text.empty() ? std::variant<Plan, std::string>("It has no entry.") : std::move(plan);
}

Plan raw_plan(const Outcome& outcome) {
    return {.role = "raw",
            .bottleneck = std::string(kind_of(outcome)),
            .method = "raw diagnostics",
            .text = std::visit(RawText{}, outcome)};
}

Plan generic_plan(const Outcome& outcome) {
    const std::string kind(kind_of(outcome));
    return {.role = "raw",
            .bottleneck = kind,
            .method = "generic feedback",
            .text =
                correct(outcome) ? "It is correct. Make it faster.\n" : fmt::format("It failed: {}. Mend it.\n", kind)};
}

bool same_method(std::string_view one, std::string_view other) {
    return words_in_order(one) == words_in_order(other);
}

} // namespace mkb
