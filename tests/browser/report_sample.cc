// Writes the pages that report_test.py opens in a browser: `report_sample FOLDER`.
#include "../tests/support/sample_records.h"
#include "base/files.h"
#include "report/report.h"
#include "report/truth_page.h"

#include <fmt/core.h>

namespace {

using namespace mkb;

std::vector<Record> small_run() {
    std::vector<Record> records = sample::make_records(30);
    const std::string bad = sample::kHostileText;
    records[0].label = records[1].label = records[2].label = bad;
    records[3].outcome = Wrong{bad, bad, WorstElement{{1}, 1, 2}, 0.5, 1e-4, 0.5, bad};
    records[4].outcome = BuildFailed{.errors = {{bad, 1, 1, bad}}, .limit = ""};
    records[5].operator_name = bad;
    return records;
}

std::vector<Record> methods_run() {
    std::vector<Record> records = sample::make_records(400);
    for (std::size_t i = 0; i < records.size(); ++i) {
        records[i].task_id += std::to_string(i);
        records[i].method = i % 2 == 0 ? "moka" : "one-query";
        records[i].model = "a-model";
    }
    return records;
}

// More correct tasks than are drawn one by one.
std::vector<Record> large_run() {
    std::vector<Record> records = sample::make_records(4200);
    for (std::size_t i = 0; i < records.size(); ++i) {
        records[i].task_id += std::to_string(i);
    }
    return records;
}

Result<void> write(const std::filesystem::path& folder, const std::string& name, const std::vector<Record>& records) {
    MKB_TRY(store, Store::open(folder / name));
    for (const Record& record : records) {
        MKB_DO(store.append(record));
    }
    NotEvaluated trouble = sample::make_trouble("others/RoiAlign/14x14", "k");
    trouble.message = sample::kHostileText;
    MKB_DO(store.note_not_evaluated(trouble));
    MKB_TRY(html, html_report(store, {}));
    return write_file_atomic(folder / (name + ".html"), html);
}

/// A thorough self-test with every kind of group; one name is hostile.
Truth self_test() {
    std::mt19937_64 random(4);
    std::normal_distribution<double> normal;
    Truth truth{.tasks = {"unary/Exp/a", sample::kHostileText},
                .machine = "a processor",
                .profile = "thorough",
                .budget_min = 60};
    truth.groups = {{.name = "A/A", .extra_work = 0},
                    {.name = "A/B 2 %", .extra_work = 0.02},
                    {.name = "A/B 5 %", .extra_work = 0.05},
                    {.name = sample::kHostileText, .extra_work = 0, .calm = false}};
    for (KnownGroup& group : truth.groups) {
        for (int i = 0; i < 96; ++i) {
            const double half = (group.calm ? 0.006 : 0.03) * (1 + 0.3 * std::abs(normal(random)));
            const double ratio = group.expected() * (1 + 0.5 * half * normal(random));
            group.comparisons.push_back({.task = i == 0 ? sample::kHostileText : "unary/Exp/a",
                                         .native_us = std::exp(3 + normal(random)),
                                         .ratio = ratio,
                                         .low = ratio - half,
                                         .high = ratio + half,
                                         .pairs = 120});
        }
        std::ranges::move(checks_of(group), std::back_inserter(truth.checks));
    }
    truth.roles = {{.role = "ran first", .won = 2030, .of = 4000, .gain = 0.0004}};
    std::ranges::move(checks_of(truth.roles.front()), std::back_inserter(truth.checks));
    return truth;
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        fmt::print(stderr, "usage: report_sample FOLDER\n");
        return 2;
    }
    for (const auto& [name, records] :
         {std::pair("small", small_run()), std::pair("methods", methods_run()), std::pair("large", large_run())}) {
        if (auto done = write(argv[1], name, records); !done) {
            fmt::print(stderr, "{}\n", done.error().message);
            return 1;
        }
    }
    if (auto done = write_file_atomic(std::filesystem::path(argv[1]) / "selftest.html", truth_page(self_test()));
        !done) {
        fmt::print(stderr, "{}\n", done.error().message);
        return 1;
    }
    return 0;
}
