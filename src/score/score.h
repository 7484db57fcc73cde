#pragma once
// records → CSR, FCR, fast_p, mean speed-up, with intervals: pure functions. Denominator: all tasks (paper section 1,
// Metrics).
#include "measure/statistics.h"
#include "record/record.h"
#include "score/pass_at.h"
#include "store/store.h"

#include <map>
#include <string>
#include <vector>

namespace mkb {

struct Share {
    int count = 0;
    int of = 0;
    MeanInterval interval; ///< Wilson, 95 %
};

struct Score {
    std::string method, model, category; ///< category empty: overall
    int tasks = 0;                       ///< denominator
    int evaluations = 0;
    int not_evaluated = 0;               ///< tasks with infrastructure trouble and no outcome
    std::map<std::string, int> outcomes; ///< kind → tasks, by each task's best record
    std::map<std::string, int> failures; ///< class of score/failure.h → evaluations, of all, not only the best
    Share csr, fcr;
    std::map<double, Share> fast,
        fast_sure; ///< p → share; strictly more than p, by point estimate and by the interval's lower end
    MeanInterval geometric_speedup; ///< over correct, measured tasks; mean 0 when there is none
    double arithmetic_speedup = 0;
    int calls = 0; ///< model calls; like tokens and money the sum of the records' settings.usage {calls, tokens, money}
    double tokens = 0, money = 0;
    std::map<int, PassAt> pass_at; ///< by k, for methods that take several samples a task
};

constexpr double kFastThresholds[] = {0.5, 1.0, 1.5};

/// Measured, not emulated, not in less time than is possible, and with a finite positive speed-up: may enter fast_p and
/// the mean speed-ups.
bool counts_for_speed(const Record& record);
/// Over native; 0 where it does not count.
double speedup_of(const Record& record);

/// A method's best record for each task: correct before anything that compiled, higher speed-up first; correct ones
/// whose speed does not count come after those whose does. The earlier of two equals.
std::map<std::string, Record> best_by_task(const std::vector<Record>& records);

/// One score per (method, model), overall and, when asked, per category. `task_ids` is the denominator with each task's
/// category; records of other tasks are left out. Empty: the tasks that the records and the not-evaluated list name, of
/// all methods together, so that methods are compared over the same ones.
std::vector<Score> score_run(const std::vector<Record>& records, const std::vector<NotEvaluated>& trouble,
                             const std::map<std::string, std::string>& task_ids, bool by_category);

nlohmann::json to_json(const Score& score);

/// Text table for a terminal, UTF-8, `width` columns at most (but never under 95), with a legend.
std::string score_table(const std::vector<Score>& scores, bool colour, int width = 100);

/// Why candidates failed, a line for each score that has failures: "moka · m: invented_api 12, precision 3", most
/// frequent first, with a legend of the classes that occur. Empty when nothing failed.
std::string failure_lines(const std::vector<Score>& scores, bool colour);

} // namespace mkb
