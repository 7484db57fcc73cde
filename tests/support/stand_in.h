#pragma once
// A stand-in for devices and for what judging costs, for tests and measurements of what hands out work: it builds and
// times nothing. Its devices live in a folder, so that those of several processes are the same; what happens there is
// written down in `journal`, a line at a time.
#include "base/files.h"
#include "executor/executor.h"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <unistd.h>

namespace mkb::stand_in {

inline void write_down(const std::filesystem::path& folder, const std::string& line) {
    const Descriptor journal(open((folder / "journal").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    write_all(journal.get(), line + "\n"); // one write: lines of several processes do not mix
}

/// Device `name` of the folder. It is away while a file "<name>.away" is there. A label that begins with "poison" is
/// trouble on every device, "nonsense" is the user's mistake; anything else takes `cost` and is correct.
inline Place place(const std::filesystem::path& folder, const std::string& name,
                   std::chrono::milliseconds cost = std::chrono::milliseconds(0)) {
    const auto away = [folder, name] { return exists(folder / (name + ".away")); };
    return {.name = name,
            .key = [name](const Task& task, const LoadedCandidate& loaded,
                          const EvaluateOptions& options) -> Result<std::string> {
                return evaluation_key(KeyPlace{.framework = "stand-in", .also = {}, .device = name, .cores = {}}, task,
                                      loaded, options);
            },
            .judge = [=](const Task& task, const LoadedCandidate& loaded,
                         const EvaluateOptions& options) -> Result<Judgement> {
                const std::filesystem::path busy = folder / (name + ".busy");
                const Descriptor mine(open(busy.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
                write_down(folder, (mine ? "judge " : "TWICE AT ONCE ") + name + " " + options.label);
                std::this_thread::sleep_for(cost);
                unlink(busy.c_str());
                if (away() || options.label.starts_with("poison")) {
                    return fail(ErrorKind::transient, "device {}: trouble", name);
                }
                if (options.label.starts_with("nonsense")) {
                    return fail(ErrorKind::bad_input, "'{}' is nonsense", options.label);
                }
                Judgement judgement;
                Record& record = judgement.record;
                record.id = new_record_id();
                record.created = utc_now_rfc3339();
                record.task_id = task.id;
                record.label = options.label;
                record.candidate_hash = loaded.candidate.hash();
                record.device.name = name;
                record.outcome = Correct{.measured = false};
                record.key = evaluation_key(KeyPlace{.framework = "stand-in", .also = {}, .device = name, .cores = {}},
                                            task, loaded, options);
                judgement.artifacts.emplace_back("log", "stand-in for " + options.label);
                return judgement;
            },
            .check = [=]() -> Result<void> {
                if (away()) {
                    return fail(ErrorKind::transient, "device {}: does not answer", name);
                }
                return {};
            }};
}

} // namespace mkb::stand_in
