#include "report/run_view.h"

#include <algorithm>
#include <ranges>

namespace mkb {
namespace {

Record slim_copy(const Record& record) {
    Record slim;
    slim.task_id = record.task_id;
    slim.category = record.category;
    slim.operator_name = record.operator_name;
    slim.label = record.label;
    slim.method = record.method;
    slim.model = record.model;
    slim.device.emulated = record.device.emulated;
    if (record.settings.is_object() && record.settings.contains("usage")) {
        slim.settings["usage"] = record.settings["usage"];
    }
    slim.outcome = record.outcome;
    if (auto* build = std::get_if<BuildFailed>(&slim.outcome)) {
        // The first error and the names of the sources say why it failed (score/failure.h).
        build->errors.resize(std::min<std::size_t>(build->errors.size(), 1));
        for (const auto& [name, hash] : record.source_artifacts) {
            slim.source_artifacts[name];
        }
    } else if (auto* wrong = std::get_if<Wrong>(&slim.outcome)) {
        wrong->report = {};
        wrong->worst.reset();
    }
    return slim;
}

void count_facts(const Record& record, RunView& run) {
    const auto count = [&](const char* name, const std::string& value) {
        if (!value.empty()) {
            ++run.facts[name][value];
        }
    };
    const std::string build = record.build == "plugin" ? "" : ", built " + record.build;
    count("Device", record.device.name + ", " + record.device.target + (record.device.emulated ? ", emulated" : ""));
    count("CPU", record.device.cpu);
    count("Isolation", record.device.isolation);
    count("Framework",
          record.framework.name + " " + record.framework.version + " (" + record.framework.source + ")" + build);
    count("Compiler", record.framework.compiler);
    count("Profile", record.profile + (record.measurement ? fmt::format(", {} pairs of processes, {} timed runs a side",
                                                                        record.measurement->pair_ratios.size(),
                                                                        record.measurement->iterations_per_side)
                                                          : ""));
    count("Tool", "mkb " + record.tool_version);
}

// A failed candidate was not measured: its profile is the same one, seen with less.
void drop_unmeasured_profiles(RunView& run) {
    auto& profiles = run.facts["Profile"];
    for (auto it = profiles.begin(); it != profiles.end();) {
        const bool has_longer =
            std::ranges::any_of(profiles, [&](const auto& other) { return other.first.starts_with(it->first + ","); });
        it = has_longer ? profiles.erase(it) : std::next(it);
    }
}

} // namespace

std::string method_name(const std::string& method, const std::string& model) {
    return model.empty() ? method : method + " · " + model;
}

Result<RunView> read_run(Store& store, const std::map<std::string, std::string>& task_ids) {
    RunView run;
    std::error_code ignored;
    run.folder_name = std::filesystem::weakly_canonical(store.folder(), ignored).filename().string();
    MKB_DO(store.for_each([&](const Record& record) {
        ++run.evaluations;
        run.emulated += record.device.emulated;
        run.first_created = run.first_created.empty() ? record.created : std::min(run.first_created, record.created);
        run.last_created = std::max(run.last_created, record.created);
        count_facts(record, run);
        run.slim.push_back(slim_copy(record));
        run.shown.push_back(record);
        if (run.shown.size() > kTableRows) {
            run.shown.pop_front();
        }
        return true;
    }));
    drop_unmeasured_profiles(run);
    MKB_TRY(trouble, store.not_evaluated());
    run.trouble = std::move(trouble);
    run.scores = score_run(run.slim, run.trouble, task_ids, true);
    return run;
}

} // namespace mkb
