#pragma once
// One run is one directory: run.db (SQLite), evaluations only ever appended, artifacts by hash.
#include "base/result.h"
#include "record/record.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace mkb {

constexpr int kStoreSchema = 1;

/// An evaluation that infrastructure trouble ended; visible in every table until an evaluation with the same key
/// succeeds.
struct NotEvaluated {
    std::string key, task_id, label, method, model;
    std::string message;
    std::string when;
    int attempts = 0; ///< as noted; in the list that not_evaluated() gives, the sum over the key's notes
};

/// Calls from several threads take turns; `for_each` holds its turn to the end, and its callback may call the store.
class Store {
public:
    /// Opens or makes `<folder>/run.db`. bad_input for a file that is no run.db, is corrupt, or was written by a newer
    /// schema; environment for a full disk or a read-only folder. Older schemas are migrated in one transaction. WAL,
    /// one writer at a time; other processes wait up to 30 s.
    static Result<Store> open(const std::filesystem::path& folder);
    /// For reading only: never creates or migrates on disk. bad_input when there is no run. Works in a folder that
    /// cannot be written to.
    static Result<Store> open_existing(const std::filesystem::path& folder);
    Store(Store&&) noexcept;
    Store& operator=(Store&&) noexcept;
    ~Store();

    /// SHA-256 of the content; stored once. `kind`: "source", "answer", "log", "samples".
    Result<std::string> put_artifact(std::string_view kind, std::string_view content);
    /// bad_input when it is not there or its content no longer has this hash.
    Result<std::string> artifact(const std::string& hash);

    /// Appends the record and its artifacts' rows in one transaction. A second record with the same key is refused
    /// (bad_input). `artifacts` are (kind, content) pairs that the record names by hash.
    Result<void> append(const Record& record, const std::vector<std::pair<std::string, std::string>>& artifacts = {});
    /// The evaluation with this key, by an index: a run that is taken up again asks for each of its keys.
    Result<std::optional<Record>> find_by_key(const std::string& key);
    /// At least 4 characters of an id, in any case. bad_input when several begin so.
    Result<std::optional<Record>> find(const std::string& id_or_prefix);
    /// In order of insertion. The callback returns false to stop. Memory stays flat. What the callback appends is not
    /// visited.
    Result<void> for_each(const std::function<bool(const Record&)>& visit);
    Result<std::vector<Record>> all();

    /// Kept as a note of its own; the newest of a key is shown.
    Result<void> note_not_evaluated(const NotEvaluated& trouble);
    Result<std::vector<NotEvaluated>> not_evaluated();

    /// Facts of the whole run ("created", "tool_version", …): written once, read for reports.
    Result<void> put_fact(std::string_view name, std::string_view value);
    Result<std::optional<std::string>> fact(std::string_view name);

    const std::filesystem::path& folder() const;
    /// Writes records.jsonl beside run.db, atomically.
    Result<void> export_jsonl();

private:
    struct State;
    explicit Store(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

} // namespace mkb
