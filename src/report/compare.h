#pragma once
// Runs side by side, with the published rows beside ours: one self-contained HTML file without scripts.
#include "score/score.h"

#include <string>
#include <vector>

namespace mkb {

/// One method of one run.
struct ComparedScore {
    std::string run;
    Score score;
};

/// Rows in the order given; with categories where scores have one. All metrics with their 95 % intervals.
std::string compare_html(const std::vector<ComparedScore>& scores);

} // namespace mkb
