#include "cli/judging.h"

#include "base/progress.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>

namespace mkb::cli {

namespace {

Result<std::optional<WorkResult>> stored_under(Executor& executor, Store& store, const std::vector<std::string>& keys) {
    for (const std::string& key : keys) {
        MKB_TRY(stored, store.find_by_key(key));
        if (stored) {
            executor.stored(keys);
            return WorkResult{.record = std::move(*stored), .known = true, .not_evaluated = {}};
        }
    }
    return std::nullopt;
}

} // namespace

Result<WorkResult> judge_one(Executor& executor, Store& store, const Work& work, const std::function<bool()>& wanted,
                             const std::function<void(Record&)>& complete) {
    MKB_TRY(keys, executor.keys(*work.task, work.loaded, work.options));
    MKB_TRY(stored, stored_under(executor, store, keys));
    if (stored) {
        return std::move(*stored);
    }
    const auto unwanted = [&] { return wanted && !wanted(); };
    if (unwanted()) {
        return fail(ErrorKind::transient, "stopped before '{}' was judged", work.task->id);
    }
    auto judgement = executor.judge(*work.task, work.loaded, work.options, wanted);
    if (!judgement && unwanted()) {
        return std::unexpected(judgement.error());
    }
    if (!judgement) {
        NotEvaluated trouble{.key = keys.front(),
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
    if (complete) {
        complete(judgement->record);
    }
    auto appended = store.append(judgement->record, judgement->artifacts, keys);
    if (!appended) {
        // Another process on the same run may have been quicker.
        MKB_TRY(theirs, stored_under(executor, store, keys));
        if (theirs) {
            executor.stored(keys);
        }
        return theirs ? Result<WorkResult>(std::move(*theirs)) : std::unexpected(appended.error());
    }
    executor.stored(keys);
    return WorkResult{.record = std::move(judgement->record), .known = false, .not_evaluated = {}};
}

Result<std::vector<WorkResult>> judge_all(Executor& executor, Store& store, const std::vector<Work>& works) {
    std::vector<WorkResult> results(works.size());
    std::optional<Error> trouble;
    std::size_t next = 0, done = 0;
    std::mutex mutex;
    Progress progress("judging", works.size());
    const auto work_on = [&] {
        std::unique_lock lock(mutex);
        while (next < works.size() && !trouble) {
            const std::size_t mine = next++;
            const Work& work = works[mine];
            progress.advance_to(done, work.options.label.empty() ? work.task->id : work.options.label);
            lock.unlock();
            auto result = judge_one(executor, store, work);
            lock.lock();
            if (!result) {
                trouble = trouble ? trouble : result.error();
                continue;
            }
            results[mine] = std::move(*result);
            ++done;
        }
    };
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < std::min(executor.askers(), works.size()); ++i) {
            threads.emplace_back(work_on);
        }
        work_on();
    }
    if (trouble) {
        return std::unexpected(std::move(*trouble));
    }
    progress.advance_to(done);
    return results;
}

std::optional<int> say_trouble(const std::vector<WorkResult>& results) {
    const auto troubled = [](const WorkResult& result) { return !result.not_evaluated.empty(); };
    const auto first = std::ranges::find_if(results, troubled);
    if (first == results.end()) {
        return std::nullopt;
    }
    fmt::print(stderr, "mkb: {} not evaluated: {}\n", std::ranges::count_if(results, troubled), first->not_evaluated);
    return exit_code_of({first->trouble, first->not_evaluated});
}

} // namespace mkb::cli
