#pragma once
// The page's part about agents: a curve and each round of every task. Plain HTML and SVG, no script. Private to this
// room.
#include "report/trace.h"

#include <string>

namespace mkb {

constexpr std::size_t kTracesShown = 200; ///< tasks with their rounds on the page
constexpr std::size_t kTraceTextBytes = std::size_t{24}
                                        << 20; ///< prompts and answers of all of them; then they are left out

/// Empty where no agent worked.
std::string rounds_html(const std::vector<TaskTrace>& traces);

/// Speed-up by round on a log axis, best so far as a line, each point labelled by bottleneck and method; empty where
/// nothing was measured.
std::string curve_svg(const TaskTrace& trace);

} // namespace mkb
