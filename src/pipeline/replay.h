#pragma once
// A stored record → what judging its candidate once more takes: from the record and its artifacts alone.
#include "pipeline/evaluate.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace mkb {

struct Replay {
    LoadedCandidate loaded;            ///< the stored sources; of a no_source, the stored answer taken apart again
    EvaluateOptions options;           ///< the record's settings, way to build and seed
    std::vector<std::string> targets;  ///< that it was built for, also the one that it failed for
    std::string cores;                 ///< Device::choose_cores, of the record's device
    std::optional<double> cool_down_s; ///< what was waited for a hot device at most; nothing in older records
    std::string note;                  ///< the stored answer would be read differently today; empty where not
};

/// The content of an artifact by its hash (Store::artifact).
using ReadArtifact = std::function<Result<std::string>(const std::string& hash)>;

/// bad_input where the task is not the one that was judged (another hash), an artifact is missing or is not what the
/// record says, or a setting cannot be one. `trusted` is taken over as it stands: whoever runs it must see to it that
/// the candidate is the framework's own (`Framework::native_candidate`), since a record is foreign text.
Result<Replay> replay_of(const Record& record, const Task& task, const ReadArtifact& read);

} // namespace mkb
