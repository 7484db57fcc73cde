#include "device/blocks.h"

#include <algorithm>
#include <cmath>

namespace mkb {

Blocks blocks_for(const BlockBounds& bounds, double latency_us) {
    const auto within = [](double value, int low, int high) {
        return static_cast<int>(std::clamp(std::round(value), static_cast<double>(low), static_cast<double>(high)));
    };
    const double runs_a_side = bounds.budget_ms * 1000 / std::max(latency_us, 1.0);
    Blocks blocks;
    blocks.runs = within(runs_a_side / (2.0 * bounds.most_quads), 1, bounds.most_runs);
    blocks.quads = within(runs_a_side / (2.0 * blocks.runs), bounds.least_quads, bounds.most_quads);
    return blocks;
}

} // namespace mkb
