#include "cli/judging.h"

#include "base/progress.h"

namespace mkb::cli {

namespace {

Result<WorkResult> judge_one(Workbench& bench, Store& store, const Work& work) {
    MKB_TRY(key, evaluation_key(*bench.judge, *work.task, work.loaded, work.options));
    MKB_TRY(stored, store.find_by_key(key));
    if (stored) {
        return WorkResult{.record = std::move(*stored), .known = true, .not_evaluated = {}};
    }
    auto judgement = evaluate(*bench.judge, *work.task, work.loaded, work.options);
    if (!judgement) {
        NotEvaluated trouble{.key = key,
                             .task_id = work.task->id,
                             .label = work.options.label,
                             .method = work.options.method,
                             .model = work.options.model};
        trouble.message = judgement.error().message;
        trouble.when = utc_now_rfc3339();
        trouble.attempts = 1;
        MKB_DO(store.note_not_evaluated(trouble));
        return WorkResult{.not_evaluated = judgement.error().message, .trouble = judgement.error().kind};
    }
    MKB_DO(store.append(judgement->record, judgement->artifacts));
    return WorkResult{.record = std::move(judgement->record), .known = false, .not_evaluated = {}};
}

} // namespace

Result<std::vector<WorkResult>> judge_all(Workbench& bench, Store& store, const std::vector<Work>& works) {
    std::vector<WorkResult> results;
    Progress progress("judging", works.size());
    for (const Work& work : works) {
        progress.advance_to(results.size(), work.options.label.empty() ? work.task->id : work.options.label);
        MKB_TRY(result, judge_one(bench, store, work));
        results.push_back(std::move(result));
    }
    progress.advance_to(results.size());
    return results;
}

} // namespace mkb::cli
