#include "score/pass_at.h"

#include "base/result.h"

#include <algorithm>
#include <ranges>

namespace mkb {

namespace {

constexpr int kShown[] = {1, 2, 5, 10, 20, 50, 100};

struct Counts {
    int samples = 0, compiled = 0, correct = 0;
};

} // namespace

double chance_of_good(int n, int c, int k) {
    MKB_CHECK(c >= 0 && c <= n && k >= 1 && k <= n);
    double none = 1;
    for (int i = n - c + 1; i <= n; ++i) {
        none *= std::max(0.0, 1 - static_cast<double>(k) / i);
    }
    return 1 - none;
}

std::map<int, PassAt> pass_at(const std::vector<Record>& records, const std::map<std::string, std::string>& tasks) {
    std::map<std::string, Counts> counts;
    for (const Record& record : records) {
        if (tasks.contains(record.task_id) && record.method.starts_with("pass@")) {
            Counts& of_task = counts[record.task_id];
            ++of_task.samples;
            of_task.compiled += compiled(record.outcome);
            of_task.correct += correct(record.outcome);
        }
    }
    std::map<int, PassAt> shares;
    if (counts.empty()) {
        return shares;
    }
    const int least = std::ranges::min(counts | std::views::values, {}, &Counts::samples).samples;
    for (const int k : kShown) {
        if (k > least || least < 2) {
            break;
        }
        for (const Counts& of_task : counts | std::views::values) {
            const auto of = static_cast<double>(tasks.size());
            shares[k].compiled += chance_of_good(of_task.samples, of_task.compiled, k) / of;
            shares[k].correct += chance_of_good(of_task.samples, of_task.correct, k) / of;
        }
    }
    return shares;
}

} // namespace mkb
