#include "report/sections.h"

#include "record/printable.h"
#include "report/html.h"
#include "score/failure.h"

#include <algorithm>

namespace mkb {
namespace {

std::string plural(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string kind_words(std::string_view kind) {
    std::string words(kind);
    std::ranges::replace(words, '_', ' ');
    return words;
}

std::string date_of(const std::string& rfc3339) {
    return rfc3339.size() >= 16 && rfc3339[10] == 'T' ? rfc3339.substr(0, 10) + " " + rfc3339.substr(11, 5) + " UTC"
                                                      : rfc3339;
}

std::string fact(std::string_view name, const std::string& value_html) {
    return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escape_html(name), value_html);
}

std::string number(const Share& share) {
    return share.of == 0 ? "–" : fmt::format("{:.1f}", 100.0 * share.count / share.of);
}

std::string percent(const Share& share) {
    return share.of == 0 ? "–" : number(share) + " %";
}

std::string share_cell(const Share& share) {
    return fmt::format("<td class=\"num\">{}<small>{} of {}<br>{:.0f}–{:.0f} %</small></td>", percent(share),
                       share.count, share.of, 100 * share.interval.low, 100 * share.interval.high);
}

std::string short_share_cell(const Share& share) {
    return fmt::format("<td class=\"num\">{}</td>", percent(share));
}

std::string fast_cell(const Share& point, const Share& sure, bool overall) {
    return overall ? fmt::format("<td class=\"num\">{}<small>sure {}</small></td>", percent(point), percent(sure))
                   : fmt::format("<td class=\"num\">{} / {}</td>", number(point), percent(sure));
}

std::string score_row(const Score& score) {
    const bool overall = score.category.empty();
    std::string row = overall ? fmt::format("<tr class=\"overall\"><td>{}<small>{}</small></td>",
                                            escape_html(printable_line(method_name(score.method, score.model), 80)),
                                            plural(static_cast<std::size_t>(score.evaluations), "evaluation"))
                              : fmt::format("<tr class=\"category\"><td>{}</td>", escape_html(score.category));
    row += fmt::format("<td class=\"num\">{}</td>", score.tasks);
    row += overall ? share_cell(score.csr) + share_cell(score.fcr)
                   : short_share_cell(score.csr) + short_share_cell(score.fcr);
    for (const auto& [threshold, share] : score.fast) {
        row += fast_cell(share, score.fast_sure.at(threshold), overall);
    }
    const MeanInterval& mean = score.geometric_speedup;
    const std::string interval = overall && mean.mean > 0
                                     ? fmt::format("<small>{:.2f}–{:.2f}<br>arithmetic {:.2f}×</small>", mean.low,
                                                   mean.high, score.arithmetic_speedup)
                                     : "";
    row += fmt::format("<td class=\"num\">{}{}</td><td class=\"num\">{}</td></tr>\n", format_ratio(mean.mean), interval,
                       score.not_evaluated == 0 ? "–" : fmt::format("{}", score.not_evaluated));
    return row;
}

constexpr std::string_view kGlossary = R"html(<dl class="glossary">
<dt>CSR</dt><dd>Compilation success rate: share of tasks whose candidate builds.</dd>
<dt>FCR</dt><dd>Functional correctness rate: share of tasks whose candidate gives the reference’s results on all inputs tried.</dd>
<dt>fast_p</dt><dd>Share of tasks that are correct and strictly more than p times as fast as the framework’s own (native) kernel.
Emulated or unmeasured times never count.</dd>
<dt>sure</dt><dd>The same, counting only tasks whose whole 95 % interval is above p; by category it stands after the slash.</dd>
<dt>speed-up</dt><dd>Native time divided by candidate’s time, geometric mean over the tasks that are correct and timed.</dd>
<dt>small print</dt><dd>Below a share its 95 % interval (Wilson); below the mean speed-up the interval over tasks (bootstrap).</dd>
</dl>
)html";

// The most that a correct candidate was off by, so that "correct" is not only a word.
std::string checks_text(const Record& record) {
    if (record.regime_errors.empty()) {
        return "";
    }
    double worst = 0;
    for (const RegimeError& e : record.regime_errors) {
        worst = std::max(worst, e.error);
    }
    const std::string checks = plural(record.regime_errors.size(), "check") + " passed, ";
    return worst == 0 ? checks + "all exact" : fmt::format("{}at most {:.1e} off", checks, worst);
}

std::string correct_cells(const Record& record, const Correct& o) {
    const std::string checks = escape_html(checks_text(record));
    if (!o.measured) {
        return fmt::format("<span class=\"whole\">{}<small>{}</small></span>", escape_html(unmeasured_text(record)),
                           checks);
    }
    const std::string emulated = record.device.emulated ? "<small>emulated</small>" : "";
    return fmt::format("<span>{}</span><span class=\"right\">{}<small>{:.2f}–{:.2f}</small>{}</span>"
                       "<span class=\"right\">{}<small>native {}</small>{}</span>"
                       "<span class=\"right\">{}<small>native {}</small></span>",
                       checks.empty() ? "" : "<small>" + checks + "</small>", format_ratio(o.speedup), o.speedup_low,
                       o.speedup_high, emulated, format_time(o.latency_us), format_time(o.native_latency_us), emulated,
                       format_share(o.share_of_limit), format_share(o.native_share_of_limit));
}

// "MaxPool k3s2p1_64x56"; the category stands elsewhere.
std::string task_name(const Record& record) {
    const std::size_t slash = record.task_id.rfind('/');
    const std::string size = slash == std::string::npos ? "" : record.task_id.substr(slash + 1);
    return record.operator_name.empty() || size.empty() ? record.task_id : record.operator_name + " " + size;
}

std::string whole(const std::string& html) {
    return html.empty() ? "" : "<span class=\"whole\">" + html + "</span>";
}

std::string evaluation_row(const Record& record) {
    const std::string_view kind = kind_of(record.outcome);
    const auto* o = std::get_if<Correct>(&record.outcome);
    std::string who = record.label.empty() ? record.candidate_hash.substr(0, 12) : printable_line(record.label, 80);
    if (record.method != "evaluate" || !record.model.empty()) {
        who += " · " + printable_line(method_name(record.method, record.model), 60);
    }
    std::string flags;
    for (const std::string& flag : record.flags) {
        flags += fmt::format("<small class=\"flag\">{}</small>", escape_html(printable_line(flag)));
    }
    return fmt::format("<details class=\"evaluation\" data-kind=\"{}\" id=\"e-{}\"><summary><div class=\"grid\">"
                       "<span>{}</span><span title=\"{}\">{}<small>{} · {}</small></span>{}"
                       "</div></summary><div class=\"inside\">{}</div></details>\n",
                       kind, escape_html(record.id), chip_html(kind, kind_words(kind)), escape_html(record.task_id),
                       escape_html(printable_line(task_name(record))), escape_html(record.category), escape_html(who),
                       o != nullptr ? correct_cells(record, *o) + whole(flags)
                                    : whole(escape_html(describe(record.outcome)) + flags),
                       details_html(record));
}

std::string filter_bar(const RunView& run) {
    std::map<std::string_view, int> counts;
    for (const Record& record : run.shown) {
        ++counts[kind_of(record.outcome)];
    }
    std::string bar = "<div class=\"filters\" id=\"filters\" hidden>";
    for (const std::string_view kind : kOutcomeKinds) {
        if (counts.contains(kind)) {
            const bool deep = chip_html(kind, "").find("deep") != std::string::npos;
            bar += fmt::format("<button class=\"chip{}\" style=\"--swatch:var(--kind-{})\" data-kind=\"{}\" "
                               "aria-pressed=\"true\">{} {}</button>",
                               deep ? " deep" : "", kind, kind, kind_words(kind), counts[kind]);
        }
    }
    return bar + "<input type=\"search\" placeholder=\"task, label or text\" aria-label=\"Show only\"></div>\n";
}

std::string failures_html(const RunView& run) {
    std::string rows;
    std::vector<const Score*> methods;
    for (const Score& score : run.scores) {
        if (score.category.empty()) {
            methods.push_back(&score);
        }
    }
    for (const FailureClass& each : failure_classes()) {
        std::string cells;
        bool any = false;
        for (const Score* score : methods) {
            const auto found = score->failures.find(std::string(each.name));
            any = any || found != score->failures.end();
            cells += fmt::format("<td class=\"num\">{}</td>",
                                 found == score->failures.end() ? "–" : fmt::format("{}", found->second));
        }
        std::map<std::string, int> categories;
        for (const Score& score : run.scores) {
            if (const auto found = score.failures.find(std::string(each.name));
                !score.category.empty() && found != score.failures.end()) {
                categories[score.category] += found->second;
            }
        }
        std::string by_category;
        for (const auto& [category, count] : categories) {
            by_category += fmt::format("{}{} {}", by_category.empty() ? "" : ", ", category, count);
        }
        rows += any ? fmt::format("<tr><td>{}<small>{}</small></td>{}<td>{}</td></tr>\n", each.name,
                                  escape_html(each.meaning), cells, escape_html(by_category))
                    : "";
    }
    if (rows.empty()) {
        return "";
    }
    std::string head;
    for (const Score* score : methods) {
        head += fmt::format("<th class=\"num\">{}</th>",
                            escape_html(printable_line(method_name(score->method, score->model), 60)));
    }
    return "<h3>Why candidates failed</h3>\n<p class=\"note\">Evaluations, not tasks; read from what the compiler and "
           "the "
           "verifier said (docs/failures.md).</p>\n<div class=\"scroll\"><table "
           "class=\"score\"><thead><tr><th>class</th>" +
           head + "<th>by category</th></tr></thead><tbody>\n" + rows + "</tbody></table></div>\n";
}

} // namespace

std::string chip_html(std::string_view kind, std::string_view text) {
    constexpr std::string_view kDeep[] = {"crashed", "cheated", "never_called"};
    const bool deep = std::ranges::find(kDeep, kind) != std::end(kDeep);
    return fmt::format("<span class=\"chip{}\" style=\"--swatch:var(--kind-{})\">{}</span>", deep ? " deep" : "", kind,
                       escape_html(text));
}

std::string lead_html(const RunView& run) {
    const auto methods = std::ranges::count_if(run.scores, [](const Score& s) { return s.category.empty(); });
    const int tasks = run.scores.empty() ? 0 : run.scores.front().tasks;
    std::string text = fmt::format(
        "{} of candidate kernels by {} on {}. Each candidate was built, checked against a reference, and, when "
        "correct, timed against the framework’s own kernel in pairs of fresh processes.",
        plural(run.evaluations, "evaluation"), plural(static_cast<std::size_t>(methods), "method"),
        plural(static_cast<std::size_t>(tasks), "task"));
    if (!run.trouble.empty()) {
        text +=
            fmt::format(" <strong>{} not evaluated</strong>, see <a href=\"#trouble\">below</a>.", run.trouble.size());
    }
    if (run.emulated > 0) {
        text += fmt::format(" <strong>{} on an emulated device</strong>: their times are not those of any real one and "
                            "count nowhere.",
                            plural(run.emulated, "evaluation"));
    }
    return text;
}

std::string facts_html(const RunView& run) {
    constexpr std::size_t kShownValues = 4;
    std::string html =
        fact("Judged", run.first_created.empty() ? "nothing yet"
                                                 : escape_html(date_of(run.first_created)) +
                                                       (date_of(run.first_created) == date_of(run.last_created)
                                                            ? ""
                                                            : " to " + escape_html(date_of(run.last_created))));
    for (const char* name : {"Device", "CPU", "Isolation", "Framework", "Compiler", "Profile", "Tool"}) {
        const auto found = run.facts.find(name);
        if (found == run.facts.end() || found->second.empty()) {
            continue;
        }
        std::string values;
        std::size_t shown = 0;
        for (const auto& [value, count] : found->second) {
            if (++shown > kShownValues) {
                values += fmt::format("<br>and {} more", found->second.size() - kShownValues);
                break;
            }
            const std::string times = found->second.size() > 1 ? fmt::format(" ({} evaluations)", count) : "";
            values += (values.empty() ? "" : "<br>") + escape_html(printable_line(value)) + times;
        }
        html += fact(name, values);
    }
    return html;
}

std::string scores_html(const RunView& run) {
    if (run.scores.empty()) {
        return "<p>No evaluations yet.</p>";
    }
    std::string html =
        "<div class=\"scroll\"><table class=\"score\"><thead><tr><th>method</th><th class=\"num\">tasks</th>"
        "<th class=\"num\">CSR</th><th class=\"num\">FCR</th>";
    for (const double threshold : kFastThresholds) {
        html += fmt::format("<th class=\"num\">fast_{:.1f}</th>", threshold);
    }
    html += "<th class=\"num\">mean speed-up</th><th class=\"num\">not<br>evaluated</th></tr></thead><tbody>\n";
    for (const Score& score : run.scores) {
        html += score_row(score);
    }
    html += "</tbody></table></div>\n";
    for (const Score& score : run.scores) {
        if (score.category.empty() && (score.calls > 0 || score.tokens > 0)) {
            html += fmt::format("<p class=\"note\">{}: {} model calls, {:.0f} tokens, {:.2f} spent.</p>\n",
                                escape_html(printable_line(method_name(score.method, score.model), 80)), score.calls,
                                score.tokens, score.money);
        }
    }
    return html + std::string(kGlossary) + failures_html(run);
}

std::string evaluations_html(const RunView& run) {
    if (run.shown.empty()) {
        return "<p>No evaluations yet.</p>";
    }
    std::string html =
        "<p class=\"note\">Each line unfolds. <em>Share of the limit</em>: the least time the device could "
        "need, divided by the time it took; 100 % cannot be beaten.</p>\n";
    if (run.evaluations > run.shown.size()) {
        html += fmt::format(
            "<p class=\"flag\">Shown are the newest {} of {} evaluations; score and pictures count all. The "
            "rest is in records.jsonl and run.db in the run’s folder.</p>\n",
            run.shown.size(), run.evaluations);
    }
    html += filter_bar(run);
    html += "<div class=\"head grid\"><span>outcome</span><span>task, candidate</span><span>what happened</span><span "
            "class=\"right\">speed-up</span><span class=\"right\">latency</span><span class=\"right\">share of "
            "limit</span></div>\n<div id=\"evaluations\">\n";
    for (const Record& record : run.shown) {
        html += evaluation_row(record);
    }
    return html + "</div>\n";
}

std::string trouble_html(const RunView& run) {
    if (run.trouble.empty()) {
        return "";
    }
    std::string html =
        "<section id=\"trouble\"><h2>Not evaluated</h2>\n<p class=\"note\">Trouble on our side (device, disk, "
        "network) ended these; it says nothing about the candidates. They stay in every denominator and in "
        "this list until an evaluation succeeds.</p>\n<div class=\"scroll\"><table class=\"trouble\"><thead>"
        "<tr><th>task</th><th>candidate</th><th>what happened</th><th class=\"num\">attempts</th>"
        "<th>last</th></tr></thead><tbody>\n";
    std::size_t rows = 0;
    for (const NotEvaluated& entry : run.trouble) {
        if (++rows > kTableRows) {
            html +=
                fmt::format("<tr><td colspan=\"5\">and {} more in run.db</td></tr>\n", run.trouble.size() - kTableRows);
            break;
        }
        const std::string who =
            entry.label + (entry.label.empty() ? "" : " · ") + method_name(entry.method, entry.model);
        html += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"num\">{}</td><td>{}</td></tr>\n",
                            escape_html(entry.task_id), escape_html(printable_line(who, 100)),
                            escape_html(printable_line(entry.message, 400)), entry.attempts,
                            escape_html(date_of(entry.when)));
    }
    return html + "</tbody></table></div></section>\n";
}

std::string recompute_html(const RunView& run) {
    return fmt::format("<p>Every figure here is computed from the run’s records alone, and can be computed again:</p>\n"
                       "<pre>mkb score {0}\nmkb report {0}</pre>\n"
                       "<p class=\"note\">Give the path of the folder “{0}”. It holds run.db, an SQLite file to which "
                       "evaluations are only ever appended, with sources, logs and raw samples by their hash; "
                       "records.jsonl, where present, is the same records as text.</p>\n",
                       escape_html(printable_line(run.folder_name, 80)));
}

} // namespace mkb
