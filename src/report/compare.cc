#include "report/compare.h"

#include "report/html.h"
#include "report/run_view.h"
#include "report/web_assets.h"
#include "score/published.h"

namespace mkb {
namespace {

std::string cell(const std::string& text) {
    return fmt::format("<td class=\"num\">{}</td>", text);
}

std::string share_cell(const Share& share) {
    return cell(share.of == 0 ? "–"
                              : fmt::format("{:.1f} <small>{:.0f}–{:.0f}</small>", 100.0 * share.count / share.of,
                                            100 * share.interval.low, 100 * share.interval.high));
}

std::string score_row(const ComparedScore& compared) {
    const Score& score = compared.score;
    std::string row = fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td>{}{}{}", escape_html(compared.run),
                                  escape_html(method_name(score.method, score.model)),
                                  score.category.empty() ? "all" : escape_html(score.category),
                                  cell(fmt::format("{}", score.tasks)), share_cell(score.csr), share_cell(score.fcr));
    for (const double threshold : kFastThresholds) {
        row += share_cell(score.fast.at(threshold));
    }
    const MeanInterval& speed = score.geometric_speedup;
    row += cell(speed.mean > 0
                    ? fmt::format("{} <small>{:.2f}–{:.2f}</small>", format_ratio(speed.mean), speed.low, speed.high)
                    : "–");
    row += cell(fmt::format("{}", score.calls)) + cell(fmt::format("{:.0f}", score.tokens)) +
           cell(fmt::format("{:.2f}", score.money));
    return row + cell(fmt::format("{}", score.not_evaluated)) + "</tr>\n";
}

std::string published_row(const PublishedRow& row) {
    std::string html = fmt::format("<tr class=\"published\"><td>published</td><td>{}</td><td>all</td>{}",
                                   escape_html(row.method), cell(fmt::format("{}", row.tasks)));
    for (const double value : {row.csr, row.fcr, row.fast_05, row.fast_10, row.fast_15}) {
        html += cell(fmt::format("{:.1f}", value));
    }
    return html + "<td colspan=\"5\">other hardware</td></tr>\n";
}

} // namespace

std::string compare_html(const std::vector<ComparedScore>& scores) {
    std::string rows;
    for (const ComparedScore& compared : scores) {
        rows += score_row(compared);
    }
    for (const PublishedRow& row : published_rows()) {
        rows += published_row(row);
    }
    return fmt::format(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n<title>mkb: runs side by "
        "side</title>\n<style>{}</style>\n"
        "</head>\n<body>\n<header><h1>Runs side by side</h1>\n<p class=\"lead\">In % of the tasks, each by its best "
        "candidate; "
        "small: 95 % intervals. fast_p: correct and more than p times as fast as native. Last rows: "
        "{}.</p></header>\n<main>\n"
        "<table><thead><tr><th>run</th><th>method</th><th>category</th><th>tasks</th><th>CSR</th><th>FCR</"
        "th><th>fast_0.5</th>"
        "<th>fast_1.0</th><th>fast_1.5</th><th>speed-up</th><th>calls</th><th>tokens</th><th>money</th><th>n.e.</th></"
        "tr></thead>\n"
        "<tbody>\n{}</tbody></table>\n</main>\n</body>\n</html>\n",
        page_style(), kPublishedOn, rows);
}

} // namespace mkb
