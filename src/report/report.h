#pragma once
// A run as pictures and tables: one self-contained HTML file (no request leaves it), and a table for the terminal.
#include "base/result.h"
#include "score/score.h"
#include "store/store.h"

#include <filesystem>
#include <string>

namespace mkb {

/// Self-contained HTML: what was judged, outcome by category (stacked bars), speed-up per task with intervals on a log
/// axis, latency against the roofline, a table of evaluations with details that unfold, what was not evaluated and why,
/// and how to recompute. Says "emulated" wherever times are. Works without scripts as far as the tables go.
Result<std::string> html_report(Store& store, const std::map<std::string, std::string>& task_ids);

/// Terminal table: one line per evaluation, newest attempt per key, outcome, speed-up with interval, latency, share of
/// the limit.
std::string evaluation_table(const std::vector<Record>& records, const std::vector<NotEvaluated>& trouble, bool colour,
                             int width = 120);

} // namespace mkb
