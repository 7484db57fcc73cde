#pragma once
// Reflective memory: what was tried on which operator, for what bottleneck, with what result. Both planners read it.
#include "base/result.h"
#include "record/record.h"
#include "task/task.h"

#include <filesystem>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mkb {

struct MemoryEntry {
    std::string run, task_id; ///< with sample and round: where it was tried; an entry is kept once
    int sample = 0, round = 0;
    std::string when; ///< UTC
    std::string operator_name, form, category, model;
    std::string role;                             ///< of the planner: "repair", "correction", "accelerator"
    std::string bottleneck;                       ///< as in Plan
    std::string method;                           ///< a few words
    std::string before, after;                    ///< kinds of outcome
    double speedup_before = 0, speedup_after = 0; ///< over native; 0: not measured
};
nlohmann::json to_json(const MemoryEntry& entry);

/// Unset texts match everything.
struct MemoryFilter {
    std::string operator_name, form, category, bottleneck, role;
    bool fits(const MemoryEntry& entry) const;
};

constexpr int kMemorySchema = 1;

/// Lines of JSON: {"mkb_memory": 1}, then an entry each.
std::string memory_text(const std::vector<MemoryEntry>& entries);
/// bad_input with the line's number for what is no memory, or one of another version.
Result<std::vector<MemoryEntry>> parse_memory(std::string_view text, const std::string& where);
/// `MKB_MEMORY`, else `$XDG_DATA_HOME/mkb/memory.jsonl`, else `~/.local/share/mkb/memory.jsonl`.
std::filesystem::path memory_file();
/// Empty when there is no file yet.
Result<std::vector<MemoryEntry>> read_memory(const std::filesystem::path& file);
/// Adds those that are not there yet; whole or not at all, also beside other processes. How many were new.
Result<std::size_t> add_to_memory(const std::filesystem::path& file, const std::vector<MemoryEntry>& entries);

/// How far back the planners see.
enum class MemoryReach { off, task, run, global };
Result<MemoryReach> memory_reach_named(const std::string& name);
std::string_view name_of(MemoryReach reach);

/// A run's memory. From several threads at once.
class Memory {
public:
    /// With `global` the file is read now and added to as the run goes on.
    static Result<std::unique_ptr<Memory>> open(MemoryReach reach, const std::filesystem::path& file);
    Result<void> add(const MemoryEntry& entry);
    /// At most `limit` entries for this planner and task, best fit first: same operator, then same category and
    /// bottleneck, then same form; newest first among equals. Entries of other forms and categories alike do not fit.
    std::vector<MemoryEntry> fitting(const Task& task, std::string_view role, std::string_view bottleneck,
                                     std::size_t limit) const;

private:
    Memory(MemoryReach reach, std::filesystem::path file) : reach_(reach), file_(std::move(file)) {}
    MemoryReach reach_;
    std::filesystem::path file_;
    mutable std::mutex mutex_;
    std::vector<MemoryEntry> entries_;
};

/// As a planner reads it, measured figures marked.
std::string memory_lines(const std::vector<MemoryEntry>& entries);

} // namespace mkb
