#include "store/schema.h"

#include "store/store.h"

#include <iterator>

namespace mkb {
namespace {

constexpr const char* kTables = R"sql(
CREATE TABLE evaluation (
    sequence INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    key      TEXT NOT NULL UNIQUE,
    task_id  TEXT NOT NULL,
    record   TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS artifact (
    hash    TEXT PRIMARY KEY,
    kind    TEXT NOT NULL,
    content BLOB NOT NULL
) STRICT;
CREATE TABLE trouble (
    sequence INTEGER PRIMARY KEY,
    key TEXT NOT NULL, task_id TEXT NOT NULL, label TEXT NOT NULL, method TEXT NOT NULL, model TEXT NOT NULL,
    message TEXT NOT NULL, happened TEXT NOT NULL,
    attempts INTEGER NOT NULL
) STRICT;
CREATE INDEX trouble_key ON trouble (key);
CREATE TABLE fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
)sql";

// Insert triggers too: INSERT OR REPLACE removes rows without asking the delete triggers.
constexpr const char* kAppendOnly = R"sql(
CREATE TRIGGER evaluation_no_update BEFORE UPDATE ON evaluation
    BEGIN SELECT RAISE(ABORT, 'evaluations are only ever appended'); END;
CREATE TRIGGER evaluation_no_delete BEFORE DELETE ON evaluation
    BEGIN SELECT RAISE(ABORT, 'evaluations are only ever appended'); END;
CREATE TRIGGER evaluation_no_replace BEFORE INSERT ON evaluation
    WHEN EXISTS (SELECT 1 FROM evaluation WHERE sequence = NEW.sequence OR id = NEW.id OR key = NEW.key)
    BEGIN SELECT RAISE(ABORT, 'evaluations are only ever appended'); END;
CREATE TRIGGER artifact_no_update BEFORE UPDATE ON artifact
    BEGIN SELECT RAISE(ABORT, 'artifacts are only ever appended'); END;
CREATE TRIGGER artifact_no_delete BEFORE DELETE ON artifact
    BEGIN SELECT RAISE(ABORT, 'artifacts are only ever appended'); END;
CREATE TRIGGER artifact_no_replace BEFORE INSERT ON artifact
    WHEN EXISTS (SELECT 1 FROM artifact WHERE hash = NEW.hash)
    BEGIN SELECT RAISE(ABORT, 'artifacts are only ever appended'); END;
)sql";

// Calls of models: a row when one begins, another when it ends. What began and never ended was lost with its process.
constexpr const char* kCallTables = R"sql(
CREATE TABLE call (
    sequence INTEGER PRIMARY KEY,
    position TEXT NOT NULL,
    task_id  TEXT NOT NULL,
    request  TEXT NOT NULL,
    began    TEXT NOT NULL
) STRICT;
CREATE INDEX call_position ON call (position);
CREATE TABLE call_end (
    call     INTEGER PRIMARY KEY REFERENCES call (sequence),
    position TEXT NOT NULL,
    answer   TEXT NOT NULL,
    failure  TEXT NOT NULL,
    money    TEXT NOT NULL,
    ended    TEXT NOT NULL,
    CHECK ((answer = '') <> (failure = ''))
) STRICT;
CREATE UNIQUE INDEX call_answered ON call_end (position) WHERE answer <> '';
CREATE TRIGGER call_no_update BEFORE UPDATE ON call BEGIN SELECT RAISE(ABORT, 'calls are only ever appended'); END;
CREATE TRIGGER call_no_delete BEFORE DELETE ON call BEGIN SELECT RAISE(ABORT, 'calls are only ever appended'); END;
CREATE TRIGGER call_no_replace BEFORE INSERT ON call
    WHEN EXISTS (SELECT 1 FROM call WHERE sequence = NEW.sequence)
    BEGIN SELECT RAISE(ABORT, 'calls are only ever appended'); END;
CREATE TRIGGER call_end_no_update BEFORE UPDATE ON call_end
    BEGIN SELECT RAISE(ABORT, 'answers are only ever appended'); END;
CREATE TRIGGER call_end_no_delete BEFORE DELETE ON call_end
    BEGIN SELECT RAISE(ABORT, 'answers are only ever appended'); END;
CREATE TRIGGER call_end_no_replace BEFORE INSERT ON call_end
    WHEN EXISTS (SELECT 1 FROM call_end WHERE call = NEW.call OR
                 (position = NEW.position AND answer <> '' AND NEW.answer <> ''))
    BEGIN SELECT RAISE(ABORT, 'answers are only ever appended'); END;
)sql";

// Schema 0 held evaluation (sequence, record) and artifact (hash, kind, content), with names only inside the JSON.
Result<void> migrate_0_to_1(const Database& database) {
    MKB_DO(database.execute("ALTER TABLE evaluation RENAME TO evaluation_0"));
    MKB_DO(database.execute(kTables));
    MKB_DO(database.execute(R"sql(
        INSERT INTO evaluation (sequence, id, key, task_id, record)
            SELECT sequence, record ->> '$.id', record ->> '$.key', record ->> '$.task_id', record FROM evaluation_0
            ORDER BY sequence;
        DROP TABLE evaluation_0;)sql"));
    return database.execute(kAppendOnly);
}

// Schema 1 knew no calls of models.
Result<void> migrate_1_to_2(const Database& database) {
    return database.execute(kCallTables);
}

using Migration = Result<void> (*)(const Database&);
constexpr Migration kMigrations[] = {migrate_0_to_1, migrate_1_to_2};
static_assert(std::size(kMigrations) == kStoreSchema, "one migration from each older schema to the next");

Result<void> create_tables(const Database& database) {
    MKB_DO(database.execute(kTables));
    MKB_DO(database.execute(kAppendOnly));
    return database.execute(kCallTables);
}

} // namespace

Result<SchemaState> check_schema(const Database& database) {
    // In this order: another process may be making the tables between two of these reads, and its application id, read
    // last, is there once its tables are.
    MKB_TRY(tables, database.integer("SELECT count(*) FROM sqlite_schema"));
    MKB_TRY(version, database.integer("PRAGMA user_version"));
    MKB_TRY(application, database.integer("PRAGMA application_id"));
    if (application == 0 && version == 0 && tables == 0) {
        return SchemaState::empty;
    }
    if (application != kApplicationId) {
        return fail(ErrorKind::bad_input, "'{}' is another program's database; name another run folder",
                    database.path().string());
    }
    if (version > kStoreSchema || version < 0) {
        return fail(ErrorKind::bad_input,
                    "'{}' was written by a newer mkb (schema {}, this one knows up to {}); use that version",
                    database.path().string(), version, kStoreSchema);
    }
    return version == kStoreSchema ? SchemaState::current : SchemaState::older;
}

Result<void> bring_up_to_date(const Database& database) {
    MKB_TRY(transaction, Transaction::begin(database));
    MKB_TRY(state, check_schema(database));
    if (state == SchemaState::current) {
        return transaction.commit();
    }
    if (state == SchemaState::empty) {
        MKB_DO(create_tables(database));
        MKB_DO(database.execute(fmt::format("PRAGMA application_id = {}", kApplicationId).c_str()));
    } else {
        MKB_TRY(version, database.integer("PRAGMA user_version"));
        for (auto step = static_cast<std::size_t>(version); step < std::size(kMigrations); ++step) {
            if (auto done = kMigrations[step](database); !done) {
                return fail_in(fmt::format("bringing schema {} to {}", step, step + 1), done.error());
            }
        }
    }
    MKB_DO(database.execute(fmt::format("PRAGMA user_version = {}", kStoreSchema).c_str()));
    return transaction.commit();
}

} // namespace mkb
