#pragma once
// What a record says, as text for the prompts. Measured figures are marked. Pure. Private to this room.
#include "candidate/candidate.h"
#include "record/record.h"

#include <string>
#include <vector>

namespace mkb {

/// Each file in a block of its own, its name on the first line; "(no code)" where there is none.
std::string code_text(const std::vector<SourceFile>& sources);

/// A correct kernel's times, which the Performance Parser breaks down; for anything else what raw_plan says.
std::string outcome_text(const Record& record);

/// How far a record came, to rank parents: correct ones by speed-up, before anything that compiled, before the rest.
struct Standing {
    int stage = 0;
    double speedup = 0;
    auto operator<=>(const Standing&) const = default;
};
Standing standing_of(const Record& record);

/// Share of the roofline; 0 where the time does not count (score/score.h).
double share_of(const Record& record);

} // namespace mkb
