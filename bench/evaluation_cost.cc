// What does one evaluation cost? Honest examples, one after the other, by stages: extract, build, audit, deploy,
// oracle, verify, measure, store. Beside the plug-in's build, in the same run: the bare compiler on the same source
// with the same flags (no jail, no precompiled header), and the in-tree build. Wall and processor time of ours and of
// everything we started; medians over the repeats, then over the examples. Usage: evaluation_cost [--json] [--repeats
// N, default 3] [--profile NAME, default standard] [label of an example …]
#include "base/files.h"
#include "base/progress.h"
#include "framework/mnn/kit.h"
#include "framework/mnn/plugin.h"
#include "measure/statistics.h"
#include "pipeline/device_run.h"
#include "pipeline/measurement.h"
#include "pipeline/verification.h"
#include "store/store.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fmt/format.h>
#include <map>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

namespace {

using namespace mkb;
namespace fs = std::filesystem;

constexpr int kMostRepeats = 100;
constexpr double kWantedInTree = 10;   ///< in-tree build's processor time over the plug-in's, at least
constexpr double kWantedCompiler = 2;  ///< the plug-in's build over the bare compiler, at most
constexpr double kWantedOtherMs = 300; ///< everything but the build and the timed iterations, at most
constexpr const char* kDefault[] = {"softmax_simple", "atan_simd", "conv_depthwise_packed", "matmul_blocked",
                                    "topk_threshold"};

struct Cost {
    double wall_ms = 0, cpu_ms = 0;
};

Cost operator-(Cost a, Cost b) {
    return {.wall_ms = a.wall_ms - b.wall_ms, .cpu_ms = a.cpu_ms - b.cpu_ms};
}

/// Of this process and everything it started and waited for, since some fixed time.
Cost now() {
    Cost cost{
        .wall_ms =
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count()};
    for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage used{};
        getrusage(who, &used);
        for (const timeval& time : {used.ru_utime, used.ru_stime}) {
            cost.cpu_ms += static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
        }
    }
    return cost;
}

struct Options {
    bool json = false;
    int repeats = 3;
    std::string profile = "standard";
    std::vector<std::string> labels;
};

struct Example {
    std::string label;
    Task task;
    std::string answer; ///< its files as a model would answer
};

using Costs = std::map<std::string, std::vector<Cost>>; ///< by stage, one a repeat

class Bench {
public:
    explicit Bench(Options options) : options_(std::move(options)) {}

    Result<void> prepare() {
        MKB_TRY(profile, profile_named(options_.profile));
        if (!profile.measure) {
            return fail(ErrorKind::bad_input, "--profile {} times nothing", options_.profile);
        }
        evaluate_.profile = profile;
        MKB_DO(framework_->prepare());
        // The same library and kit as the framework's: both come out of the cache.
        MKB_TRY(tree, mnn::find_sources());
        MKB_TRY(toolchain, mnn::toolchain_for(Target::host));
        MKB_TRY(library, mnn::build_library(tree, toolchain));
        MKB_TRY(kit, mnn::build_kit(library));
        library_ = std::move(library);
        kit_ = std::move(kit);
        MKB_TRY(calibration, judge_.calibration()); // once per machine, not per evaluation
        (void)calibration;
        MKB_TRY(folder, TempDir::make("mkb-cost"));
        folder_ = std::move(folder);
        MKB_TRY(store, Store::open(folder_->path() / "run"));
        store_ = std::move(store);
        return {};
    }

    Result<Costs> measure(const Example& example) {
        Costs costs;
        MKB_DO(judge_.oracle(example.task)); // once per task and process
        for (int i = 0; i < options_.repeats; ++i) {
            MKB_DO(once(example, costs));
        }
        return costs;
    }

private:
    Result<void> once(const Example& example, Costs& costs) {
        const Task& task = example.task;
        const auto note = [&](const char* stage, Cost begin) { costs[stage].push_back(now() - begin); };
        Cost begin = now();
        LoadedCandidate loaded;
        loaded.extraction = extract_sources(example.answer, task.files);
        note("extract", begin);
        loaded.candidate = {.origin = example.label, .answer = example.answer, .sources = loaded.extraction.sources};

        MKB_TRY(place, TempDir::make("mkb-cost"));
        MKB_DO(bare_compiler(task, loaded.candidate, place.path() / "bare", costs));
        MKB_TRY(library, build(task, loaded.candidate, place.path() / "tree", BuildWay::in_tree, costs));
        MKB_TRY(built, build(task, loaded.candidate, place.path() / "plugin", BuildWay::plugin, costs));
        (void)library;

        const Seed seed = secret_seed();
        begin = now();
        MKB_DO(deploy(task, built));
        note("deploy", begin);
        begin = now();
        MKB_TRY(plan, plan_verification(judge_, task, seed, false));
        note("oracle", begin);
        begin = now();
        MKB_TRY(verified, verify_candidate(judge_, task, built, seed, plan, false));
        note("verify", begin);
        if (verified.fault) {
            return fail(ErrorKind::bad_input, "{} is not correct: {}", example.label, describe(*verified.fault));
        }
        begin = now();
        MKB_TRY(measured, measure_candidate(judge_, task, built, seed, evaluate_));
        note("measure", begin);
        costs["iterations"].push_back(iterations_of(measured.samples));
        return whole(example, loaded, costs);
    }

    /// As a user meets it: with the oracle beside the compiler, and the record stored.
    Result<void> whole(const Example& example, const LoadedCandidate& loaded, Costs& costs) {
        const Cost begin = now();
        MKB_TRY(judgement, evaluate(judge_, example.task, loaded, evaluate_));
        judgement.record.key = judgement.record.id; // each repeat is an evaluation of its own
        const Cost evaluated = now();
        MKB_DO(store_->append(judgement.record, judgement.artifacts));
        const Cost end = now();
        costs["store"].push_back(end - evaluated);
        Cost timed;
        for (const auto& [kind, content] : judgement.artifacts) {
            if (kind == "samples") {
                timed = iterations_of(content);
            }
        }
        const auto of = [&](const char* name) {
            const auto& stages = judgement.record.stages;
            const auto stage = std::ranges::find(stages, name, &StageTime::name);
            return stage == stages.end() ? Cost{} : Cost{.wall_ms = stage->wall_ms, .cpu_ms = stage->cpu_ms};
        };
        Cost whole = end - begin;
        whole.cpu_ms += of("build").cpu_ms; // of what bubblewrap does not wait for
        costs["whole"].push_back(whole);
        costs["outside"].push_back(
            {.wall_ms = whole.wall_ms - of("build").wall_ms - of("spoiled").wall_ms - of("measure").wall_ms});
        costs["around iterations"].push_back({.wall_ms = of("measure").wall_ms - timed.wall_ms});
        return {};
    }

    /// Without jail and precompiled header, the prelude read as text: the sources lean on it. To the same kind of file.
    Result<void> bare_compiler(const Task& task, const Candidate& candidate, const fs::path& folder, Costs& costs) {
        mnn::Kit kit = kit_;
        kit.flags = mnn::candidate_flags(library_, library_.headers.string());
        const mnn::CompileLayout layout{.jailed = false,
                                        .headers = library_.headers.string(),
                                        .kit = kit.folder.string(),
                                        .sources = (folder / "src").string(),
                                        .out = folder.string()};
        MKB_DO(mnn::write_sources(task, candidate, folder / "src"));
        std::vector<std::string> command = mnn::compiler_command(kit, library_, layout, task);
        command.insert(command.end(),
                       {"-shared", "-fuse-ld=" + library_.toolchain.linker, "-o", layout.out + "/" + mnn::kPluginFile,
                        "-Xclang", "-include", "-Xclang", layout.kit + "/" + mnn::prelude_of(task.form),
                        mnn::compiled_file(layout, task), library_.file.string(), "-lm"});
        const Cost begin = now();
        MKB_TRY(done, run_process({.argv = command}));
        costs["bare compiler"].push_back(now() - begin);
        if (!done.ok()) {
            return fail(ErrorKind::environment, "the bare compiler failed: {}", done.err.substr(0, 300));
        }
        return {};
    }

    Result<Built> build(const Task& task, const Candidate& candidate, const fs::path& folder, BuildWay way,
                        Costs& costs) {
        const Cost begin = now();
        MKB_TRY(build, framework_->build(task, candidate, folder, {.way = way}));
        Cost all = now() - begin;
        if (const auto* outcome = std::get_if<Outcome>(&build.result)) {
            return fail(ErrorKind::bad_input, "{} is not built: {}", task.id, describe(*outcome));
        }
        all.cpu_ms = 0; // bubblewrap does not wait for what it starts, so the sum of ours lacks it
        for (const StageTime& stage : build.stages) {
            all.cpu_ms += stage.cpu_ms;
            if (stage.name == "audit") {
                const Cost audit{.wall_ms = stage.wall_ms, .cpu_ms = stage.cpu_ms};
                all = all - audit;
                if (way == BuildWay::plugin) {
                    costs["audit"].push_back(audit);
                }
            }
        }
        costs[way == BuildWay::plugin ? "build" : "in-tree build"].push_back(all);
        return std::get<Built>(std::move(build.result));
    }

    /// The files of a job to the device and a runner that ends at once: it has nobody's job to do.
    Result<void> deploy(const Task& task, const Built& built) {
        MKB_TRY(files, files_for(task, built));
        MKB_TRY(runner, framework_->runner_files(false));
        MKB_TRY(folder, TempDir::make("mkb-job"));
        DeviceCommand command;
        command.files = std::move(runner);
        command.argv = {command.files.front().name, "--version"};
        for (const auto& [name, content] : files.contents) {
            MKB_DO(write_scratch_file(folder.path() / name, content));
            command.files.push_back({.name = name, .source = folder.path() / name, .sha256 = {}, .keep = false});
        }
        command.files.insert(command.files.end(), files.files.begin(), files.files.end());
        MKB_DO(device_->run(command));
        return {};
    }

    /// Of the kept pairs, both sides: their runs as the supervisor's clock saw them, and drawing fresh contents for
    /// each.
    static Cost iterations_of(const std::string& samples) {
        job::JobResult result;
        std::string reason;
        MKB_CHECK(job::from_json(nlohmann::json::from_cbor(samples), result, reason));
        double all_ns = 0;
        for (const job::Pair& pair : result.pairs) {
            all_ns += static_cast<double>(pair.contents_ns);
            for (const auto* times : {&pair.native_witness_ns, &pair.candidate_witness_ns}) {
                for (const std::uint32_t time : *times) {
                    all_ns += time;
                }
            }
        }
        return {.wall_ms = all_ns / 1e6, .cpu_ms = all_ns / 1e6};
    }

    Options options_;
    EvaluateOptions evaluate_;
    std::unique_ptr<Framework> framework_ = make_mnn();
    std::unique_ptr<Device> device_ = make_local_device();
    Judge judge_{*framework_, *device_};
    mnn::Library library_;
    mnn::Kit kit_;
    std::optional<TempDir> folder_;
    std::optional<Store> store_;
};

/// Of one stage over all examples.
Cost typical(const std::vector<Costs>& all, const std::string& stage) {
    std::vector<double> wall, cpu;
    for (const Costs& costs : all) {
        std::vector<double> walls, cpus;
        for (const Cost& cost : costs.at(stage)) {
            walls.push_back(cost.wall_ms);
            cpus.push_back(cost.cpu_ms);
        }
        wall.push_back(median(std::move(walls)));
        cpu.push_back(median(std::move(cpus)));
    }
    return {.wall_ms = median(std::move(wall)), .cpu_ms = median(std::move(cpu))};
}

/// Of one stage to another: the example's medians first, then the median over the examples.
Cost ratio(const std::vector<Costs>& all, const std::string& above, const std::string& below) {
    std::vector<double> wall, cpu;
    for (const Costs& costs : all) {
        const Cost one = typical({costs}, above);
        const Cost other = typical({costs}, below);
        wall.push_back(one.wall_ms / other.wall_ms);
        cpu.push_back(one.cpu_ms / other.cpu_ms);
    }
    return {.wall_ms = median(std::move(wall)), .cpu_ms = median(std::move(cpu))};
}

constexpr const char* kStages[] = {"extract", "build", "audit", "deploy", "oracle", "verify", "measure", "store"};
constexpr const char* kBeside[] = {"iterations", "bare compiler", "in-tree build", "whole"};

nlohmann::json json_of(const Options& options, const std::vector<Example>& examples, const std::vector<Costs>& all) {
    const auto cost = [](Cost one) { return nlohmann::json{{"wall_ms", one.wall_ms}, {"cpu_ms", one.cpu_ms}}; };
    const auto both = [](Cost one) { return nlohmann::json{{"wall", one.wall_ms}, {"cpu", one.cpu_ms}}; };
    nlohmann::json json{{"profile", options.profile}, {"repeats", options.repeats}};
    for (const auto& list : {std::span<const char* const>(kStages), std::span<const char* const>(kBeside)}) {
        for (const char* stage : list) {
            json["stages"][stage] = cost(typical(all, stage));
        }
    }
    json["outside_ms"] = typical(all, "outside").wall_ms;
    json["around_iterations_ms"] = typical(all, "around iterations").wall_ms;
    json["in_tree_over_plugin"] = both(ratio(all, "in-tree build", "build"));
    json["build_over_bare_compiler"] = both(ratio(all, "build", "bare compiler"));
    for (std::size_t i = 0; i < all.size(); ++i) {
        nlohmann::json& one = json["examples"].emplace_back(nlohmann::json{{"label", examples[i].label}});
        for (const auto& [stage, costs] : all[i]) {
            one[stage] = cost(typical({all[i]}, stage));
        }
    }
    return json;
}

void print(const std::vector<Costs>& all) {
    const auto line = [&](const char* stage) {
        const Cost cost = typical(all, stage);
        fmt::print("{:<16} {:>10.1f} {:>10.1f}\n", stage, cost.wall_ms, cost.cpu_ms);
    };
    fmt::print("{:<16} {:>10} {:>10}\n", "stage (median)", "wall, ms", "cpu, ms");
    std::ranges::for_each(kStages, line);
    fmt::print("\n");
    std::ranges::for_each(kBeside, line);
    const Cost in_tree = ratio(all, "in-tree build", "build");
    const Cost compiler = ratio(all, "build", "bare compiler");
    const double outside_ms = typical(all, "outside").wall_ms;
    const double around_ms = typical(all, "around iterations").wall_ms;
    const auto verdict = [](bool met) { return met ? "met" : "missed"; };
    fmt::print("\nin-tree build / build         {:>6.2f} cpu {:>6.2f} wall   wanted: at least {:.0f} cpu, {}\n",
               in_tree.cpu_ms, in_tree.wall_ms, kWantedInTree, verdict(in_tree.cpu_ms >= kWantedInTree));
    fmt::print("build / bare compiler         {:>6.2f} cpu {:>6.2f} wall   wanted: at most {:.0f} both, {}\n",
               compiler.cpu_ms, compiler.wall_ms, kWantedCompiler,
               verdict(std::max(compiler.cpu_ms, compiler.wall_ms) <= kWantedCompiler));
    fmt::print(
        "outside of build and measurement  {:>6.0f} ms wall        extract, audit, oracle, deploy, verify, store\n",
        outside_ms);
    fmt::print("measurement around its iterations {:>6.0f} ms wall        fresh processes, warm-up, gate, samples\n",
               around_ms);
    fmt::print("both together                     {:>6.0f} ms wall        wanted: at most {:.0f} ms, {}\n",
               outside_ms + around_ms, kWantedOtherMs, verdict(outside_ms + around_ms <= kWantedOtherMs));
}

Result<std::vector<Example>> read_examples(const std::vector<std::string>& labels) {
    MKB_TRY(home, home_dir());
    MKB_TRY(tasks, load_tasks(home / "tasks"));
    const fs::path folder = home / "examples/kernels";
    MKB_TRY(text, read_file(folder / "manifest.json"));
    const nlohmann::json manifest = nlohmann::json::parse(text, nullptr, false);
    std::vector<Example> examples;
    for (const std::string& label : labels) {
        const auto& entries = manifest.at("candidates");
        const auto entry =
            std::ranges::find_if(entries, [&](const auto& one) { return one.value("label", "") == label; });
        if (entry == entries.end()) {
            return fail(ErrorKind::bad_input, "no example '{}' in {}", label, (folder / "manifest.json").string());
        }
        const auto task = std::ranges::find(tasks, entry->value("task", ""), &Task::id);
        if (task == tasks.end() || task->form == Form::composite ||
            entry->at("expect").value("outcome", "") != "correct") {
            return fail(ErrorKind::bad_input, "example {} is not one that is correct and can be built both ways",
                        label);
        }
        Example example{.label = label, .task = *task, .answer = {}};
        for (const std::string file : entry->at("files")) {
            MKB_TRY(source, read_file(folder / file));
            example.answer += fmt::format("```cpp\n// {}\n{}\n```\n\n", fs::path(file).filename().string(), source);
        }
        examples.push_back(std::move(example));
    }
    return examples;
}

Result<Options> read_options(int argc, char** argv) {
    Options options;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--json") {
            options.json = true;
        } else if (word == "--repeats" && i + 1 < argc) {
            options.repeats = std::clamp(std::atoi(argv[++i]), 1, kMostRepeats);
        } else if (word == "--profile" && i + 1 < argc) {
            options.profile = argv[++i];
        } else if (word.starts_with("-")) {
            return fail(ErrorKind::bad_input,
                        "usage: evaluation_cost [--json] [--repeats N] [--profile NAME] [label of an example ...]");
        } else {
            options.labels.push_back(word);
        }
    }
    if (options.labels.empty()) {
        options.labels.assign(std::begin(kDefault), std::end(kDefault));
    }
    return options;
}

Result<void> run_bench(int argc, char** argv) {
    MKB_TRY(options, read_options(argc, argv));
    MKB_TRY(examples, read_examples(options.labels));
    Bench bench(options);
    MKB_DO(bench.prepare());
    std::vector<Costs> all;
    {
        Progress progress("evaluating", examples.size());
        for (const Example& example : examples) {
            progress.advance_to(all.size(), example.label);
            MKB_TRY(costs, bench.measure(example));
            all.push_back(std::move(costs));
        }
        progress.advance_to(all.size());
    }
    if (options.json) {
        fmt::print("{}\n", json_of(options, examples, all).dump(2));
    } else {
        print(all);
    }
    return {};
}

} // namespace

int main(int argc, char** argv) {
    if (const auto done = run_bench(argc, argv); !done) {
        fmt::print(stderr, "evaluation_cost: {}\n", done.error().message);
        return 1;
    }
    return 0;
}
