#include "store/store.h"

#include "base/hash.h"
#include "record/printable.h"
#include "store/calls.h"
#include "store/line_file.h"
#include "store/schema.h"
#include "store/sqlite.h"

#include <mutex>
#include <sqlite3.h>
#include <thread>

namespace mkb {
namespace {

constexpr std::chrono::milliseconds kBusyWait{30'000};
constexpr std::size_t kShortestPrefix = 4;

std::filesystem::path database_path(const std::filesystem::path& folder) {
    return folder / "run.db";
}

Result<void> make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error || !std::filesystem::is_directory(folder, error)) {
        return fail(ErrorKind::environment, "cannot make run folder '{}': {}; name another run folder", folder.string(),
                    error ? error.message() : "a file is in its place");
    }
    if (std::filesystem::is_directory(database_path(folder), error)) {
        return fail(ErrorKind::bad_input, "'{}' is a folder, not a run database; name another run folder",
                    database_path(folder).string());
    }
    return {};
}

// Entering WAL mode needs the file for itself, and SQLite does not wait there: two first openers would fail each other.
Result<void> enter_wal(const Database& database) {
    const auto deadline = std::chrono::steady_clock::now() + kBusyWait;
    while (true) {
        auto done = database.execute("PRAGMA journal_mode = WAL");
        const bool busy = !done && (database.error_code() & 0xFF) == SQLITE_BUSY;
        if (!busy || std::chrono::steady_clock::now() > deadline) {
            return done;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}

Result<Record> parse_record(const Database& database, std::int64_t sequence, std::string_view text) {
    auto parsed = record_from_json(nlohmann::json::parse(text, nullptr, false));
    if (auto* record = std::get_if<Record>(&parsed)) {
        return std::move(*record);
    }
    return fail(ErrorKind::bad_input, "evaluation {} in '{}' cannot be read: {}", sequence, database.path().string(),
                std::get<std::string>(parsed));
}

Result<std::string> insert_artifact(const Database& database, std::string_view kind, std::string_view content) {
    std::string hash = sha256_hex(content);
    MKB_TRY(insert, Statement::prepare(database, "INSERT INTO artifact (hash, kind, content) SELECT ?1, ?2, ?3 "
                                                 "WHERE NOT EXISTS (SELECT 1 FROM artifact WHERE hash = ?1)"));
    MKB_DO(insert.bind(1, hash).bind(2, kind).bind_blob(3, content).run());
    return hash;
}

Result<bool> key_is_there(const Database& database, const std::string& key) {
    MKB_TRY(select, Statement::prepare(database, "SELECT 1 FROM evaluation WHERE key = ?1"));
    return select.bind(1, key).step();
}

} // namespace

// One connection; calls from several threads take turns. Recursive, because for_each's callback may ask for artifacts.
struct Store::State {
    Database database;
    std::filesystem::path folder;
    bool read_only = false;
    std::recursive_mutex mutex;

    State(Database opened, std::filesystem::path where, bool reading)
        : database(std::move(opened)), folder(std::move(where)), read_only(reading) {}

    Result<Transaction> begin() {
        if (read_only) {
            return fail(ErrorKind::environment, "run '{}' is open for reading only", folder.string());
        }
        return Transaction::begin(database);
    }
};

Store::Store(std::unique_ptr<State> state) : state_(std::move(state)) {}
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;
Store::~Store() = default;

const std::filesystem::path& Store::folder() const {
    return state_->folder;
}

Result<Store> Store::open(const std::filesystem::path& folder) {
    MKB_DO(make_folder(folder));
    MKB_TRY(database, Database::open(database_path(folder), Database::Mode::read_write, kBusyWait));
    // Before anything is changed: the file may be another program's.
    MKB_TRY(state, check_schema(database));
    if (database.is_read_only()) {
        return fail(ErrorKind::environment, "'{}' is read-only; check its rights or name another run folder",
                    database_path(folder).string());
    }
    MKB_DO(enter_wal(database));
    MKB_DO(database.execute("PRAGMA synchronous = FULL"));
    if (state != SchemaState::current) {
        MKB_DO(bring_up_to_date(database));
    }
    return Store(std::make_unique<State>(std::move(database), folder, false));
}

Result<Store> Store::open_existing(const std::filesystem::path& folder) {
    const std::filesystem::path path = database_path(folder);
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error)) {
        return fail(ErrorKind::bad_input, "no run in '{}' (it has no run.db); name the folder of a run",
                    folder.string());
    }
    MKB_TRY(database, Database::open(path, Database::Mode::read_only, kBusyWait));
    auto state = check_schema(database);
    if (!state && state.error().kind == ErrorKind::environment &&
        !std::filesystem::exists(path.string() + "-wal", error)) {
        // Readers of a WAL database want to make lock files beside it. Where they cannot, nobody else can either.
        MKB_TRY(unshared, Database::open(path, Database::Mode::read_only_unshared, kBusyWait));
        database = std::move(unshared);
        state = check_schema(database);
    }
    if (!state) {
        return std::unexpected(state.error());
    }
    if (*state != SchemaState::current) {
        MKB_TRY(copy, database.copy());
        MKB_DO(bring_up_to_date(copy));
        database = std::move(copy);
    }
    return Store(std::make_unique<State>(std::move(database), folder, true));
}

Result<std::string> Store::put_artifact(std::string_view kind, std::string_view content) {
    const std::lock_guard lock(state_->mutex);
    MKB_TRY(transaction, state_->begin());
    MKB_TRY(hash, insert_artifact(state_->database, kind, content));
    MKB_DO(transaction.commit());
    return hash;
}

Result<std::string> Store::artifact(const std::string& hash) {
    const std::lock_guard lock(state_->mutex);
    MKB_TRY(select, Statement::prepare(state_->database, "SELECT content FROM artifact WHERE hash = ?1"));
    MKB_TRY(found, select.bind(1, hash).step());
    if (!found) {
        return fail(ErrorKind::bad_input, "run '{}' has no artifact {}", folder().string(), printable_line(hash, 70));
    }
    std::string content(select.text(0));
    if (sha256_hex(content) != hash) {
        return fail(ErrorKind::bad_input, "artifact {} in '{}' is damaged; take it from a copy of the run", hash,
                    state_->database.path().string());
    }
    return content;
}

Result<void> Store::append(const Record& record, const std::vector<std::pair<std::string, std::string>>& artifacts,
                           const std::vector<std::string>& same) {
    const std::string json = to_json(record).dump();
    const std::string id = valid_utf8(record.id);
    const std::string key = valid_utf8(record.key);
    const std::string task_id = valid_utf8(record.task_id);
    std::vector<std::string> keys = same;
    keys.push_back(key);
    const std::lock_guard lock(state_->mutex);
    MKB_TRY(transaction, state_->begin());
    for (const std::string& each : keys) {
        MKB_TRY(there, key_is_there(state_->database, each));
        if (there) {
            return fail(ErrorKind::bad_input, "run '{}' already has an evaluation of {} with key {}; ask for a new one",
                        folder().string(), printable_line(task_id), printable_line(each));
        }
    }
    for (const auto& [kind, content] : artifacts) {
        MKB_TRY(hash, insert_artifact(state_->database, kind, content));
    }
    MKB_TRY(insert, Statement::prepare(state_->database,
                                       "INSERT INTO evaluation (id, key, task_id, record) VALUES (?1, ?2, ?3, ?4)"));
    MKB_DO(insert.bind(1, id).bind(2, key).bind(3, task_id).bind(4, json).run());
    for (const std::string& each : same) {
        MKB_TRY(settle, Statement::prepare(state_->database, "UPDATE trouble SET key = ?1 WHERE key = ?2"));
        MKB_DO(settle.bind(1, key).bind(2, valid_utf8(each)).run());
    }
    return transaction.commit();
}

Result<std::optional<Record>> Store::find_by_key(const std::string& key) {
    const std::lock_guard lock(state_->mutex);
    MKB_TRY(select,
            Statement::prepare(state_->database, "SELECT sequence, record FROM evaluation WHERE key = ?1 LIMIT 1"));
    MKB_TRY(found, select.bind(1, valid_utf8(key)).step());
    if (!found) {
        return std::nullopt;
    }
    MKB_TRY(record, parse_record(state_->database, select.integer(0), select.text(1)));
    return record;
}

Result<std::optional<Record>> Store::find(const std::string& id_or_prefix) {
    std::string prefix = id_or_prefix;
    for (char& c : prefix) {
        c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    }
    const bool usable = prefix.size() >= kShortestPrefix &&
                        prefix.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ") == std::string::npos;
    if (!usable) {
        return std::nullopt;
    }
    const std::string end = prefix + "~"; // sorts after every character of an id
    const std::lock_guard lock(state_->mutex);
    MKB_TRY(select, Statement::prepare(state_->database, "SELECT sequence, record FROM evaluation "
                                                         "WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 2"));
    MKB_TRY(found, select.bind(1, prefix).bind(2, end).step());
    if (!found) {
        return std::nullopt;
    }
    MKB_TRY(record, parse_record(state_->database, select.integer(0), select.text(1)));
    MKB_TRY(second, select.step());
    if (second) {
        return fail(ErrorKind::bad_input, "several evaluations in '{}' begin with '{}'; give more of the id",
                    folder().string(), prefix);
    }
    return record;
}

Result<void> Store::for_each(const std::function<bool(const Record&)>& visit) {
    const std::lock_guard lock(state_->mutex);
    // What the callback itself appends is not visited.
    MKB_TRY(last, state_->database.integer("SELECT max(sequence) FROM evaluation"));
    MKB_TRY(select, Statement::prepare(state_->database, "SELECT sequence, record FROM evaluation "
                                                         "WHERE sequence <= ?1 ORDER BY sequence"));
    select.bind(1, last);
    while (true) {
        MKB_TRY(row, select.step());
        if (!row) {
            return {};
        }
        MKB_TRY(record, parse_record(state_->database, select.integer(0), select.text(1)));
        if (!visit(record)) {
            return {};
        }
    }
}

Result<std::vector<Record>> Store::all() {
    std::vector<Record> records;
    MKB_DO(for_each([&](const Record& record) {
        records.push_back(record);
        return true;
    }));
    return records;
}

Result<void> Store::note_not_evaluated(const NotEvaluated& trouble) {
    const std::string texts[] = {valid_utf8(trouble.key),    valid_utf8(trouble.task_id), valid_utf8(trouble.label),
                                 valid_utf8(trouble.method), valid_utf8(trouble.model),   valid_utf8(trouble.message),
                                 valid_utf8(trouble.when)};
    const std::lock_guard lock(state_->mutex);
    MKB_TRY(transaction, state_->begin());
    MKB_TRY(insert, Statement::prepare(state_->database,
                                       "INSERT INTO trouble (key, task_id, label, method, model, message, happened, "
                                       "attempts) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"));
    for (int i = 0; i < 7; ++i) {
        insert.bind(i + 1, texts[i]);
    }
    MKB_DO(insert.bind(8, std::int64_t{std::max(trouble.attempts, 1)}).run());
    return transaction.commit();
}

Result<std::vector<NotEvaluated>> Store::not_evaluated() {
    const std::lock_guard lock(state_->mutex);
    // SQLite takes the bare columns from the row that has the maximum.
    MKB_TRY(select, Statement::prepare(state_->database,
                                       "SELECT key, task_id, label, method, model, message, happened, sum(attempts), "
                                       "max(sequence) AS newest FROM trouble "
                                       "WHERE key NOT IN (SELECT key FROM evaluation) GROUP BY key ORDER BY newest"));
    std::vector<NotEvaluated> list;
    while (true) {
        MKB_TRY(row, select.step());
        if (!row) {
            return list;
        }
        const auto text = [&](int column) { return std::string(select.text(column)); };
        list.push_back({.key = text(0),
                        .task_id = text(1),
                        .label = text(2),
                        .method = text(3),
                        .model = text(4),
                        .message = text(5),
                        .when = text(6),
                        .attempts = static_cast<int>(select.integer(7))});
    }
}

Result<std::int64_t> Store::begin_call(const ModelCall& call) {
    const std::lock_guard lock(state_->mutex);
    MKB_TRY(transaction, state_->begin());
    MKB_TRY(sequence, insert_call(state_->database, call));
    MKB_DO(transaction.commit());
    return sequence;
}

Result<void> Store::end_call(std::int64_t sequence, const nlohmann::json& answer, std::optional<double> money) {
    const std::lock_guard lock(state_->mutex);
    MKB_TRY(transaction, state_->begin());
    MKB_DO(insert_answer(state_->database, sequence, answer, money));
    return transaction.commit();
}

Result<void> Store::end_call(std::int64_t sequence, std::string_view failure) {
    const std::lock_guard lock(state_->mutex);
    MKB_TRY(transaction, state_->begin());
    MKB_DO(insert_failure(state_->database, sequence, failure));
    return transaction.commit();
}

Result<std::optional<ModelCall>> Store::answered_call(const std::string& position) {
    const std::lock_guard lock(state_->mutex);
    return select_answered(state_->database, position);
}

Result<std::vector<ModelCall>> Store::calls(const std::string& task_id) {
    const std::lock_guard lock(state_->mutex);
    return select_calls(state_->database, task_id);
}

Result<void> Store::put_fact(std::string_view name, std::string_view value) {
    const std::lock_guard lock(state_->mutex);
    MKB_TRY(transaction, state_->begin());
    MKB_TRY(insert, Statement::prepare(state_->database, "INSERT INTO fact (name, value) VALUES (?1, ?2) "
                                                         "ON CONFLICT DO NOTHING"));
    MKB_DO(insert.bind(1, name).bind(2, value).run());
    return transaction.commit();
}

Result<std::optional<std::string>> Store::fact(std::string_view name) {
    const std::lock_guard lock(state_->mutex);
    MKB_TRY(select, Statement::prepare(state_->database, "SELECT value FROM fact WHERE name = ?1"));
    MKB_TRY(found, select.bind(1, name).step());
    return found ? std::optional(std::string(select.text(0))) : std::nullopt;
}

Result<void> Store::export_jsonl() {
    const std::lock_guard lock(state_->mutex);
    MKB_TRY(file, LineFile::make(folder() / "records.jsonl"));
    MKB_TRY(select, Statement::prepare(state_->database, "SELECT record FROM evaluation ORDER BY sequence"));
    while (true) {
        MKB_TRY(row, select.step());
        if (!row) {
            return file.finish();
        }
        MKB_DO(file.add(select.text(0)));
    }
}

} // namespace mkb
