// How long a large run takes to fill, export, score and report. `report_million [records] [folder]`; the default is
// 100000 in a temporary folder. Prints figures, judges nothing.
#include "../tests/support/sample_records.h"
#include "base/files.h"
#include "report/report.h"

#include <chrono>
#include <cstdlib>
#include <fmt/core.h>
#include <sys/resource.h>

namespace {

using namespace mkb;

double peak_mib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

template <class Work>
bool timed(const char* what, const Work& work) {
    const auto start = std::chrono::steady_clock::now();
    const Result<void> done = work();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    fmt::print("{:<28}{:>9.2f} s   peak memory {:>7.0f} MiB\n", what, seconds, peak_mib());
    if (!done) {
        fmt::print(stderr, "{}: {}\n", what, done.error().message);
    }
    return done.has_value();
}

int run(int count, const std::filesystem::path& folder) {
    auto store = Store::open(folder);
    if (!store) {
        fmt::print(stderr, "{}\n", store.error().message);
        return 1;
    }
    std::size_t report_bytes = 0;
    const bool good =
        timed("append, one by one",
              [&]() -> Result<void> {
                  for (int n = 0; n < count; ++n) {
                      MKB_DO(store->append(sample::make_record(n)));
                  }
                  return {};
              }) &&
        timed("stream through all", [&] { return store->for_each([](const Record&) { return true; }); }) &&
        timed("export records.jsonl", [&] { return store->export_jsonl(); }) &&
        timed("HTML report",
              [&]() -> Result<void> {
                  MKB_TRY(html, html_report(*store, {}));
                  report_bytes = html.size();
                  return write_file_atomic(folder / "report.html", html);
              }) &&
        timed("read all, score", [&]() -> Result<void> {
            MKB_TRY(records, store->all());
            const auto scores = score_run(records, {}, {}, true);
            return {};
        });
    std::error_code ignored;
    fmt::print("{} records, run.db {:.1f} MiB, report {:.2f} MiB\n", count,
               static_cast<double>(std::filesystem::file_size(folder / "run.db", ignored)) / (1 << 20),
               static_cast<double>(report_bytes) / (1 << 20));
    return good ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
    const int count = argc > 1 ? std::atoi(argv[1]) : 100'000;
    if (argc > 2) {
        return run(count, argv[2]);
    }
    auto dir = TempDir::make("mkb-report-million");
    if (!dir) {
        fmt::print(stderr, "{}\n", dir.error().message);
        return 1;
    }
    return run(count, dir->path() / "run");
}
