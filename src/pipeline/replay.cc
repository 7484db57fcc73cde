#include "pipeline/replay.h"

#include <algorithm>
#include <cmath>

namespace mkb {

namespace {

constexpr double kMostExtraWork = 100; ///< a share; more is no setting of ours

Result<LoadedCandidate> stored_sources(const Record& record, const Task& task, const ReadArtifact& read) {
    std::vector<SourceFile> sources;
    for (const std::string& name : task.files) {
        if (const auto found = record.source_artifacts.find(name); found != record.source_artifacts.end()) {
            MKB_TRY(text, read(found->second));
            sources.push_back({.name = name, .text = std::move(text)});
        }
    }
    return candidate_of_files(std::move(sources), task.files, record.origin);
}

/// The candidate that was judged, to the byte.
Result<void> load_stored(const Record& record, const Task& task, const ReadArtifact& read, Replay& replay) {
    MKB_TRY(loaded, stored_sources(record, task, read));
    if (!record.answer_artifact.empty()) {
        MKB_TRY(answer, read(record.answer_artifact));
        Extraction again = extract_sources(answer, task.files);
        loaded.candidate.answer = std::move(answer);
        Candidate other{.origin = record.origin, .answer = {}, .sources = again.sources};
        if (std::holds_alternative<NoSource>(record.outcome)) {
            loaded.candidate.sources = again.sources;
            loaded.extraction = std::move(again);
        } else if (other.hash() != loaded.candidate.hash()) {
            replay.note = "the stored answer would be read differently today; its sources are judged as they were";
        }
    }
    if (!std::holds_alternative<NoSource>(record.outcome) && loaded.candidate.hash() != record.candidate_hash) {
        return fail(ErrorKind::bad_input, "record {}: its stored sources are not the candidate {} that it names",
                    record.id, record.candidate_hash.substr(0, 16));
    }
    replay.loaded = std::move(loaded);
    return {};
}

Result<bool> flag_of(const Record& record, const char* name) {
    const auto found = record.settings.find(name);
    if (found == record.settings.end()) {
        return false;
    }
    if (!found->is_boolean()) {
        return fail(ErrorKind::bad_input, "record {}: its setting '{}' is not true or false", record.id, name);
    }
    return found->get<bool>();
}

Result<EvaluateOptions> stored_options(const Record& record) {
    if (!record.settings.is_object() || !record.settings.contains("profile")) {
        return fail(ErrorKind::bad_input, "record {}: it does not say under which settings it was judged", record.id);
    }
    EvaluateOptions options{.label = record.label, .method = record.method, .model = record.model};
    options.sample = record.sample;
    auto profile = profile_from_json(record.settings.at("profile"));
    if (!profile) {
        return fail_in("record " + record.id, profile.error());
    }
    options.profile = std::move(*profile);
    MKB_TRY(way, build_way_named(record.build));
    options.way = way;
    MKB_TRY(trusted, flag_of(record, "trusted"));
    MKB_TRY(twice, flag_of(record, "native_twice"));
    MKB_TRY(count, flag_of(record, "count_instructions"));
    options.trusted = trusted;
    options.native_twice = twice;
    options.count_instructions = count;
    if (const auto extra = record.settings.find("extra_work"); extra != record.settings.end()) {
        const double share = extra->is_number() ? extra->get<double>() : -1;
        if (!std::isfinite(share) || share < 0 || share > kMostExtraWork) {
            return fail(ErrorKind::bad_input, "record {}: its setting 'extra_work' is no share", record.id);
        }
        options.extra_work = share;
    }
    Seed seed;
    if (!parse_seed(record.seed, seed)) {
        return fail(ErrorKind::bad_input, "record {}: its seed '{}' is not 32 hexadecimal digits", record.id,
                    record.seed);
    }
    options.seed = seed;
    return options;
}

/// How the device was used.
Result<void> load_device_settings(const Record& record, Replay& replay) {
    if (const auto cores = record.settings.find("cores"); cores != record.settings.end()) {
        if (!cores->is_string()) {
            return fail(ErrorKind::bad_input, "record {}: its setting 'cores' names no cores", record.id);
        }
        replay.cores = cores->get<std::string>();
    }
    if (const auto wait = record.settings.find("cool_down_s"); wait != record.settings.end()) {
        const double seconds = wait->is_number() ? wait->get<double>() : -1;
        if (!(seconds >= 0 && seconds <= kMostCoolDownS)) {
            return fail(ErrorKind::bad_input, "record {}: its setting 'cool_down_s' is no number of seconds to wait",
                        record.id);
        }
        replay.cool_down_s = seconds;
    }
    return {};
}

} // namespace

Result<Replay> replay_of(const Record& record, const Task& task, const ReadArtifact& read) {
    if (task.hash != record.task_hash) {
        return fail(ErrorKind::bad_input,
                    "record {}: task {} is not what it was judged on ({} now, {} then); name that dataset's folder "
                    "with --tasks-dir",
                    record.id, task.id, task.hash.substr(0, 16), record.task_hash.substr(0, 16));
    }
    Replay replay;
    MKB_DO(load_stored(record, task, read, replay));
    MKB_TRY(options, stored_options(record));
    replay.options = std::move(options);
    MKB_DO(load_device_settings(record, replay));
    replay.targets = record.targets;
    if (const auto* failed = std::get_if<BuildFailed>(&record.outcome); failed != nullptr && !failed->target.empty()) {
        replay.targets.push_back(failed->target);
    }
    return replay;
}

} // namespace mkb
