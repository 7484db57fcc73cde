#pragma once
// Judging into a run's store: what `evaluate` and `baseline` share.
#include "cli/cli.h"

namespace mkb::cli {

struct Work {
    const Task* task = nullptr;
    LoadedCandidate loaded;
    EvaluateOptions options;
};

struct WorkResult {
    Record record;
    bool known = false;        ///< it had been judged in this run before
    std::string not_evaluated; ///< trouble of our world; the record is empty then
    ErrorKind trouble = ErrorKind::transient;
};

/// Judges what the store does not hold yet; what it holds is taken from there. A piece of work that our world's trouble
/// ended is noted in the store and does not stop the others.
/// Results are in the order of the works.
Result<std::vector<WorkResult>> judge_all(Executor& executor, Store& store, const std::vector<Work>& works);

} // namespace mkb::cli
