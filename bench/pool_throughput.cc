// How a pool's throughput grows with its devices, and what the host spends on each judgement beside building:
//   pool_throughput [SERVICE_MS] [JUDGEMENTS_PER_DEVICE] [DEVICES…]      default: 1000 8 1 2 4 8 16 32 64
// The devices are emulated: a judgement is a wait of SERVICE_MS. Real are what hands out work, the keys, the store with
// its records and artifacts of usual size, and the progress.
#include "../tests/support/sample_records.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/progress.h"
#include "cli/judging.h"

#include <chrono>
#include <cstdlib>
#include <fmt/core.h>
#include <sys/resource.h>
#include <thread>

namespace mkb {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kSourceBytes = 6'000, kLogBytes = 1'000, kSamplesBytes = 64'000;
constexpr std::size_t kIdentityBytes = 1'200; ///< of what evaluation_key hashes

double processor_s() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::string key_of(const std::string& device, const EvaluateOptions& options) {
    return sha256_hex(fmt::format("{} {} {}", device, options.label, std::string(kIdentityBytes, 'k')));
}

Place emulated(const std::string& name, std::chrono::milliseconds service) {
    return {.name = name,
            .key = [name](const Task&, const LoadedCandidate&, const EvaluateOptions& options) -> Result<std::string> {
                return key_of(name, options);
            },
            .judge = [name, service](const Task&, const LoadedCandidate&,
                                     const EvaluateOptions& options) -> Result<Judgement> {
                std::this_thread::sleep_for(service);
                Judgement judgement{.record = sample::make_record(options.sample), .artifacts = {}};
                judgement.record.id = new_record_id();
                judgement.record.key = key_of(name, options);
                judgement.record.device.name = name;
                for (const auto& [kind, bytes] :
                     {std::pair{"source", kSourceBytes}, {"log", kLogBytes}, {"samples", kSamplesBytes}}) {
                    std::string content = options.label + kind;
                    content.resize(bytes, '.');
                    judgement.artifacts.emplace_back(kind, std::move(content));
                }
                return judgement;
            },
            .check = []() -> Result<void> { return {}; }};
}

Result<void> run(std::size_t devices, std::size_t each, std::chrono::milliseconds service) {
    MKB_TRY(folder, TempDir::make("mkb-pool-throughput"));
    MKB_TRY(store, Store::open(folder.path() / "run"));
    std::vector<Place> places;
    for (std::size_t i = 0; i < devices; ++i) {
        places.push_back(emulated(fmt::format("adb:emulated-{}", i), service));
    }
    const auto executor = make_threads_executor(std::move(places), [](const std::string&, const std::string&) {});
    const Task task;
    std::vector<cli::Work> works(devices * each, {.task = &task, .loaded = {}, .options = {}});
    for (std::size_t i = 0; i < works.size(); ++i) {
        works[i].options.label = fmt::format("candidate {}", i);
        works[i].options.sample = static_cast<int>(i);
    }
    const double processor_before = processor_s();
    const auto start = Clock::now();
    MKB_TRY(results, cli::judge_all(*executor, store, works));
    const double wall_s = std::chrono::duration<double>(Clock::now() - start).count();
    const double spent_ms = 1000 * (processor_s() - processor_before) / static_cast<double>(works.size());
    MKB_TRY(stored, store.all());
    if (stored.size() != works.size() || results.size() != works.size()) {
        return fail(ErrorKind::environment, "{} of {} judgements are stored", stored.size(), works.size());
    }
    const double ideal_s = static_cast<double>(each) * std::chrono::duration<double>(service).count();
    fmt::print("{:>7} {:>10} {:>8.2f} {:>13.2f} {:>14.1f} {:>24.2f}\n", devices, works.size(), wall_s,
               static_cast<double>(works.size()) / wall_s, 100 * ideal_s / wall_s, spent_ms);
    return {};
}

} // namespace
} // namespace mkb

int main(int argc, char** argv) {
    using namespace mkb;
    const std::chrono::milliseconds service(argc > 1 ? std::max(1, std::atoi(argv[1])) : 1000);
    const auto each = static_cast<std::size_t>(argc > 2 ? std::max(1, std::atoi(argv[2])) : 8);
    std::vector<std::size_t> sizes = {1, 2, 4, 8, 16, 32, 64};
    if (argc > 3) {
        sizes.clear();
        for (int i = 3; i < argc; ++i) {
            sizes.push_back(static_cast<std::size_t>(std::max(1, std::atoi(argv[i]))));
        }
    }
    Progress::silence();
    fmt::print("emulated devices: every judgement waits for {} ms; {} a device\n", service.count(), each);
    fmt::print("{:>7} {:>10} {:>8} {:>13} {:>14} {:>24}\n", "devices", "judgements", "wall, s", "judgements/s",
               "% of linear", "host's processor ms each");
    for (const std::size_t devices : sizes) {
        if (const auto done = run(devices, each, service); !done) {
            fmt::print(stderr, "{}\n", done.error().message);
            return 1;
        }
    }
    return 0;
}
