#include "report/html.h"
#include "report/report.h"
#include "report/rounds.h"
#include "report/run_view.h"
#include "report/sections.h"
#include "report/web_assets.h"

namespace mkb {
namespace {

// Nothing is ever loaded; scripts run by their hash alone. Styles inline, because the plots set them on their elements.
std::string content_policy() {
    return fmt::format(
        "default-src 'none'; script-src {} {} {}; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
        "form-action 'none'",
        script_hash(d3_script()), script_hash(plot_script()), script_hash(page_script()));
}

std::string embedded_script(std::string_view script) {
    // Our own file or a pinned library: where it could end its element early, it is our bug.
    MKB_CHECK(script.find("</script") == std::string_view::npos && script.find("<!--") == std::string_view::npos);
    return std::string(script);
}

} // namespace

Result<std::string> html_report(Store& store, const std::map<std::string, std::string>& task_ids) {
    MKB_TRY(run, read_run(store, task_ids));
    MKB_TRY(traces, read_traces(store, "", kTracesShown));
    return fill_template(
        page_template(),
        {{"policy", content_policy()},
         {"title", escape_html(run.folder_name)},
         {"style", std::string(page_style())},
         {"lead", lead_html(run)},
         {"facts", facts_html(run)},
         {"scores", scores_html(run)},
         {"evaluations", evaluations_html(run)},
         {"rounds", rounds_html(traces)},
         {"trouble", trouble_html(run)},
         {"recompute", recompute_html(run)},
         {"footer", "Pictures: D3 and Observable Plot (ISC licence), inside this file. Nothing is loaded "
                    "from anywhere."},
         {"data", json_for_script(plot_data(run))},
         {"d3", embedded_script(d3_script())},
         {"plot", embedded_script(plot_script())},
         {"script", embedded_script(page_script())}});
}

} // namespace mkb
