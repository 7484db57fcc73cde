#include "record/outcome.h"

#include "record/fields.h"
#include "record/printable.h"

#include <cmath>
#include <csignal>
#include <cstring>
#include <fmt/format.h>

namespace mkb {
namespace {

// One overload per alternative, nowhere a generic one: a new alternative does not compile until it is decided here.
struct KindOf {
    std::string_view operator()(const NoSource&) const { return "no_source"; }
    std::string_view operator()(const BuildFailed&) const { return "build_failed"; }
    std::string_view operator()(const LoadFailed&) const { return "load_failed"; }
    std::string_view operator()(const Crashed&) const { return "crashed"; }
    std::string_view operator()(const TimedOut&) const { return "timed_out"; }
    std::string_view operator()(const NeverCalled&) const { return "never_called"; }
    std::string_view operator()(const Wrong&) const { return "wrong"; }
    std::string_view operator()(const Cheated&) const { return "cheated"; }
    std::string_view operator()(const Correct&) const { return "correct"; }
};

struct Compiled {
    bool operator()(const NoSource&) const { return false; }
    bool operator()(const BuildFailed&) const { return false; }
    bool operator()(const LoadFailed&) const { return true; }
    bool operator()(const Crashed&) const { return true; }
    bool operator()(const TimedOut&) const { return true; }
    bool operator()(const NeverCalled&) const { return true; }
    bool operator()(const Wrong&) const { return true; }
    bool operator()(const Cheated&) const { return true; }
    bool operator()(const Correct&) const { return true; }
};

std::string with_reason(std::string_view what, const std::string& why) {
    const std::string line = printable_line(why);
    return line.empty() ? std::string(what) : fmt::format("{}: {}", what, line);
}

std::string signal_name(int signal) {
    const char* abbreviation = sigabbrev_np(signal);
    return abbreviation == nullptr ? fmt::format("signal {}", signal) : fmt::format("SIG{}", abbreviation);
}

struct Describe {
    std::string operator()(const NoSource& o) const { return with_reason("no source", o.why); }
    std::string operator()(const BuildFailed& o) const {
        std::string failed =
            o.target.empty() ? "build failed" : fmt::format("build failed for {}", printable_line(o.target, 20));
        if (!o.limit.empty()) {
            return fmt::format("{}: over the compiler's limit of {}", failed, printable_line(o.limit, 80));
        }
        if (o.errors.empty()) {
            return failed;
        }
        const BuildError& first = o.errors.front();
        std::string place = printable_line(first.file, 60);
        if (first.line > 0) {
            place += fmt::format(":{}", first.line);
        }
        const std::string more = o.errors.size() > 1 ? fmt::format(" (and {} more)", o.errors.size() - 1) : "";
        return fmt::format("{}: {}{}{}{}", failed, place, place.empty() ? "" : ": ", printable_line(first.message),
                           more);
    }
    std::string operator()(const LoadFailed& o) const { return with_reason("does not load", o.why); }
    std::string operator()(const Crashed& o) const {
        const std::string how = o.signal == 0 ? "ended the process by itself" : signal_name(o.signal);
        const std::string stage = o.stage.empty() ? "" : fmt::format(" in {}", printable_line(o.stage, 20));
        return with_reason(fmt::format("crashed{} ({})", stage, how), o.where);
    }
    std::string operator()(const TimedOut& o) const {
        return fmt::format("timed out in {} after {:g} s", printable_line(o.stage, 20), o.limit_s);
    }
    std::string operator()(const NeverCalled& o) const { return with_reason("never called", o.why); }
    std::string operator()(const Wrong& o) const {
        const std::string regime = o.regime.empty() ? "" : fmt::format(" in regime '{}'", printable_line(o.regime, 40));
        if (o.output.empty()) {
            return with_reason(fmt::format("wrong{}", regime), o.report);
        }
        const std::string output = printable_line(o.output, 40);
        if (!std::isfinite(o.error)) {
            return with_reason(fmt::format("wrong: output {} does not match{}", output, regime), o.report);
        }
        return fmt::format("wrong: output {} off by {:.1e} of its maximum{} (limit {:.0e})", output, o.error, regime,
                           o.limit);
    }
    std::string operator()(const Cheated& o) const {
        return with_reason(fmt::format("cheated, rule '{}'", printable_line(o.rule, 40)), o.evidence);
    }
    std::string operator()(const Correct& o) const {
        if (!o.measured) {
            return "correct, not measured";
        }
        return fmt::format("correct, {:.2f}x [{:.2f}, {:.2f}]", o.speedup, o.speedup_low, o.speedup_high);
    }
};

struct Fill {
    nlohmann::json& json;

    void operator()(const NoSource& o) const { json["why"] = valid_utf8(o.why); }
    void operator()(const BuildFailed& o) const {
        nlohmann::json& errors = json["errors"] = nlohmann::json::array();
        for (const BuildError& e : o.errors) {
            errors.push_back({{"file", valid_utf8(e.file)},
                              {"line", e.line},
                              {"column", e.column},
                              {"message", valid_utf8(e.message)}});
        }
        json["limit"] = valid_utf8(o.limit);
        json["target"] = valid_utf8(o.target);
    }
    void operator()(const LoadFailed& o) const { json["why"] = valid_utf8(o.why); }
    void operator()(const Crashed& o) const {
        json["signal"] = o.signal;
        json["stage"] = valid_utf8(o.stage);
        json["where"] = valid_utf8(o.where);
    }
    void operator()(const TimedOut& o) const {
        json["stage"] = valid_utf8(o.stage);
        json["limit_s"] = number_to_json(o.limit_s);
    }
    void operator()(const NeverCalled& o) const { json["why"] = valid_utf8(o.why); }
    void operator()(const Wrong& o) const {
        json["output"] = valid_utf8(o.output);
        json["regime"] = valid_utf8(o.regime);
        if (o.worst) {
            json["worst"] = {{"index", o.worst->index},
                             {"got", number_to_json(o.worst->got)},
                             {"reference", number_to_json(o.worst->reference)}};
        }
        json["error"] = number_to_json(o.error);
        json["limit"] = number_to_json(o.limit);
        json["mismatched_share"] = number_to_json(o.mismatched_share);
        json["report"] = valid_utf8(o.report);
        json["pattern"] = valid_utf8(o.pattern);
    }
    void operator()(const Cheated& o) const {
        json["rule"] = valid_utf8(o.rule);
        json["evidence"] = valid_utf8(o.evidence);
    }
    void operator()(const Correct& o) const {
        json["speedup"] = number_to_json(o.speedup);
        json["speedup_low"] = number_to_json(o.speedup_low);
        json["speedup_high"] = number_to_json(o.speedup_high);
        json["latency_us"] = number_to_json(o.latency_us);
        json["native_latency_us"] = number_to_json(o.native_latency_us);
        json["share_of_limit"] = number_to_json(o.share_of_limit);
        json["native_share_of_limit"] = number_to_json(o.native_share_of_limit);
        json["measured"] = o.measured;
    }
};

BuildFailed read_build_failed(FieldReader& fields) {
    BuildFailed outcome;
    for (const nlohmann::json& entry : fields.list("errors")) {
        FieldReader error(entry, "build error");
        outcome.errors.push_back({.file = error.text("file"),
                                  .line = error.small_integer("line", 0),
                                  .column = error.small_integer("column", 0),
                                  .message = error.text("message")});
        if (!error.ok()) {
            fields.refuse(error.reason());
        }
    }
    outcome.limit = fields.text("limit");
    if (fields.optional("target") != nullptr) { // older records had one target only
        outcome.target = fields.text("target");
    }
    return outcome;
}

std::optional<WorstElement> read_worst(FieldReader& fields) {
    const nlohmann::json* json = fields.optional("worst");
    if (json == nullptr) {
        return std::nullopt;
    }
    FieldReader worst(*json, "worst element");
    WorstElement element{.index = {}, .got = worst.number("got"), .reference = worst.number("reference")};
    for (const nlohmann::json& entry : worst.list("index")) {
        if (!entry.is_number_integer()) {
            worst.refuse("'index' of the worst element is not a list of integers");
            break;
        }
        element.index.push_back(entry.get<std::int64_t>());
    }
    if (!worst.ok()) {
        fields.refuse(worst.reason());
    }
    return element;
}

Wrong read_wrong(FieldReader& fields) {
    return {.output = fields.text("output"),
            .regime = fields.text("regime"),
            .worst = read_worst(fields),
            .error = fields.number("error"),
            .limit = fields.number("limit"),
            .mismatched_share = fields.number("mismatched_share"),
            .report = fields.text("report"),
            .pattern = fields.optional("pattern") != nullptr ? fields.text("pattern") : std::string()};
}

Correct read_correct(FieldReader& fields) {
    return {.speedup = fields.number("speedup"),
            .speedup_low = fields.number("speedup_low"),
            .speedup_high = fields.number("speedup_high"),
            .latency_us = fields.number("latency_us"),
            .native_latency_us = fields.number("native_latency_us"),
            .share_of_limit = fields.number("share_of_limit"),
            .native_share_of_limit = fields.number("native_share_of_limit"),
            .measured = fields.boolean("measured")};
}

std::optional<Outcome> read_kind(std::string_view kind, FieldReader& fields) {
    if (kind == "no_source") {
        return NoSource{.why = fields.text("why")};
    }
    if (kind == "build_failed") {
        return read_build_failed(fields);
    }
    if (kind == "load_failed") {
        return LoadFailed{.why = fields.text("why")};
    }
    if (kind == "crashed") {
        return Crashed{
            .signal = fields.small_integer("signal", 0), .stage = fields.text("stage"), .where = fields.text("where")};
    }
    if (kind == "timed_out") {
        return TimedOut{.stage = fields.text("stage"), .limit_s = fields.number("limit_s")};
    }
    if (kind == "never_called") {
        return NeverCalled{.why = fields.text("why")};
    }
    if (kind == "wrong") {
        return read_wrong(fields);
    }
    if (kind == "cheated") {
        return Cheated{.rule = fields.text("rule"), .evidence = fields.text("evidence")};
    }
    if (kind == "correct") {
        return read_correct(fields);
    }
    return std::nullopt;
}

} // namespace

std::string_view kind_of(const Outcome& outcome) {
    return std::visit(KindOf{}, outcome);
}

bool compiled(const Outcome& outcome) {
    return std::visit(Compiled{}, outcome);
}

bool correct(const Outcome& outcome) {
    return std::holds_alternative<Correct>(outcome);
}

std::string describe(const Outcome& outcome) {
    return std::visit(Describe{}, outcome);
}

nlohmann::json to_json(const Outcome& outcome) {
    nlohmann::json json = {{"kind", kind_of(outcome)}};
    std::visit(Fill{json}, outcome);
    return json;
}

std::optional<Outcome> outcome_from_json(const nlohmann::json& json) {
    FieldReader fields(json, "outcome");
    const std::string kind = fields.text("kind");
    std::optional<Outcome> outcome = read_kind(kind, fields);
    return fields.ok() ? outcome : std::nullopt;
}

} // namespace mkb
