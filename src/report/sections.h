#pragma once
// The parts of the page that are plain HTML and need no script. Private to this room.
#include "report/run_view.h"

#include <string>

namespace mkb {

std::string lead_html(const RunView& run);
std::string facts_html(const RunView& run);
std::string scores_html(const RunView& run);
std::string evaluations_html(const RunView& run);
/// Empty when everything was evaluated.
std::string trouble_html(const RunView& run);
std::string recompute_html(const RunView& run);

/// What unfolds below one evaluation.
std::string details_html(const Record& record);

/// Why a correct kernel has no time, and its cost where instructions were counted instead.
std::string unmeasured_text(const Record& record);

/// A rounded mark in the outcome's colour.
std::string chip_html(std::string_view kind, std::string_view text);

} // namespace mkb
