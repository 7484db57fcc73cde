#pragma once
// pass@k from n samples a task, without the bias of taking the best of exactly k (Chen et al. 2021, "Evaluating Large
// Language Models Trained on Code", equation 1). Pure.
#include "record/record.h"

#include <map>
#include <string>
#include <vector>

namespace mkb {

/// Chance that at least one of k samples, drawn from n of which c are good, is good: 1 - C(n-c, k) / C(n, k).
/// 0 <= c <= n, 1 <= k <= n.
double chance_of_good(int n, int c, int k);

struct PassAt {
    double compiled = 0; ///< mean over the tasks, 0…1
    double correct = 0;
};

/// For k = 1, 2, 5, 10, … up to the samples that every task has. `records`: of one method; `tasks`: the denominator,
/// where a task without records counts as failed. Empty unless the method took several samples a task.
std::map<int, PassAt> pass_at(const std::vector<Record>& records, const std::map<std::string, std::string>& tasks);

} // namespace mkb
