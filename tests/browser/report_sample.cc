// Writes the reports that report_test.py opens in a browser: `report_sample FOLDER`.
#include "../tests/support/sample_records.h"
#include "base/files.h"
#include "report/report.h"

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
    return 0;
}
