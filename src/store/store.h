#pragma once
// One run is one directory: run.db (SQLite), evaluations only ever appended, artifacts by hash.
#include "base/result.h"
#include "record/record.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mkb {

constexpr int kStoreSchema = 2; ///< 2: calls of models

/// An evaluation that infrastructure trouble ended; visible in every table until an evaluation with the same key
/// succeeds, or of the same work on another device.
struct NotEvaluated {
    std::string key, task_id, label, method, model;
    std::string message;
    std::string when;
    int attempts = 0; ///< as noted; in the list that not_evaluated() gives, the sum over the key's notes
};

/// A call of a model, stored when it begins and again when it ends, before anybody uses the answer.
struct ModelCall {
    std::int64_t sequence = 0; ///< given by begin_call
    std::string position;      ///< what the call is for within the run: answered once, and then never asked for again
    std::string method, model, task_id, role;
    int round = 0, sample = 0, attempt = 0;
    std::string system, prompt;           ///< the prompt with marks around measured figures (llm/measured.h)
    nlohmann::json parameters;            ///< what was asked for beyond the provider's defaults
    std::string began, ended;             ///< UTC; `ended` empty while it is in flight
    std::optional<nlohmann::json> answer; ///< text, thinking, usage, stop, model, tries, troubles, latency_ms
    std::string failure;                  ///< one line, where there is no answer
    std::optional<double> money;          ///< in the price table's currency; nothing where no price is known
    bool in_flight() const { return !answer && failure.empty(); }
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
    /// (bad_input), and so is one where a key of `same` is there already: what the same work has on other devices.
    /// Trouble that was noted under one of `same` was trouble on the way to this record, and is listed no more.
    /// `artifacts` are (kind, content) pairs that the record names by hash.
    Result<void> append(const Record& record, const std::vector<std::pair<std::string, std::string>>& artifacts = {},
                        const std::vector<std::string>& same = {});
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

    /// Stores what is about to be asked; the sequence that end_call wants.
    Result<std::int64_t> begin_call(const ModelCall& call);
    /// Stores how it ended: an answer, or a failure's line. bad_input for an unknown call, one that has ended, or a
    /// second answer for its position.
    Result<void> end_call(std::int64_t sequence, const nlohmann::json& answer, std::optional<double> money);
    Result<void> end_call(std::int64_t sequence, std::string_view failure);
    /// The answered call of this position.
    Result<std::optional<ModelCall>> answered_call(const std::string& position);
    /// All calls in the order in which they began. In a run that nobody works on, those in flight are lost.
    Result<std::vector<ModelCall>> calls(const std::string& task_id = {});

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
