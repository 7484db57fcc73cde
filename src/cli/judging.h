#pragma once
// Judging into a run's store: what `evaluate`, `baseline` and the agent's runs share.
#include "cli/cli.h"

#include <functional>
#include <optional>

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

/// Judges one piece of work, or takes it from the store where that holds it. Errors are the store's, and `wanted`'s
/// no; other trouble of our world is noted in the store and stands in the result. From any thread. `wanted`: asked
/// before it is judged, when a device is free, and after trouble. `complete`: adds to the record before it is stored.
Result<WorkResult> judge_one(Executor& executor, Store& store, const Work& work,
                             const std::function<bool()>& wanted = {},
                             const std::function<void(Record&)>& complete = {});

/// Judges what the store does not hold yet; what it holds is taken from there. A piece of work that our world's trouble
/// ended is noted in the store and does not stop the others.
/// Results are in the order of the works.
Result<std::vector<WorkResult>> judge_all(Executor& executor, Store& store, const std::vector<Work>& works);

/// What could not be evaluated, in one line on standard error, and the exit code for it; nothing when all could.
std::optional<int> say_trouble(const std::vector<WorkResult>& results);

} // namespace mkb::cli
