#include "cli/selftest.h"

#include "base/progress.h"
#include "cli/thorough.h"
#include "pipeline/verification.h"
#include "verify/controls.h"
#include "verify/verify.h"

#include <algorithm>
#include <fmt/format.h>

namespace mkb::cli {

namespace {

constexpr const char* kParts[] = {"controls", "determinism", "native", "aa", "ab"};

struct Options {
    Common common;
    std::vector<std::string> tasks, except;
    std::vector<std::string> parts; ///< of kParts; empty: all
    std::string profile = "thorough", device = "local";
    bool deterministic = false;
    double extra_work = 0.05;
    bool thorough = false;
    ThoroughOptions more; ///< for --thorough alone
};

Result<void> test_controls(const Task& task, SelfTest& result) {
    MKB_TRY(controls, check_controls(task, secret_seed()));
    nlohmann::json rows = nlohmann::json::array();
    for (const ControlResult& control : controls) {
        rows.push_back({{"kind", control.control.kind},
                        {"arguments", control.control.arguments},
                        {"rejected", control.rejected},
                        {"by_regime", control.by_regime}});
        if (!control.rejected) {
            result.deterministic_fine = false;
            result.findings.push_back(
                fmt::format("{}: the negative control '{}' passes", task.id, control.control.kind));
        }
    }
    result.controls.push_back({{"task", task.id}, {"controls", rows}});
    return {};
}

/// The task says that its native kernel misses the tolerance, and by how much: it does, within a factor of two.
bool misses_as_written(const Task& task, const std::vector<RegimeError>& errors) {
    double worst = 0;
    for (const RegimeError& each : errors) {
        worst = std::max(worst, each.error);
    }
    return task.baseline && worst >= task.baseline->error / 2 && worst <= task.baseline->error * 2;
}

/// Twice under one seed: the same contents, the same outputs to the bit, both verified.
Result<void> test_determinism(Workbench& bench, const Task& task, SelfTest& result) {
    const Seed seed = secret_seed();
    std::vector<std::vector<RegimeError>> errors;
    bool verified = true;
    std::string detail;
    for (int i = 0; i < 2; ++i) {
        MKB_TRY(plan, plan_verification(*bench.judge, task, seed, false));
        MKB_TRY(native, verify_candidate(*bench.judge, task, std::nullopt, seed, plan, false));
        if (native.fault && !misses_as_written(task, native.errors)) {
            verified = false;
            detail = describe(*native.fault);
        }
        if (i == 0 && native.job.sequence != task.sequence) {
            verified = false;
            detail = fmt::format("executes {}, the task says {}", fmt::join(native.job.sequence, " "),
                                 fmt::join(task.sequence, " "));
        }
        errors.push_back(native.errors);
    }
    const bool same = std::ranges::equal(errors[0], errors[1], [](const RegimeError& a, const RegimeError& b) {
        return a.regime == b.regime && a.output == b.output && a.error == b.error;
    });
    if (!same || !verified) {
        result.deterministic_fine = false;
        result.findings.push_back(
            fmt::format("{}: native {}", task.id, verified ? "differs between two runs of one seed" : detail));
    }
    result.determinism.push_back(
        {{"task", task.id}, {"native_verified", verified}, {"repeatable", same}, {"detail", detail}});
    return {};
}

Result<void> test_native_file(Workbench& bench, const Task& task, const Profile& profile, SelfTest& result) {
    if (task.geometry == Geometry::bypass) {
        // Its own kernel never sees this operator: a geometry computer takes it first, and the candidate alone is
        // spared that.
        result.native_file.push_back(
            {.task = task.id, .outcome = std::string(kNotApplicable), .detail = "native runs other operators here"});
        return {};
    }
    if (task.baseline) {
        result.native_file.push_back({.task = task.id,
                                      .outcome = std::string(kNotApplicable),
                                      .detail = "native misses the tolerance, as the task says"});
        return {};
    }
    if (task.form == Form::composite) {
        result.native_file.push_back({.task = task.id,
                                      .outcome = std::string(kNotApplicable),
                                      .detail = "the framework's package lacks the converter's sources"});
        return {};
    }
    MKB_TRY(own, native_as_candidate(bench, task, profile));
    if (own.outcome != "correct") {
        result.deterministic_fine = false;
        result.findings.push_back(fmt::format("{}: the framework's own file as candidate is {}", task.id, own.detail));
    }
    result.native_file.push_back(std::move(own));
    return {};
}

Result<void> test_part(Workbench& bench, const Task& task, const std::string& part, const Profile& profile,
                       const Options& options, SelfTest& result) {
    if (part == "controls") {
        return test_controls(task, result);
    }
    if (part == "determinism") {
        return test_determinism(bench, task, result);
    }
    if (part == "native") {
        return test_native_file(bench, task, profile, result);
    }
    const bool twin = part == "ab";
    MKB_TRY(known, compare_native(bench, task, profile, twin ? options.extra_work : 0));
    (twin ? result.ab : result.aa).push_back(std::move(known));
    return {};
}

Result<std::vector<std::string>> parts_to_test(const Options& options) {
    std::vector<std::string> parts = options.parts;
    if (parts.empty()) {
        parts.assign(std::begin(kParts), std::end(kParts));
    }
    if (options.deterministic) {
        std::erase_if(parts, [](const std::string& part) { return part == "aa" || part == "ab"; });
    }
    if (parts.empty()) {
        return fail(ErrorKind::bad_input,
                    "--parts {}: only times, which there are none of with --deterministic or on an emulated device; "
                    "name other parts",
                    fmt::join(options.parts, ","));
    }
    return parts;
}

Result<SelfTest> test_all(Workbench& bench, const std::vector<const Task*>& tasks, const Options& options) {
    MKB_TRY(profile, profile_named(options.deterministic ? "verify" : options.profile));
    MKB_TRY(parts, parts_to_test(options));
    SelfTest result;
    Progress progress("self-test", tasks.size() * parts.size());
    std::size_t done = 0;
    for (const Task* task : tasks) {
        for (const std::string& part : parts) {
            progress.advance_to(done++, fmt::format("{} {}", task->id, part));
            MKB_DO(test_part(bench, *task, part, profile, options, result));
        }
    }
    progress.advance_to(done);
    return result;
}

void print_ratios(const char* title, const std::vector<KnownRatio>& ratios) {
    if (ratios.empty()) {
        return;
    }
    fmt::print("\n{}\n", title);
    for (const KnownRatio& known : ratios) {
        if (known.evaluated) {
            fmt::print("  {:<52} {:.4f} [{:.4f}, {:.4f}]{}\n", known.task, known.ratio, known.low, known.high,
                       known.holds() ? "" : "  does not hold the true ratio");
        } else {
            fmt::print("  {:<52} {}: {}\n", known.task, known.outcome, known.detail);
        }
    }
    const KnownSummary all = summary_of(ratios);
    fmt::print("  of {}: {} hold the true ratio, {} intervals lie within 1 % of it, {} middles do; the largest is "
               "{:.2f} % off\n",
               all.tasks, all.hold, all.narrow, all.near, 100 * all.largest);
}

void print(const SelfTest& result, const Options& options) {
    std::size_t controls = 0;
    for (const auto& task : result.controls) {
        controls += task["controls"].size();
    }
    const auto own_correct = std::ranges::count(result.native_file, "correct", &KnownRatio::outcome);
    if (!result.controls.empty()) {
        fmt::print("negative controls: {} over {} tasks\n", controls, result.controls.size());
    }
    if (!result.determinism.empty()) {
        fmt::print("native verified, twice under one seed: {} tasks\n", result.determinism.size());
    }
    if (!result.native_file.empty()) {
        fmt::print("the framework's own file is correct as candidate: {} of {} tasks\n", own_correct,
                   result.native_file.size());
    }
    if (!options.deterministic) {
        print_ratios("A/A: native against native, true ratio 1", result.aa);
        print_ratios(fmt::format("A/B: a twin with {:.0f} % more work, true ratio {:.4f}", 100 * options.extra_work,
                                 1 / (1 + options.extra_work))
                         .c_str(),
                     result.ab);
        print_ratios("the framework's own file as candidate, true ratio 1", result.native_file);
        const nlohmann::json json = to_json(result);
        if (json.contains("native_as_candidate_pooled")) {
            const auto& pooled = json["native_as_candidate_pooled"];
            fmt::print("  pooled {:.4f} [{:.4f}, {:.4f}]\n", pooled["ratio"].get<double>(), pooled["low"].get<double>(),
                       pooled["high"].get<double>());
        }
    }
    if (result.timed()) {
        fmt::print("\ntimings {}\n",
                   timing_fine(result) ? "as they should be" : "NOT as they should be on this machine now");
    }
    for (const std::string& finding : result.findings) {
        fmt::print("FINDING  {}\n", finding);
    }
    if (result.verified()) {
        fmt::print("deterministic parts {}\n",
                   result.deterministic_fine ? "as they should be" : "NOT as they should be");
    }
}

Result<int> run(Options options) {
    MKB_TRY(tasks, load_all_tasks(options.common));
    MKB_TRY(chosen, tasks_holding(tasks, options.tasks));
    std::erase_if(chosen, [&](const Task* task) {
        return std::ranges::any_of(options.except, [&](const std::string& part) { return task->id.contains(part); });
    });
    if (chosen.empty()) {
        return fail(ErrorKind::bad_input, "--except {} leaves no task; run 'mkb tasks'",
                    fmt::join(options.except, " "));
    }
    MKB_DO(profile_named(options.profile));
    if (options.thorough) {
        options.more.common = options.common;
        options.more.tasks = chosen;
        options.more.profile = options.profile;
        options.more.device = options.device;
        return run_thorough(options.more);
    }
    MKB_TRY(bench, open_workbench({.device = options.device, .targets = {}}));
    options.deterministic = options.deterministic || bench.emulated; // its times are nobody's
    MKB_TRY(result, test_all(bench, chosen, options));
    if (options.common.json) {
        fmt::print("{}\n", to_json(result).dump(2));
    } else {
        print(result, options);
    }
    return result.deterministic_fine && timing_fine(result) ? kFine : kNo;
}

/// Those that only --thorough understands; the others in `plain` it does not.
void add_thorough_options(CLI::App& command, Options& options, const std::vector<CLI::Option*>& plain) {
    CLI::Option* thorough = command.add_flag(
        "--thorough", options.thorough,
        "Instead: many comparisons of known ratio on 24 tasks, two of each category by native time; "
        "A/A, A/B at 2, 5 and 10 %, a busy neighbour, order, roofline; thresholds tested as binomials; "
        "a page of figures");
    for (CLI::Option* option : plain) {
        thorough->excludes(option);
    }
    command.add_flag("--all", options.more.all, "With --thorough: every task")->needs(thorough);
    command
        .add_option("--budget", options.more.budget_min,
                    "With --thorough: minutes, of all calls that work on the run together")
        ->capture_default_str()
        ->check(CLI::PositiveNumber)
        ->needs(thorough);
    command
        .add_option("--run", options.more.run,
                    fmt::format("With --thorough: folder of the run; default: {}. What is in it is not measured again",
                                kThoroughRun))
        ->needs(thorough);
    command.add_option("--html", options.more.html, "With --thorough: the page; default: selftest.html in the run")
        ->needs(thorough);
}

} // namespace

void add_selftest(Program& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command = program.app.add_subcommand(
        "selftest", "Does this machine tell the truth? A/A, A/B, negative controls, determinism");
    command->footer(
        "Example: mkb selftest --json\n"
        "         mkb selftest --parts aa --profile standard     only native against native, sooner\n"
        "         mkb selftest --thorough --budget 60     an hour in all; killed, the same command goes on\n"
        "         mkb selftest --deterministic     only what does not depend on this machine's noise");
    add_common(*command, options->common);
    add_split_option(*command, options->common);
    command->add_option("--task", options->tasks, "Only tasks whose id holds this text; may be given several times");
    command->add_option("--except", options->except, "Not those whose id holds this text; may be given several times");
    add_device_option(*command, options->device);
    command->add_option("--profile", options->profile, "thorough, standard or short")->capture_default_str();
    CLI::Option* extra_work =
        command->add_option("--extra-work", options->extra_work, "Of the slower twin in A/B, as a share")
            ->capture_default_str();
    CLI::Option* deterministic = command->add_flag("--deterministic", options->deterministic, "Without timings");
    CLI::Option* parts =
        command
            ->add_option(
                "--parts", options->parts,
                "Only these: controls (negative ones are rejected), determinism (native is right, twice the same), "
                "native (the framework's own file as candidate), aa, ab")
            ->delimiter(',')
            ->check(CLI::IsMember(std::vector<std::string>(std::begin(kParts), std::end(kParts))));
    add_thorough_options(*command, *options, {extra_work, deterministic, parts});
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
