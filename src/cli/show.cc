#include "base/files.h"
#include "cli/cli.h"
#include "cli/stored.h"
#include "task/semantics.h"

#include <algorithm>
#include <fmt/format.h>

namespace mkb::cli {

namespace {

struct Options {
    Common common;
    std::string what, run, file;
};

std::string tensor_text(const TensorSpec& tensor) {
    return fmt::format("{} {}[{}]", tensor.name, name_of(tensor.type), fmt::join(tensor.shape, "x"));
}

/// What the composite form asks for (docs/rules.md, "A transform").
void print_transform(const Task& task) {
    fmt::print(
        "registers      OnnxExtraManager::get()->insert(\"{}\", …), with \"OnnxExtraManager.hpp\": a transform of the "
        "node into operators\n",
        task.operator_name);
    fmt::print("may emit       {}\n", fmt::join(task.may_emit, " "));
    fmt::print("must not emit  {}{}{}\n", task.target.type, task.target.operation.empty() ? "" : " ",
               task.target.operation);
}

/// What the geometric form asks for (docs/rules.md, "The geometric form").
void print_computer(const Task& task) {
    fmt::print("               a class derived from GeometryComputer with onCompute, and a function that registers it\n"
               "               for OpType_{}, named by REGISTER_GEOMETRY, as in the framework's own source/geometry\n",
               task.target.type);
    fmt::print("replaces       {} ({}); onCompute called {} time(s) while a session is created\n", task.target.type,
               task.native_file, task.calls_per_run);
    fmt::print("may emit       {}; not {} itself as a command\n", fmt::join(task.may_emit, ", "), task.target.type);
}

/// What a candidate has to bring, and what it stands for.
void print_form(const Task& task) {
    fmt::print("form           {}; a candidate brings {}\n", name_of(task.form), fmt::join(task.files, ", "));
    switch (task.form) {
    case Form::atomic:
        fmt::print("replaces       {}{}{} ({}), geometry {}, called {} time(s) a run\n", task.target.type,
                   task.target.operation.empty() ? "" : " ", task.target.operation, task.native_file,
                   name_of(task.geometry), task.calls_per_run);
        break;
    case Form::geometric:
        print_computer(task);
        break;
    case Form::composite:
        print_transform(task);
        break;
    }
}

/// Both ways to run native where its default misses the tolerance.
void print_baseline(const Baseline& baseline) {
    std::vector<std::string> hints;
    for (const auto& [name, value] : baseline.passing_hints) {
        hints.push_back(fmt::format("{}={}", name, value));
    }
    fmt::print("baseline       misses the tolerance (error {:g}, {:g} us: {})\n", baseline.error, baseline.time_us,
               baseline.why);
    fmt::print("               with {} ({}) it passes (error {:g}, {:g} us)\n", baseline.passing_setting,
               fmt::join(hints, " "), baseline.passing_error, baseline.passing_time_us);
}

void print_semantics(const Task& task, const Semantics& semantics) {
    fmt::print("ONNX operator  {} {}\n", task.operator_name, task.attributes.dump());
    if (!semantics.formula.empty()) {
        fmt::print("computes       {}\n", semantics.formula);
    }
    fmt::print("source         {}\n", semantics.source);
}

void print_task(const Task& task, const Semantics& semantics, const std::string& model) {
    fmt::print("{}\n{}\n\n", task.id, task.summary);
    print_semantics(task, semantics);
    for (const TensorSpec& tensor : task.inputs) {
        fmt::print("input          {}\n", tensor_text(tensor));
    }
    for (const TensorSpec& tensor : task.outputs) {
        fmt::print("output         {}\n", tensor_text(tensor));
    }
    for (const Parameter& parameter : task.parameters) {
        fmt::print("parameter      {} [{}], drawn anew in verification\n", parameter.name,
                   fmt::join(parameter.shape, "x"));
    }
    for (const FixedOperand& operand : task.fixed) {
        fmt::print("constant       {} [{}]\n", operand.name, fmt::join(operand.shape, "x"));
    }
    print_form(task);
    fmt::print("code path      {}\n", task.path);
    fmt::print("native runs    {}\n", fmt::join(task.sequence, " "));
    fmt::print("tolerance      {:g} of the output's maximum{}\n", task.tolerance.relative_to_max,
               task.tolerance.why.empty() ? "" : ": " + task.tolerance.why);
    fmt::print("regimes       ");
    for (const Regime& regime : task.regimes) {
        fmt::print(" {}", regime.name);
    }
    fmt::print("\nmust not match ");
    for (const NegativeControl& control : task.negative_controls) {
        fmt::print("{} ", control.kind);
    }
    fmt::print("\n");
    for (const Deviation& deviation : task.deviations) {
        const std::string size = deviation.error ? fmt::format(" (error {:g})", *deviation.error) : "";
        fmt::print("deviation      {}: native {}{}\n", deviation.when, deviation.native, size);
    }
    if (task.baseline) {
        print_baseline(*task.baseline);
    }
    fmt::print("\nmodel.py\n{}", model);
}

Result<int> show_task(const Options& options, const Task& task) {
    if (options.common.json) {
        MKB_TRY(text, read_file(task.folder / "task.json"));
        fmt::print("{}\n", text);
        return kFine;
    }
    MKB_TRY(model, read_file(task.folder / "model.py"));
    MKB_TRY(home, home_dir());
    MKB_TRY(semantics, read_semantics(home / "tasks" / "semantics.json", task.operator_name));
    print_task(task, semantics, model);
    return kFine;
}

Result<int> show_artifact(const Options& options, Store& store, const Record& record) {
    std::map<std::string, std::string> artifacts = record.source_artifacts;
    artifacts["answer"] = record.answer_artifact;
    artifacts["build-log"] = record.build_log_artifact;
    artifacts["run-log"] = record.run_log_artifact;
    artifacts["graph"] = record.graph ? record.graph->model_artifact : "";
    std::erase_if(artifacts, [](const auto& artifact) { return artifact.second.empty(); });
    const auto found = artifacts.find(options.file);
    if (found == artifacts.end()) {
        return fail(ErrorKind::bad_input, "record {} has no '{}'; {}", record.id, options.file,
                    artifacts.empty() ? "it has no file"
                                      : fmt::format("there are: {}", fmt::join(std::views::keys(artifacts), ", ")));
    }
    MKB_TRY(text, store.artifact(found->second));
    fmt::print("{}{}", text, options.file == "graph" ? "" : "\n"); // a model file is bytes
    return kFine;
}

Result<int> show_record(const Options& options, Store& store, const Record& record) {
    if (!options.file.empty()) {
        return show_artifact(options, store, record);
    }
    if (options.common.json) {
        fmt::print("{}\n", to_json(record).dump(2));
        return kFine;
    }
    fmt::print("{}  {}\n{}  {}\n", record.id, record.created, record.task_id, describe(record.outcome));
    fmt::print("candidate   {} {} ({})\n", record.label, record.candidate_hash.substr(0, 16), record.origin);
    fmt::print("judged by   mkb {}, {} {} from {}, {}, on {} ({}), isolation {}\n", record.tool_version,
               record.framework.name, record.framework.version, record.framework.source, record.framework.compiler,
               record.device.name, record.device.cpu, record.device.isolation);
    fmt::print("built for   {}\n", fmt::join(record.targets, ", "));
    fmt::print("seed        {}, profile {}\n", record.seed, record.profile);
    for (const StageTime& stage : record.stages) {
        fmt::print("stage       {:<8} {:8.1f} ms\n", stage.name, stage.wall_ms);
    }
    for (const RegimeError& error : record.regime_errors) {
        fmt::print("regime      {:<20} {:<8} {:.2e} of the maximum\n", error.regime, error.output, error.error);
    }
    if (record.measurement) {
        fmt::print("pairs       {}\n", fmt::join(record.measurement->pair_ratios, " "));
    }
    if (record.instructions) {
        fmt::print("cost        {} instructions, native {} ({}); no time\n", record.instructions->candidate,
                   record.instructions->native, record.instructions->how);
    }
    if (record.graph) {
        fmt::print("graph       {}\n            runs as {}\n", record.graph->operators, record.graph->executed);
    }
    for (const std::string& flag : record.flags) {
        fmt::print("note        {}\n", flag);
    }
    fmt::print("'--file NAME' prints a stored text: {}\n", fmt::join(std::views::keys(record.source_artifacts), ", "));
    return kFine;
}

Result<int> run(const Options& options) {
    MKB_TRY(tasks, load_all_tasks(options.common));
    const auto task = find_task(tasks, options.what);
    if (task) {
        return show_task(options, *task);
    }
    const bool names_tasks = options.what.find('/') != std::string::npos ||
                             std::ranges::find(tasks, options.what, &Task::operator_name) != tasks.end();
    if (names_tasks) {
        return std::unexpected(task.error()); // of which it says the nearest, or which to choose from
    }
    MKB_TRY(found, find_stored(options.what, options.run));
    if (!found) {
        return fail(ErrorKind::bad_input, "'{}' is neither a task nor a record {}; run 'mkb tasks'", options.what,
                    options.run.empty() ? "of a run below runs/" : "of " + options.run);
    }
    return show_record(options, found->store, found->record);
}

} // namespace

void add_show(Program& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command = program.app.add_subcommand("show", "All about one task or one record");
    command->footer(
        "Examples: mkb show Softmax/lastaxis\n          mkb show 01K8 --run runs/demo --file CPUSoftmax.cpp");
    add_common(*command, options->common);
    command->add_option("what", options->what, "A task, or the beginning of a record's id")->required();
    command->add_option("--run", options->run, "Folder of the run that holds the record");
    command->add_option("--file", options->file,
                        "Print one stored text of the record: a source, answer, build-log, run-log, graph (bytes)");
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
