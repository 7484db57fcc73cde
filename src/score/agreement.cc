#include "score/agreement.h"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace mkb {

namespace {

std::string difference_of(const Outcome& before, const Outcome& now) {
    if (kind_of(before) != kind_of(now)) {
        return fmt::format("it was {}, it is {}", kind_of(before), kind_of(now));
    }
    if (const auto* was = std::get_if<Wrong>(&before)) {
        const auto& is = std::get<Wrong>(now);
        if (was->output != is.output) {
            return fmt::format("output '{}' was wrong, '{}' is", was->output, is.output);
        }
    }
    if (const auto* was = std::get_if<Cheated>(&before)) {
        const auto& is = std::get<Cheated>(now);
        if (was->rule != is.rule) {
            return fmt::format("it broke the rule '{}', it breaks '{}'", was->rule, is.rule);
        }
    }
    return "";
}

Times compare_times(const Record& before, const Record& now) {
    const auto* was = std::get_if<Correct>(&before.outcome);
    const auto* is = std::get_if<Correct>(&now.outcome);
    if (was == nullptr || is == nullptr || !was->measured || !is->measured || before.device.emulated ||
        now.device.emulated) {
        return Times::not_compared;
    }
    return was->speedup_low <= is->speedup_high && is->speedup_low <= was->speedup_high ? Times::overlap : Times::apart;
}

std::optional<bool> compare_errors(const Record& before, const Record& now) {
    if (before.seed != now.seed || before.regime_errors.empty() || now.regime_errors.empty()) {
        return std::nullopt;
    }
    return std::ranges::equal(before.regime_errors, now.regime_errors, [](const RegimeError& a, const RegimeError& b) {
        return a.regime == b.regime && a.output == b.output && a.error == b.error;
    });
}

std::string setting_text(const Record& record, const char* name) {
    const auto found = record.settings.is_object() ? record.settings.find(name) : record.settings.end();
    return record.settings.is_object() && found != record.settings.end() && found->is_string()
               ? found->get<std::string>()
               : "";
}

std::vector<std::string> changes(const Record& before, const Record& now) {
    std::vector<std::string> found;
    const auto compare = [&](const char* what, const std::string& was, const std::string& is) {
        if (was != is) {
            found.push_back(
                fmt::format("{}: {} then, {} now", what, was.empty() ? "none" : was, is.empty() ? "none" : is));
        }
    };
    compare("mkb", before.tool_version, now.tool_version);
    compare("framework", before.framework.name + " " + before.framework.version,
            now.framework.name + " " + now.framework.version);
    compare("framework's source", before.framework.source, now.framework.source);
    compare("framework's build", before.framework.build_key.substr(0, 16), now.framework.build_key.substr(0, 16));
    compare("compiler", before.framework.compiler, now.framework.compiler);
    compare("oracle", setting_text(before, "oracle"), setting_text(now, "oracle"));
    compare("device", before.device.name, now.device.name);
    compare("processor", before.device.cpu, now.device.cpu);
    compare("isolation", before.device.isolation, now.device.isolation);
    compare("targets", fmt::format("{}", fmt::join(before.targets, " ")),
            fmt::format("{}", fmt::join(now.targets, " ")));
    return found;
}

} // namespace

std::string_view name_of(Times times) {
    switch (times) {
    case Times::not_compared:
        return "not compared";
    case Times::overlap:
        return "overlap";
    case Times::apart:
        return "apart";
    }
    return "not compared";
}

Agreement compare_judgements(const Record& before, const Record& now) {
    Agreement agreement;
    agreement.difference = difference_of(before.outcome, now.outcome);
    agreement.held = agreement.difference.empty();
    agreement.times = compare_times(before, now);
    agreement.same_errors = compare_errors(before, now);
    agreement.changed = changes(before, now);
    return agreement;
}

nlohmann::json to_json(const Agreement& agreement) {
    return {{"held", agreement.held},
            {"difference", agreement.difference},
            {"times", name_of(agreement.times)},
            {"same_errors", agreement.same_errors ? nlohmann::json(*agreement.same_errors) : nlohmann::json()},
            {"changed", agreement.changed}};
}

} // namespace mkb
