#pragma once
// How the timed runs of a pair are laid out: ABBA quadruples of blocks. Shared by host and runner.

namespace mkb {

/// Many short blocks: what drifts within a pair (a neighbour on the machine, the clock) then meets both sides alike.
struct Blocks {
    int quads = 1; ///< ABBA quadruples of blocks per pair
    int runs = 1;  ///< per block
};

struct BlockBounds {
    int least_quads = 5;
    int most_quads = 12;
    int most_runs = 3;
    double budget_ms = 60; ///< timed work per side and pair; decides quadruples and runs within their bounds
};

/// For a kernel of that latency.
Blocks blocks_for(const BlockBounds& bounds, double latency_us);

} // namespace mkb
