#include "report/rounds.h"

#include "record/printable.h"
#include "report/html.h"
#include "report/sections.h"

#include <algorithm>
#include <cmath>

namespace mkb {
namespace {

std::string without_marks_html(const std::string& marked) {
    std::string text = marked;
    std::erase_if(text, [](char c) { return c == '\x01' || c == '\x02'; }); // around measured figures
    return escape_html(text);
}

std::string folded(std::string_view title, const std::string& pre_html) {
    return pre_html.empty() ? ""
                            : fmt::format("<details><summary>{}</summary><pre>{}</pre></details>\n", title, pre_html);
}

/// Cut once all texts together have used up what a page can hold.
class Texts {
public:
    std::string take(const std::string& html) {
        if (used_ + html.size() > kTraceTextBytes) {
            return "(left out; <code>mkb trace</code> shows it)";
        }
        used_ += html.size();
        return html;
    }

private:
    std::size_t used_ = 0;
};

std::string answer_of(const ModelCall& call) {
    if (!call.answer) {
        return call.failure.empty() ? "(lost with its process)" : call.failure;
    }
    const auto text = call.answer->find("text");
    return text != call.answer->end() && text->is_string() ? text->get<std::string>() : "";
}

std::string calls_html(const TraceRound& round, Texts& texts) {
    std::string html;
    for (const ModelCall& call : round.calls) {
        const std::string name = escape_html(call.role) + (call.attempt > 0 ? ", asked again" : "");
        html += folded(name + ": prompt", texts.take(without_marks_html(call.prompt)));
        html += folded(name + ": answer", texts.take(escape_html(answer_of(call))));
    }
    return html;
}

std::string round_html(const TraceRound& round, bool is_agent, Texts& texts) {
    const std::string plan = round.plan.empty() ? "" : without_marks_html(round.plan);
    return fmt::format(
        "<details class=\"round\"><summary>{} {} {} {}</summary>{}{}{}</details>\n", is_agent ? "round" : "sample",
        round.round, chip_html(kind_of(round.record.outcome), describe(round.record.outcome)),
        round.bottleneck.empty() ? "" : escape_html(round.bottleneck + ": " + round.method),
        plan.empty() ? "" : fmt::format("<h4>Plan ({})</h4><pre>{}</pre>", escape_html(round.plan_role), plan),
        folded(round.parent > 0 ? fmt::format("changes of round {}’s code", round.parent) : "code",
               texts.take(escape_html(round.difference))),
        calls_html(round, texts));
}

/// Places in the picture.
struct Axes {
    double low, high; ///< of log2 of the speed-up
    int first, last;  ///< rounds
    static constexpr double kWidth = 720, kHeight = 220, kLeft = 48, kRight = 16, kTop = 16, kBottom = 28;
    double x(int round) const {
        const double share = last == first ? 0.5 : static_cast<double>(round - first) / (last - first);
        return kLeft + share * (kWidth - kLeft - kRight);
    }
    double y(double speedup) const {
        return kTop + (high - std::log2(speedup)) / (high - low) * (kHeight - kTop - kBottom);
    }
};

Axes axes_of(const TaskTrace& trace) {
    Axes axes{.low = -0.5, .high = 0.5, .first = trace.rounds.front().round, .last = trace.rounds.back().round};
    for (const TraceRound& round : trace.rounds) {
        if (round.speedup > 0) {
            axes.low = std::min(axes.low, std::log2(round.speedup) - 0.2);
            axes.high = std::max(axes.high, std::log2(round.speedup) + 0.4);
        }
    }
    return axes;
}

} // namespace

std::string curve_svg(const TaskTrace& trace) {
    if (trace.rounds.empty() || trace.rounds.back().best_so_far <= 0) {
        return "";
    }
    const Axes axes = axes_of(trace);
    std::string svg =
        fmt::format("<svg class=\"curve\" viewBox=\"0 0 {0} {1}\" role=\"img\" aria-label=\"speed-up by round\">"
                    "<line x1=\"{2}\" x2=\"{3}\" y1=\"{4:.1f}\" y2=\"{4:.1f}\" stroke=\"currentColor\" "
                    "stroke-opacity=\".35\"/><text x=\"4\" y=\"{5:.1f}\" font-size=\"11\">native</text>",
                    Axes::kWidth, Axes::kHeight, Axes::kLeft, Axes::kWidth - Axes::kRight, axes.y(1), axes.y(1) + 4);
    std::string best;
    for (const TraceRound& round : trace.rounds) {
        const double x = axes.x(round.round);
        if (round.best_so_far > 0) {
            best += fmt::format("{:.1f},{:.1f} ", x, axes.y(round.best_so_far));
        }
        svg += fmt::format("<text x=\"{:.1f}\" y=\"{}\" font-size=\"11\" text-anchor=\"middle\">{}</text>", x,
                           Axes::kHeight - 6, round.round);
        const std::string label =
            escape_html(round.bottleneck.empty() ? "first version" : round.bottleneck + ": " + round.method);
        if (round.speedup > 0) {
            svg += fmt::format(
                "<circle cx=\"{0:.1f}\" cy=\"{1:.1f}\" r=\"4\" fill=\"currentColor\"><title>{2}</title></circle>"
                "<text x=\"{0:.1f}\" y=\"{3:.1f}\" font-size=\"10\" text-anchor=\"middle\">{4}</text>",
                x, axes.y(round.speedup), label, axes.y(round.speedup) - 8, format_ratio(round.speedup));
        } else {
            svg += fmt::format(
                "<text x=\"{:.1f}\" y=\"{}\" font-size=\"12\" text-anchor=\"middle\">✕<title>{}: {}</title></text>", x,
                Axes::kHeight - 18, escape_html(std::string(kind_of(round.record.outcome))), label);
        }
    }
    return svg + fmt::format(
                     "<polyline points=\"{}\" fill=\"none\" stroke=\"currentColor\" stroke-dasharray=\"4 3\"/></svg>\n",
                     best);
}

std::string rounds_html(const std::vector<TaskTrace>& traces) {
    if (traces.empty()) {
        return "";
    }
    Texts texts;
    std::string html =
        "<section id=\"rounds\">\n<h2>Rounds</h2>\n<p class=\"note\">What a model was asked, what it answered, "
        "and what came of it. The dashed line is the best kernel so far; ✕ is a round whose kernel was not "
        "correct, or not timed.</p>\n";
    for (const TaskTrace& trace : traces) {
        const bool is_agent = trace.method.starts_with("moka");
        html += fmt::format(
            "<details class=\"task\"><summary>{} · {} · {}{}</summary>\n", escape_html(trace.task_id),
            escape_html(trace.method), escape_html(trace.model),
            trace.rounds.back().best_so_far > 0 ? ": best " + format_ratio(trace.rounds.back().best_so_far) : "");
        html += is_agent ? curve_svg(trace) : "";
        for (const TraceRound& round : trace.rounds) {
            html += round_html(round, is_agent, texts);
        }
        html += "</details>\n";
    }
    return html + "</section>\n";
}

} // namespace mkb
