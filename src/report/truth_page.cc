#include "report/truth_page.h"

#include "report/html.h"
#include "report/web_assets.h"

#include <algorithm>
#include <fmt/format.h>

namespace mkb {

namespace {

std::string table(std::string_view head, const std::string& rows) {
    return fmt::format("<div class=\"scroll\"><table><thead><tr>{}</tr></thead><tbody>\n{}</tbody></table></div>\n",
                       head, rows);
}

std::string number(const std::string& text) {
    return "<td class=\"num\">" + text + "</td>";
}

std::string percent(double share, int digits = 1) {
    return fmt::format("{:.{}f} %", 100 * share, digits);
}

std::string demands_html(const Truth& truth) {
    std::string rows;
    for (const ShareCheck& check : truth.checks) {
        const ShareInterval interval = check.interval();
        const bool refused = check.verdict() == ShareCheck::Verdict::refused;
        rows += fmt::format("<tr><td>{}</td>", escape_html(check.what)) +
                number(fmt::format("{} of {}", check.count, check.of)) + number(percent(check.share())) +
                number(fmt::format("{} – {}", percent(interval.low), percent(interval.high))) +
                number(fmt::format("{} {}", check.at_least ? "≥" : "≤", percent(check.threshold))) +
                number(fmt::format("{:.2g}", check.p_value())) +
                fmt::format("<td>{0}{1}{2}</td></tr>\n", refused ? "<strong>" : "", name_of(check.verdict()),
                            refused ? "</strong>" : "");
    }
    return table(
        "<th>share of</th><th>found</th><th>share</th><th>95 % interval</th><th>demanded</th><th>p</th><th></th>",
        rows);
}

std::string groups_html(const Truth& truth) {
    std::string rows;
    for (const KnownGroup& group : truth.groups) {
        rows +=
            fmt::format("<tr><td>{}</td>", escape_html(group.name)) + number(fmt::format("{:.4f}", group.expected()));
        for (const int count : {group.timed(), group.holds(), group.seen(), group.sure()}) {
            rows += number(std::to_string(count));
        }
        rows += number("± " + percent(group.half_width(), 2)) + number(percent(group.largest(), 2));
        for (const int count : {group.untimed, group.not_evaluated, group.not_begun}) {
            rows += number(std::to_string(count));
        }
        rows += "</tr>\n";
    }
    return table(
        "<th></th><th>true ratio</th><th>timed</th><th>hold it</th><th>surely slower</th><th>surely faster</th>"
        "<th>half interval, median</th><th>largest error</th><th>not correct</th><th>not evaluated</th>"
        "<th>no time for it</th>",
        rows);
}

std::string order_html(const Truth& truth) {
    std::string rows;
    for (const RoleEffect& effect : truth.roles) {
        rows += fmt::format("<tr><td>the side that {}</td>", escape_html(effect.role)) +
                number(fmt::format("{} of {}", effect.won, effect.of)) +
                number(fmt::format("{:+.3f} %", 100 * effect.gain)) + "</tr>\n";
    }
    return table("<th></th><th>quicker in pairs</th><th>by, median</th>", rows);
}

std::string tasks_html(const Truth& truth) {
    std::string items;
    for (const std::string& task : truth.tasks) {
        items += fmt::format("<li><code>{}</code></li>", escape_html(task));
    }
    return "<ul class=\"columns\">" + items + "</ul>\n";
}

std::string lead_html(const Truth& truth) {
    switch (truth.verdict()) {
    case ShareCheck::Verdict::refused:
        return "<strong>No: something that is demanded does not hold.</strong>";
    case ShareCheck::Verdict::compatible:
        return "Everything found is compatible with what is demanded.";
    case ShareCheck::Verdict::too_few:
        break;
    }
    return "Too little has been measured to say.";
}

std::string facts_html(const Truth& truth) {
    const auto fact = [](const char* name, const std::string& value) {
        return fmt::format("<div><dt>{}</dt><dd>{}</dd></div>", name, escape_html(value));
    };
    return fact("Processor", truth.machine) + fact("Profile", truth.profile) +
           fact("Tasks", std::to_string(truth.tasks.size())) +
           fact("Time", fmt::format("{:.0f} of {:.0f} min", truth.spent_min, truth.budget_min));
}

nlohmann::json page_data(const Truth& truth) {
    std::vector<const KnownGroup*> calm;
    for (const KnownGroup& group : truth.groups) {
        if (group.calm && group.timed() > 0) {
            calm.push_back(&group);
        }
    }
    std::ranges::sort(calm, {}, &KnownGroup::extra_work);
    nlohmann::json data = to_json(truth);
    data["power"] = nlohmann::json::array();
    for (const KnownGroup* group : calm) {
        const ShareInterval interval = exact_share_interval(group->seen(), group->timed());
        data["power"].push_back({{"work", group->extra_work},
                                 {"seen", group->seen()},
                                 {"of", group->timed()},
                                 {"share", static_cast<double>(group->seen()) / group->timed()},
                                 {"low", interval.low},
                                 {"high", interval.high},
                                 {"demanded", least_seen(group->extra_work)}});
    }
    return data;
}

} // namespace

std::string truth_page(const Truth& truth) {
    return fill_template(selftest_template(),
                         {{"policy", content_policy({d3_script(), plot_script(), selftest_script()})},
                          {"style", std::string(page_style())},
                          {"lead", lead_html(truth)},
                          {"facts", facts_html(truth)},
                          {"level", percent(kTestLevel, 0)},
                          {"demands", demands_html(truth)},
                          {"groups", groups_html(truth)},
                          {"order", order_html(truth)},
                          {"tasks", tasks_html(truth)},
                          {"footer", std::string(kWebLibraries)},
                          {"data", json_for_script(page_data(truth))},
                          {"d3", embedded_script(d3_script())},
                          {"plot", embedded_script(plot_script())},
                          {"script", embedded_script(selftest_script())}});
}

} // namespace mkb
