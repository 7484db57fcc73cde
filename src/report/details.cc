#include "record/printable.h"
#include "report/html.h"
#include "report/sections.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace mkb {
namespace {

std::string block(std::string_view title, const std::string& content) {
    return content.empty() ? "" : fmt::format("<div><h4>{}</h4>{}</div>\n", title, content);
}

std::string entry(std::string_view name, const std::string& value_html) {
    return value_html.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>", name, value_html);
}

std::string mono(std::string_view text) {
    return text.empty() ? "" : fmt::format("<code>{}</code>", escape_html(text));
}

std::string error_text(double error) {
    return error == 0 ? "exact" : std::isfinite(error) ? fmt::format("{:.1e}", error) : "no match";
}

// One overload per alternative: what the one-line description leaves out.
struct More {
    std::string operator()(const NoSource&) const { return ""; }
    std::string operator()(const BuildFailed& o) const {
        if (o.errors.empty()) {
            return "";
        }
        std::string rows;
        for (const BuildError& e : o.errors) {
            const std::string place = e.line > 0 ? fmt::format("{}:{}:{}", e.file, e.line, e.column) : e.file;
            rows += fmt::format("<tr><td>{}</td><td class=\"mono\">{}</td></tr>", mono(place), escape_html(e.message));
        }
        return block("Build errors", fmt::format("<table>{}</table>", rows));
    }
    std::string operator()(const LoadFailed&) const { return ""; }
    std::string operator()(const Crashed&) const { return ""; }
    std::string operator()(const TimedOut&) const { return ""; }
    std::string operator()(const NeverCalled&) const { return ""; }
    std::string operator()(const Wrong& o) const {
        std::string text;
        if (o.worst) {
            text += fmt::format("<p>Worst element [{}]: got {:g}, reference {:g}. {:.3g} % of the elements differ.</p>",
                                fmt::join(o.worst->index, ", "), o.worst->got, o.worst->reference,
                                100 * o.mismatched_share);
        }
        if (!o.report.empty()) {
            text += fmt::format("<pre>{}</pre>", escape_html(o.report));
        }
        return block("What differs", text);
    }
    std::string operator()(const Cheated& o) const {
        return block("Evidence", fmt::format("<pre>{}</pre>", escape_html(o.evidence)));
    }
    std::string operator()(const Correct&) const { return ""; }
};

std::string regimes_html(const Record& record) {
    std::string rows;
    for (const RegimeError& e : record.regime_errors) {
        rows += fmt::format("<tr><td>{}</td><td>{}</td><td class=\"num\">{}</td></tr>", escape_html(e.regime),
                            escape_html(e.output), error_text(e.error));
    }
    return rows.empty()
               ? ""
               : fmt::format("<table><thead><tr><th>kind of inputs</th><th>output</th><th class=\"num\">error, of "
                             "the maximum</th></tr></thead>{}</table>",
                             rows);
}

std::string pair_drawing(const MeasurementFacts& m, const Correct& o) {
    constexpr double kWidth = 420;
    const auto [least, most] = std::ranges::minmax(m.pair_ratios);
    const double low = std::min({least, o.speedup_low, 1.0}) * 0.97;
    const double span = std::max({most, o.speedup_high, 1.0}) * 1.03 - low;
    const auto x = [&](double ratio) { return 10 + (kWidth - 20) * (ratio - low) / span; };
    std::string svg =
        fmt::format("<svg class=\"pairs\" width=\"{0}\" height=\"48\" viewBox=\"0 0 {0} 48\" role=\"img\" "
                    "aria-label=\"ratios of the pairs\">",
                    kWidth);
    svg += fmt::format("<rect x=\"{:.1f}\" y=\"6\" width=\"{:.1f}\" height=\"22\" fill=\"var(--kind-correct)\" "
                       "fill-opacity=\".28\"/>",
                       x(o.speedup_low), std::max(1.0, x(o.speedup_high) - x(o.speedup_low)));
    svg += fmt::format("<path d=\"M{0:.1f} 2V32\" stroke=\"var(--ink)\"/><text x=\"{0:.1f}\" y=\"45\" font-size=\"12\" "
                       "text-anchor=\"middle\" fill=\"var(--soft)\">1×</text>",
                       x(1));
    for (const double ratio : m.pair_ratios) {
        svg += fmt::format("<circle cx=\"{:.1f}\" cy=\"17\" r=\"3.2\" fill=\"none\" stroke=\"var(--ink)\"/>", x(ratio));
    }
    if (std::abs(x(o.speedup) - x(1)) > 45) {
        svg += fmt::format("<text x=\"{:.1f}\" y=\"45\" font-size=\"12\" text-anchor=\"middle\" "
                           "fill=\"var(--ink)\">{}</text>",
                           x(o.speedup), format_ratio(o.speedup));
    }
    return svg + "</svg>";
}

std::string measurement_html(const Record& record) {
    const auto* o = std::get_if<Correct>(&record.outcome);
    if (!record.measurement || record.measurement->pair_ratios.empty() || o == nullptr) {
        return "";
    }
    const MeasurementFacts& m = *record.measurement;
    const bool drawable = std::ranges::all_of(m.pair_ratios, [](double r) { return std::isfinite(r) && r > 0; }) &&
                          std::isfinite(o->speedup_low) && std::isfinite(o->speedup_high);
    std::string html = drawable ? pair_drawing(m, *o) : "";
    html += fmt::format(
        "<p>{} pairs of fresh processes, {} timed runs a side, on core {}; other programs left {} % of the machine "
        "idle{}. A circle is a pair’s ratio native/candidate; the band is the 95 % interval of their "
        "median. Creating the session, with onResize: {} against {} native.</p>",
        m.pair_ratios.size(), m.iterations_per_side, m.core,
        std::isfinite(m.idle_share_before) ? std::round(100 * m.idle_share_before) : 0,
        m.quiet ? "" : ", so <strong>not quiet</strong>", format_time(m.resize_us), format_time(m.native_resize_us));
    if (record.device.emulated) {
        html = "<p class=\"flag\">On an emulated device: not times of any real one.</p>" + html;
    }
    return html;
}

std::string instructions_html(const Record& record) {
    if (!record.instructions) {
        return "";
    }
    const InstructionCounts& i = *record.instructions;
    return fmt::format(
        "<p>One run of the session: {} instructions, native {} (counted by {}). Repeatable, but no time: "
        "it counts in no score.</p>",
        i.candidate, i.native, escape_html(i.how));
}

std::string stages_html(const Record& record) {
    std::string rows;
    double wall_ms = 0;
    double cpu_ms = 0;
    for (const StageTime& s : record.stages) {
        wall_ms += s.wall_ms;
        // Of one that nobody took there is none in all.
        cpu_ms += s.cpu_ms > 0 ? s.cpu_ms : std::numeric_limits<double>::quiet_NaN();
        rows += fmt::format("<tr><td>{}</td><td class=\"num\">{}</td><td class=\"num\">{}</td></tr>",
                            escape_html(s.name), format_time(s.wall_ms * 1000), format_time(s.cpu_ms * 1000));
    }
    return rows.empty()
               ? ""
               : fmt::format("<table><thead><tr><th>stage</th><th class=\"num\">time</th><th class=\"num\">CPU</th>"
                             "</tr></thead>{}<tr><th>in all</th><th class=\"num\">{}</th><th class=\"num\">{}</th>"
                             "</tr></table>",
                             rows, format_time(wall_ms * 1000), format_time(cpu_ms * 1000));
}

std::string sources_html(const Record& record) {
    std::string rows;
    for (const auto& [name, hash] : record.source_artifacts) {
        rows += fmt::format("<tr><td>{}</td><td>{}</td></tr>", mono(name), mono(hash.substr(0, 16)));
    }
    const auto artifact = [&](std::string_view name, const std::string& hash) {
        if (!hash.empty()) {
            rows += fmt::format("<tr><td>{}</td><td>{}</td></tr>", name, mono(hash.substr(0, 16)));
        }
    };
    artifact("the answer", record.answer_artifact);
    artifact("build log", record.build_log_artifact);
    artifact("run log", record.run_log_artifact);
    artifact("expanded graph", record.graph ? record.graph->model_artifact : "");
    artifact("raw samples", record.measurement ? record.measurement->samples_artifact : "");
    return rows.empty()
               ? ""
               : fmt::format("<table><thead><tr><th>file</th><th>SHA-256 begins</th></tr></thead>{}</table>", rows);
}

std::string identity_html(const Record& record) {
    std::string settings;
    if (!record.settings.is_null() && !record.settings.empty()) {
        settings = record.settings.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    }
    std::string html = entry("id", mono(record.id)) + entry("made", escape_html(record.created)) +
                       entry("candidate", mono(record.candidate_hash.substr(0, 16))) +
                       entry("origin", escape_html(printable_line(record.origin))) +
                       entry("form", escape_html(record.form)) + entry("built as", escape_html(record.build)) +
                       entry("built for", escape_html(fmt::format("{}", fmt::join(record.targets, ", ")))) +
                       entry("framework", escape_html(record.framework.name + " " + record.framework.version +
                                                      ", build " + record.framework.build_key.substr(0, 16))) +
                       entry("device", escape_html(record.device.name + ", isolation " + record.device.isolation)) +
                       entry("profile", escape_html(record.profile)) + entry("settings", mono(settings)) +
                       entry("seed", mono(record.seed));
    return "<dl>" + html + "</dl>";
}

} // namespace

std::string unmeasured_text(const Record& record) {
    const std::string text = record.device.emulated ? "emulated" : "not measured";
    if (!record.instructions || record.instructions->native <= 0) {
        return record.device.emulated ? "not measured: emulated" : text;
    }
    return fmt::format("{}; {} native's instructions", text,
                       format_ratio(static_cast<double>(record.instructions->candidate) /
                                    static_cast<double>(record.instructions->native)));
}

std::string details_html(const Record& record) {
    std::string flags;
    for (const std::string& flag : record.flags) {
        flags += fmt::format("<p class=\"flag\">{}</p>", escape_html(flag));
    }
    return flags + std::visit(More{}, record.outcome) + "<div class=\"columns\">" +
           block("Measurement", measurement_html(record)) + block("Instructions", instructions_html(record)) +
           block("Verification", regimes_html(record)) + block("Time spent judging", stages_html(record)) +
           block("Sources and logs", sources_html(record)) + block("Identity", identity_html(record)) + "</div>";
}

} // namespace mkb
