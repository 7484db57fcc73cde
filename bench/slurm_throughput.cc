// What executor slurm costs and holds, with stand-in devices and a stand-in judgement that builds and times nothing
// (tests/support/stand_in.h). bench/slurm.py starts the cluster; its jobs run this program too.
//   slurm_throughput FOLDER COUNT WIDTH SERVICE_MS      FOLDER holds `map`; prints lines of JSON, the last one the
//   result
#include "../tests/support/stand_in.h"
#include "cli/judging.h"
#include "executor/slurm/job.h"
#include "executor/slurm/slurm.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sys/resource.h>
#include <thread>

namespace mkb {
namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kFolder = "MKB_BENCH_FOLDER";
constexpr const char* kService = "MKB_BENCH_SERVICE_MS";
constexpr int kReports = 20;
constexpr std::size_t kSourceBytes = 6000, kSamplesBytes = 20000; ///< as in a timed record of the examples

int number(const char* text) {
    return std::max(0, std::atoi(text == nullptr ? "0" : text));
}

int run_as_job(const char* spool, const char* array) {
    const auto site = slurm::this_site();
    if (!site) {
        return 1;
    }
    const auto open = [](const std::string& device, const slurm::Request&) -> Result<slurm::OpenPlace> {
        Place place =
            stand_in::place(std::getenv(kFolder), device, std::chrono::milliseconds(number(std::getenv(kService))));
        const auto judge = place.judge;
        place.judge = [judge](const Task& task, const LoadedCandidate& loaded, const EvaluateOptions& options) {
            auto judgement = judge(task, loaded, options);
            if (judgement) {
                judgement->artifacts.emplace_back("samples", options.label + std::string(kSamplesBytes, 's'));
            }
            return judgement;
        };
        return slurm::OpenPlace{.place = std::move(place), .behind = {}};
    };
    return slurm::run_job(spool, array, *site, {.open = open, .say = [](const std::string&) {}}) ? 0 : 1;
}

double rss_mb() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) {
            return number(line.c_str() + line.find_first_of("0123456789")) / 1024.0;
        }
    }
    return 0;
}

double cpu_ms(int who) {
    rusage usage{};
    getrusage(who, &usage);
    const auto ms = [](const timeval& time) {
        return 1000.0 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1000;
    };
    return ms(usage.ru_utime) + ms(usage.ru_stime);
}

class Run {
public:
    Run(Executor& executor, Store& store, const Task& task, int count)
        : executor_(executor), store_(store), task_(task), count_(count) {}

    void work() {
        for (int mine = next_++; mine < count_ && !failed_; mine = next_++) {
            cli::Work work{.task = &task_, .loaded = {}, .options = {}};
            work.options.label = fmt::format("c{}", mine);
            work.loaded.candidate.sources = {
                {task_.files.back(), fmt::format("// {}\n", mine) + std::string(kSourceBytes, 'x')}};
            const auto result = cli::judge_one(executor_, store_, work);
            if (!result || !result->not_evaluated.empty()) {
                fmt::print(stderr, "slurm_throughput: {}\n", result ? result->not_evaluated : result.error().message);
                failed_ = true;
                return;
            }
            report(++done_);
        }
    }
    bool failed() const { return failed_; }

private:
    void report(int done) {
        if (done % std::max(1, count_ / kReports) == 0) {
            const std::chrono::duration<double> passed = Clock::now() - start_;
            fmt::print("{}\n", nlohmann::json{{"stored", done}, {"s", passed.count()}, {"rss_mb", rss_mb()}}.dump());
            std::fflush(stdout);
        }
    }

    Executor& executor_;
    Store& store_;
    const Task& task_;
    const int count_;
    const Clock::time_point start_ = Clock::now();
    std::atomic<int> next_ = 0, done_ = 0;
    std::atomic<bool> failed_ = false;
};

/// What the run and the devices' journal hold in the end.
Result<nlohmann::json> what_is_there(Store& store, const std::filesystem::path& folder) {
    std::set<std::string> labels;
    int records = 0;
    MKB_DO(store.for_each([&](const Record& record) {
        labels.insert(record.label);
        ++records;
        return true;
    }));
    std::ifstream journal(folder / "journal");
    int judged = 0, twice = 0;
    for (std::string line; std::getline(journal, line);) {
        judged += line.starts_with("judge ") ? 1 : 0;
        twice += line.starts_with("TWICE") ? 1 : 0;
    }
    return nlohmann::json{
        {"records", records}, {"candidates", labels.size()}, {"judged", judged}, {"device_used_twice_at_once", twice}};
}

Result<int> measure(const std::filesystem::path& folder, int count, int width) {
    MKB_TRY(home, home_dir());
    MKB_TRY(task, load_task(home / "tasks/logic/Or/masks_8x256x256"));
    std::filesystem::remove(folder / "journal");
    MKB_TRY(text, read_file(folder / "map"));
    MKB_TRY(map, slurm::parse_device_map(text));
    std::vector<std::string> devices;
    std::ranges::transform(map, std::back_inserter(devices), &slurm::MappedDevice::device);
    MKB_TRY(executor,
            slurm::make_executor(
                {.spool = folder / "run/slurm",
                 .program = {std::filesystem::read_symlink("/proc/self/exe").string(), "--job"},
                 .options = {},
                 .where = {.device = "local", .map = folder / "map", .targets = {}, .cores = {}, .task_folder = {}},
                 .key = {.framework = "stand-in", .also = {}, .device = {}, .cores = {}},
                 .devices = std::move(devices),
                 .width = static_cast<std::size_t>(width),
                 .say = [](const std::string& line) { fmt::print(stderr, "slurm_throughput: {}\n", line); }}));
    MKB_TRY(store, Store::open(folder / "run"));
    const auto start = Clock::now();
    Run run(*executor, store, task, count);
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < width; ++i) {
            threads.emplace_back([&] { run.work(); });
        }
    }
    const std::chrono::duration<double> passed = Clock::now() - start;
    const double own = cpu_ms(RUSAGE_SELF) / count;
    const double programs = cpu_ms(RUSAGE_CHILDREN) / count;
    MKB_TRY(result, what_is_there(store, folder));
    result["stand_in"] = true;
    result["per_s"] = count / passed.count();
    result["own_cpu_ms_each"] = own;
    result["slurm_programs_cpu_ms_each"] = programs;
    result["rss_mb"] = rss_mb();
    fmt::print("{}\n", result.dump());
    const bool whole = result["records"] == count && result["candidates"] == count && result["judged"] == count;
    return !run.failed() && whole ? 0 : 1;
}

} // namespace
} // namespace mkb

int main(int argc, char** argv) {
    if (argc == 4 && std::string_view(argv[1]) == "--job") {
        return mkb::run_as_job(argv[2], argv[3]);
    }
    if (argc != 5) {
        fmt::print(stderr, "slurm_throughput FOLDER COUNT WIDTH SERVICE_MS; see bench/slurm.py\n");
        return 2;
    }
    setenv(mkb::kFolder, argv[1], 1);
    setenv(mkb::kService, argv[4], 1);
    const auto done = mkb::measure(argv[1], std::max(1, mkb::number(argv[2])), std::max(1, mkb::number(argv[3])));
    if (!done) {
        fmt::print(stderr, "slurm_throughput: {}\n", done.error().message);
        return 1;
    }
    return *done;
}
