#include "base/files.h"
#include "cli/stored.h"
#include "cli/tool.h"
#include "tools/errors.h"

namespace mkb::cli {

namespace {

struct Options {
    Common common;
    std::string log, record, run;
    std::vector<std::string> sources;
};

struct Material {
    std::string log;
    std::map<std::string, std::string> sources;
};

Result<Material> from_files(const Options& options) {
    Material material;
    MKB_TRY(log, read_log(options.log));
    material.log = std::move(log);
    for (const std::string& source : options.sources) {
        MKB_TRY(text, read_file(source, kMaxLogBytes));
        material.sources[std::filesystem::path(source).filename().string()] = std::move(text);
    }
    return material;
}

Result<Material> from_record(const Options& options) {
    MKB_TRY(found, find_stored(options.record, options.run));
    if (!found) {
        return fail(ErrorKind::bad_input, "no record {} begins with '{}'",
                    options.run.empty() ? "of a run below runs/" : "of " + options.run, options.record);
    }
    Store& store = found->store;
    const Record* record = &found->record;
    Material material;
    if (!record->build_log_artifact.empty()) {
        MKB_TRY(log, store.artifact(record->build_log_artifact));
        material.log = std::move(log);
    }
    for (const auto& [name, hash] : record->source_artifacts) {
        MKB_TRY(text, store.artifact(hash));
        material.sources[name] = std::move(text);
    }
    return material;
}

Result<int> run(const Options& options) {
    if (options.log.empty() == options.record.empty() || (options.record.empty() && !options.run.empty())) {
        return fail(ErrorKind::bad_input, "name a compiler's log (or -), or --record ID; see 'mkb tool "
                                          "errors --help'");
    }
    MKB_TRY(material, options.record.empty() ? from_files(options) : from_record(options));
    const ErrorReport report = extract_errors(material.log, material.sources);
    return print_result(options.common, to_json(report), to_text(report));
}

} // namespace

void add_tool_errors(Program& program, CLI::App& tool) {
    auto options = std::make_shared<Options>();
    CLI::App* command = tool.add_subcommand(
        "errors", "Errors of a build, each with the function or class of the candidate that it lies in");
    command->footer("Examples:\n"
                    "  mkb tool errors build.log CPUSoftmax.hpp CPUSoftmax.cpp\n"
                    "  clang++ -c CPUSoftmax.cpp 2>&1 | mkb tool errors - CPUSoftmax.cpp --json\n"
                    "  mkb tool errors --record 01K8 --run runs/demo\n"
                    "Reads clang, gcc, lld and GNU ld. Cross-file: about what the framework or a header offers.");
    add_common(*command, options->common);
    command->add_option("log", options->log, "The compiler's text, or - for standard input");
    command->add_option("sources", options->sources, "The candidate's files");
    command->add_option("--record", options->record, "Instead: the beginning of a record's id");
    command->add_option("--run", options->run, "Folder of the run that holds the record; default: any below runs/");
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
