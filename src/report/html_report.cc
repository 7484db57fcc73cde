#include "report/html.h"
#include "report/report.h"
#include "report/rounds.h"
#include "report/run_view.h"
#include "report/sections.h"
#include "report/web_assets.h"

namespace mkb {

Result<std::string> html_report(Store& store, const std::map<std::string, std::string>& task_ids) {
    MKB_TRY(run, read_run(store, task_ids));
    MKB_TRY(traces, read_traces(store, "", kTracesShown));
    return fill_template(page_template(), {{"policy", content_policy({d3_script(), plot_script(), page_script()})},
                                           {"title", escape_html(run.folder_name)},
                                           {"style", std::string(page_style())},
                                           {"lead", lead_html(run)},
                                           {"facts", facts_html(run)},
                                           {"scores", scores_html(run)},
                                           {"evaluations", evaluations_html(run)},
                                           {"rounds", rounds_html(traces)},
                                           {"trouble", trouble_html(run)},
                                           {"recompute", recompute_html(run)},
                                           {"footer", std::string(kWebLibraries)},
                                           {"data", json_for_script(plot_data(run))},
                                           {"d3", embedded_script(d3_script())},
                                           {"plot", embedded_script(plot_script())},
                                           {"script", embedded_script(page_script())}});
}

} // namespace mkb
