#include "agent/memory.h"
#include "base/files.h"
#include "cli/cli.h"
#include "record/printable.h"

#include <fmt/format.h>

namespace mkb::cli {

namespace {

struct Options {
    Common common;
    MemoryFilter filter;
    std::string file, export_to, import_from;
    bool clear = false;
};

Result<int> show(const Options& options, const std::vector<MemoryEntry>& entries) {
    if (options.common.json) {
        nlohmann::json list = nlohmann::json::array();
        for (const MemoryEntry& entry : entries) {
            list.push_back(to_json(entry));
        }
        fmt::print("{}\n", list.dump(2));
        return kFine;
    }
    const auto result = [](const std::string& kind, double speedup) {
        return speedup > 0 ? fmt::format("{:.2f}x", speedup) : kind;
    };
    for (const MemoryEntry& entry : entries) {
        fmt::print("{} {} {}  {}\n", fit_width(entry.operator_name, 18), fit_width(entry.form, 9),
                   fit_width(entry.bottleneck, 12), printable_line(entry.method, 60));
        fmt::print("    {} -> {}  {} round {}, {}\n", result(entry.before, entry.speedup_before),
                   result(entry.after, entry.speedup_after), entry.task_id, entry.round, entry.model);
    }
    fmt::print("{} entries\n", entries.size());
    return kFine;
}

/// What was done, for people or for programs. File names may be any bytes.
int say(const Options& options, const nlohmann::json& json, const std::string& line) {
    fmt::print("{}\n", options.common.json ? json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) : line);
    return kFine;
}

Result<int> run(const Options& options) {
    const std::filesystem::path file = options.file.empty() ? memory_file() : std::filesystem::path(options.file);
    if (!options.import_from.empty()) {
        MKB_TRY(text, read_file(options.import_from));
        MKB_TRY(entries, parse_memory(text, options.import_from));
        MKB_TRY(added, add_to_memory(file, entries));
        return say(options, {{"entries", entries.size()}, {"new", added}, {"memory", file.string()}},
                   fmt::format("{} of {} entries were new; memory {}", added, entries.size(), file.string()));
    }
    MKB_TRY(all, read_memory(file));
    std::vector<MemoryEntry> chosen, others;
    for (MemoryEntry& entry : all) {
        (options.filter.fits(entry) ? chosen : others).push_back(std::move(entry));
    }
    if (!options.export_to.empty()) {
        MKB_DO(write_file_atomic(options.export_to, memory_text(chosen)));
        return say(options, {{"entries", chosen.size()}, {"file", options.export_to}},
                   fmt::format("{} entries in {}", chosen.size(), options.export_to));
    }
    if (options.clear) {
        MKB_DO(write_file_atomic(file, memory_text(others)));
        return say(options, {{"cleared", chosen.size()}, {"kept", others.size()}, {"memory", file.string()}},
                   fmt::format("{} entries cleared, {} kept", chosen.size(), others.size()));
    }
    return show(options, chosen);
}

} // namespace

void add_memory(Program& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command = program.app.add_subcommand("memory", "What was tried on which operator, and what came of it");
    command->footer("Examples: mkb memory --operator Softmax\n"
                    "          mkb memory --category pooling --export pooling.jsonl\n"
                    "          mkb memory --bottleneck memory --clear");
    add_common(*command, options->common);
    command->add_option("--operator", options->filter.operator_name, "Only this ONNX operator");
    command->add_option("--form", options->filter.form, "Only this form: atomic, geometric, composite");
    command->add_option("--category", options->filter.category, "Only this category");
    command->add_option("--bottleneck", options->filter.bottleneck, "Only against this bottleneck or outcome");
    command->add_option("--role", options->filter.role, "Only of this planner: repair, correction, accelerator");
    command->add_option("--file", options->file, "The memory; default: MKB_MEMORY, or the user's data folder");
    auto* actions = command->add_option_group("what to do");
    actions->add_option("--export", options->export_to, "Write the entries to a file");
    actions->add_option("--import", options->import_from, "Add the entries of a file");
    actions->add_flag("--clear", options->clear, "Forget the entries that fit");
    actions->require_option(0, 1);
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
