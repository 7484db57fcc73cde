#include "pipeline/replay.h"

#include "base/progress.h"
#include "cli/cli.h"
#include "cli/stored.h"
#include "record/printable.h"
#include "report/report.h"
#include "score/agreement.h"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <random>
#include <tuple>

namespace mkb::cli {

namespace {

struct Options {
    Common common;
    std::string what, run, device;
    int sample = 0;
    std::optional<std::uint32_t> seed;
    bool new_secret = false, times = false;
};

/// One record, judged again.
struct Replayed {
    Record before, now;
    Agreement agreement;
    std::string note;
    std::optional<Error> trouble; ///< of our world: `now` and `agreement` say nothing then
};

/// Benches by device, targets, cores and longest wait: a run may hold records of several.
using Benches = std::map<std::tuple<std::string, std::vector<std::string>, std::string, double>, Workbench>;

/// `device`: instead of the record's; its cores are then chosen as by default.
Result<Workbench*> bench_for(Benches& benches, const Record& record, const Replay& replay, const std::string& device) {
    Where where{.device = device.empty() ? record.device.name : device,
                .targets = replay.targets,
                .cores = device.empty() ? replay.cores : ""};
    where.cool_down_s = replay.cool_down_s.value_or(where.cool_down_s);
    const auto key = std::tuple(where.device, where.targets, where.cores, where.cool_down_s);
    if (const auto known = benches.find(key); known != benches.end()) {
        return &known->second;
    }
    MKB_TRY(bench, open_workbench(where));
    return &benches.emplace(key, std::move(bench)).first->second;
}

/// A record is foreign text: what it calls the framework's own file is run unguarded only if it is that.
Result<void> check_trusted(Workbench& bench, const Task& task, const Record& record, const Replay& replay) {
    if (!replay.options.trusted) {
        return {};
    }
    MKB_TRY(native, bench.framework->native_candidate(task));
    if (native.hash() != replay.loaded.candidate.hash()) {
        return fail(ErrorKind::bad_input,
                    "record {}: it says that its candidate is the framework's own file, which it is not", record.id);
    }
    return {};
}

/// On the core it was timed on, where this is that machine.
Result<int> core_for(Workbench& bench, const Record& record) {
    MKB_TRY(facts, bench.device->facts());
    if (!record.measurement || facts.name != record.device.name || facts.cpu != record.device.cpu) {
        return -1;
    }
    MKB_TRY(reading, bench.device->quiet());
    return record.measurement->core < reading.cores ? record.measurement->core : -1;
}

Result<Record> judge_again(Benches& benches, const std::vector<Task>& tasks, Store& store, const Options& options,
                           Replayed& replayed) {
    const Record& before = replayed.before;
    const auto task = std::ranges::find(tasks, before.task_id, &Task::id);
    if (task == tasks.end()) {
        return fail(ErrorKind::bad_input, "record {}: there is no task {}; name its dataset's folder with --tasks-dir",
                    before.id, before.task_id);
    }
    MKB_TRY(replay, replay_of(before, *task, [&](const std::string& hash) { return store.artifact(hash); }));
    replayed.note = replay.note;
    MKB_TRY(bench, bench_for(benches, before, replay, options.device));
    MKB_DO(check_trusted(*bench, *task, before, replay));
    MKB_TRY(core, core_for(*bench, before));
    replay.options.core = core;
    if (options.new_secret) {
        replay.options.seed.reset();
    }
    MKB_TRY(judgement, evaluate(*bench->judge, *task, replay.loaded, replay.options));
    return std::move(judgement.record);
}

Replayed replay_one(Benches& benches, const std::vector<Task>& tasks, Store& store, const Options& options,
                    Record before) {
    Replayed replayed{.before = std::move(before)};
    auto now = judge_again(benches, tasks, store, options, replayed);
    if (!now) {
        replayed.trouble = now.error();
        return replayed;
    }
    replayed.now = std::move(*now);
    replayed.agreement = compare_judgements(replayed.before, replayed.now);
    return replayed;
}

bool holds(const Options& options, const Replayed& replayed) {
    return !replayed.trouble && replayed.agreement.held && !(options.times && replayed.agreement.times == Times::apart);
}

nlohmann::json to_json(const Options& options, const Replayed& replayed) {
    nlohmann::json json{{"record", replayed.before.id},
                        {"task", replayed.before.task_id},
                        {"label", replayed.before.label},
                        {"before", mkb::to_json(replayed.before.outcome)}};
    if (replayed.trouble) {
        json["not_evaluated"] = replayed.trouble->message;
        return json;
    }
    json.update(mkb::to_json(replayed.agreement));
    json["holds"] = holds(options, replayed);
    json["now"] = mkb::to_json(replayed.now);
    json["note"] = replayed.note;
    return json;
}

std::string times_text(const Agreement& agreement) {
    switch (agreement.times) {
    case Times::not_compared:
        return "";
    case Times::overlap:
        return "the intervals of the speed-up overlap";
    case Times::apart:
        return "the intervals of the speed-up are apart";
    }
    return "";
}

void print_one(const Options& options, const Replayed& replayed) {
    fmt::print("{}  {}  {}\n", replayed.before.id, replayed.before.task_id, printable_line(replayed.before.label));
    fmt::print("then  {}\n", printable_line(describe(replayed.before.outcome)));
    fmt::print("now   {}\n", printable_line(describe(replayed.now.outcome)));
    const Agreement& agreement = replayed.agreement;
    fmt::print("{}{}\n", holds(options, replayed) ? "the outcome held" : "the outcome did NOT hold",
               agreement.difference.empty() ? "" : ": " + printable_line(agreement.difference));
    if (agreement.times != Times::not_compared) {
        fmt::print("  {}\n", times_text(agreement));
    }
    if (agreement.same_errors) {
        fmt::print("  the errors in verification are {}\n",
                   *agreement.same_errors ? "the same to the bit" : "not the same, on the same contents");
    }
    for (const std::string& change : agreement.changed) {
        fmt::print("  changed: {}\n", printable_line(change));
    }
    if (!replayed.note.empty()) {
        fmt::print("  note: {}\n", replayed.note);
    }
}

Result<int> replay_record(const Options& options, const std::vector<Task>& tasks) {
    MKB_TRY(found, find_stored(options.what, options.run));
    if (!found) {
        return fail(ErrorKind::bad_input, "'{}' is neither the folder of a run nor a record {}", options.what,
                    options.run.empty() ? "of a run below runs/; name its run with --run" : "of " + options.run);
    }
    Benches benches;
    const Replayed replayed = replay_one(benches, tasks, found->store, options, std::move(found->record));
    if (replayed.trouble) {
        return std::unexpected(*replayed.trouble);
    }
    if (options.common.json) {
        fmt::print("{}\n", to_json(options, replayed).dump(2));
    } else {
        print_one(options, replayed);
    }
    return holds(options, replayed) ? kFine : kNo;
}

struct Sample {
    std::vector<std::string> ids; ///< in the order of the run
    std::size_t of = 0;           ///< records there are
    std::uint32_t seed = 0;
};

/// So many records of a run, each with the same chance; all when there are no more or `--sample` was not given.
Result<Sample> draw_sample(Store& store, const Options& options) {
    Sample sample{.seed = options.seed.value_or(std::random_device()())};
    std::vector<std::string> all;
    MKB_DO(store.for_each([&](const Record& record) {
        all.push_back(record.id);
        return true;
    }));
    sample.of = all.size();
    const std::size_t count = options.sample > 0 ? static_cast<std::size_t>(options.sample) : all.size();
    std::mt19937 random(sample.seed);
    std::ranges::sample(all, std::back_inserter(sample.ids), static_cast<std::ptrdiff_t>(std::min(count, all.size())),
                        random);
    return sample;
}

void print_row(const Options& options, const Replayed& replayed) {
    constexpr int kTaskWidth = 44;
    constexpr int kLabelWidth = 20;
    constexpr int kKindWidth = 13;
    std::string now = "not evaluated";
    std::string verdict = "";
    std::string rest;
    if (replayed.trouble) {
        rest = replayed.trouble->message;
    } else {
        const Agreement& agreement = replayed.agreement;
        now = kind_of(replayed.now.outcome);
        verdict = holds(options, replayed) ? "held" : "NOT held";
        rest = agreement.difference.empty() ? times_text(agreement) : agreement.difference;
    }
    fmt::print("{}  {}  {}  {}  {}  {:<8}  {}\n", replayed.before.id,
               fit_width(printable_line(replayed.before.task_id), kTaskWidth),
               fit_width(printable_line(replayed.before.label), kLabelWidth),
               fit_width(kind_of(replayed.before.outcome), kKindWidth), fit_width(now, kKindWidth), verdict,
               printable_line(rest));
}

int print_sample(const Options& options, const Sample& sample, const std::vector<Replayed>& all) {
    const auto held = std::ranges::count_if(all, [&](const Replayed& each) { return holds(options, each); });
    const auto trouble = std::ranges::count_if(all, [](const Replayed& each) { return each.trouble.has_value(); });
    if (options.common.json) {
        nlohmann::json rows = nlohmann::json::array();
        std::ranges::transform(all, std::back_inserter(rows),
                               [&](const Replayed& each) { return to_json(options, each); });
        const nlohmann::json json{{"run", options.what},       {"seed", sample.seed}, {"records", sample.of},
                                  {"replayed", all.size()},    {"held", held},        {"not_evaluated", trouble},
                                  {"results", std::move(rows)}};
        fmt::print("{}\n", json.dump(2));
    } else {
        for (const Replayed& each : all) {
            print_row(options, each);
        }
        fmt::print("{} of {} records judged again (--seed {}): {} held, {} did not, {} not evaluated\n", all.size(),
                   sample.of, sample.seed, held, static_cast<long>(all.size()) - held - trouble, trouble);
    }
    for (const Replayed& each : all) {
        if (each.trouble) {
            fmt::print(stderr, "mkb: {} not evaluated: {}\n", trouble, each.trouble->message);
            return exit_code_of(*each.trouble);
        }
    }
    return held == static_cast<long>(all.size()) ? kFine : kNo;
}

Result<int> replay_run(const Options& options, const std::vector<Task>& tasks) {
    MKB_TRY(store, Store::open_existing(options.what));
    MKB_TRY(sample, draw_sample(store, options));
    if (sample.ids.empty()) {
        return fail(ErrorKind::bad_input, "{}: the run holds no record to judge again", options.what);
    }
    Benches benches;
    std::vector<Replayed> all;
    Progress progress("judging again", sample.ids.size());
    for (const std::string& id : sample.ids) {
        MKB_TRY(record, store.find(id));
        if (!record) {
            return fail(ErrorKind::bad_input, "{}: its record '{}' cannot be found by its id; the run is damaged",
                        options.what, printable_line(id));
        }
        progress.advance_to(all.size(), record->task_id);
        all.push_back(replay_one(benches, tasks, store, options, std::move(*record)));
    }
    progress.advance_to(all.size());
    return print_sample(options, sample, all);
}

Result<int> run(const Options& options) {
    std::error_code error;
    const bool is_run = std::filesystem::exists(std::filesystem::path(options.what) / "run.db", error);
    if (!is_run && (options.sample > 0 || options.seed)) {
        return fail(ErrorKind::bad_input, "--sample and --seed want the folder of a run; '{}' holds no run.db",
                    options.what);
    }
    if (!options.device.empty()) {
        MKB_DO(device_named(options.device));
    }
    MKB_TRY(tasks, load_all_tasks(options.common));
    return is_run ? replay_run(options, tasks) : replay_record(options, tasks);
}

} // namespace

void add_replay(Program& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command = program.app.add_subcommand("replay", "Judge a stored candidate again: does its outcome hold?");
    command->footer(
        "Examples:\n"
        "  mkb replay 01K8 --run runs/demo               one record, under its own seed: the same contents to the bit\n"
        "  mkb replay 01K8 --run runs/demo --new-secret  the same candidate on contents nobody has seen\n"
        "  mkb replay runs/demo --sample 20              so many records of a run, drawn at random\n"
        "All comes from the run: sources, settings, way to build, targets, device. It holds when the kind of outcome "
        "is\n"
        "the same; of wrong the same output, of cheated the same rule. Of correct ones it is said whether the "
        "intervals\n"
        "of the speed-up overlap, which with --times must be, too. Nothing is written into the run.\n"
        "Exit code: 0 it held (all did), 1 not, 2 bad input, 3 or 4 not evaluated");
    add_common(*command, options->common);
    command->add_option("what", options->what, "The beginning of a record's id, or the folder of a run")->required();
    command->add_option("--run", options->run, "Folder of the run that holds the record; default: any below runs/");
    add_device_option(*command, options->device)->default_str("as recorded");
    command->add_flag("--new-secret", options->new_secret, "Contents from a new secret instead of the record's seed");
    command->add_flag("--times", options->times, "A speed-up whose interval is apart from the recorded one is a no");
    command->add_option("--sample", options->sample, "Of a run: so many of its records; default: all")
        ->check(CLI::PositiveNumber);
    command->add_option("--seed", options->seed, "What the sample is drawn from, to draw the same again");
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
