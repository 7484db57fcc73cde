#include "store/store.h"

#include "../tests/support/sample_records.h"
#include "base/files.h"
#include "base/hash.h"
#include "store/sqlite.h"

#include <fstream>
#include <gtest/gtest.h>

namespace mkb {
namespace {

TempDir temp_dir() {
    auto dir = TempDir::make("mkb-store-test");
    MKB_CHECK(dir.has_value());
    return std::move(*dir);
}

Store open_store(const std::filesystem::path& folder) {
    auto store = Store::open(folder);
    if (!store) {
        ADD_FAILURE() << store.error().message;
    }
    MKB_CHECK(store.has_value());
    return std::move(*store);
}

Database raw(const std::filesystem::path& folder) {
    auto database = Database::open(folder / "run.db", Database::Mode::read_write, std::chrono::milliseconds(0));
    MKB_CHECK(database.has_value());
    return std::move(*database);
}

void expect_ok(const Result<void>& result) {
    EXPECT_TRUE(result.has_value()) << result.error().message;
}

template <class T>
void expect_error(const Result<T>& result, ErrorKind kind, std::string_view part) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().kind, kind) << result.error().message;
    EXPECT_NE(result.error().message.find(part), std::string::npos) << result.error().message;
    EXPECT_EQ(result.error().message.find('\n'), std::string::npos) << result.error().message;
}

TEST(Store, RecordsComeBackInOrderAndWhole) {
    const TempDir dir = temp_dir();
    const auto records = sample::make_records(30);
    {
        Store store = open_store(dir.path() / "a" / "run");
        for (const Record& record : records) {
            expect_ok(store.append(record));
        }
    }
    auto store = Store::open_existing(dir.path() / "a" / "run");
    ASSERT_TRUE(store.has_value()) << store.error().message;
    const auto back = store->all();
    ASSERT_TRUE(back.has_value());
    ASSERT_EQ(back->size(), records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
        EXPECT_EQ(to_json((*back)[i]), to_json(records[i]));
    }
}

TEST(Store, ForEachStopsWhenToldAndDoesNotVisitWhatItsCallbackAppends) {
    const TempDir dir = temp_dir();
    Store store = open_store(dir.path());
    for (int i = 0; i < 5; ++i) {
        expect_ok(store.append(sample::make_record(i)));
    }
    int seen = 0;
    expect_ok(store.for_each([&](const Record&) { return ++seen < 3; }));
    EXPECT_EQ(seen, 3);
    seen = 0;
    expect_ok(store.for_each([&](const Record&) {
        expect_ok(store.append(sample::make_record(100 + seen)));
        return ++seen < 50;
    }));
    EXPECT_EQ(seen, 5);
    EXPECT_EQ(store.all()->size(), 10U);
}

TEST(Store, ASecondRecordWithTheSameKeyIsRefusedAndLeavesNothingBehind) {
    const TempDir dir = temp_dir();
    Store store = open_store(dir.path());
    Record record = sample::make_record(0);
    const std::string first = record.id;
    expect_ok(store.append(record));
    record.id = new_record_id();
    expect_error(store.append(record, {{"log", "left behind?"}}), ErrorKind::bad_input, record.key);
    EXPECT_FALSE(store.artifact(sha256_hex("left behind?")).has_value());
    EXPECT_EQ(store.all()->size(), 1U);
    EXPECT_EQ((*store.find_by_key(record.key))->id, first);
    EXPECT_FALSE(*store.find_by_key("another"));
}

TEST(Store, ARecordOfWorkThatIsThereUnderAnotherDevicesKeyIsRefused) {
    const TempDir dir = temp_dir();
    Store store = open_store(dir.path());
    Record record = sample::make_record(0);
    const std::string first = record.key;
    expect_ok(store.append(record, {}, {"one", first}));
    record.id = new_record_id();
    record.key = "one";
    expect_error(store.append(record, {}, {"one", first}), ErrorKind::bad_input, first);
    EXPECT_EQ(store.all()->size(), 1U);
    expect_ok(store.append(record, {}, {"one", "two"}));
}

TEST(Store, FindTakesAnIdOrAnUnambiguousPrefixInAnyCase) {
    const TempDir dir = temp_dir();
    Store store = open_store(dir.path());
    Record first = sample::make_record(0);
    Record second = sample::make_record(1);
    first.id = "01AAAAAAAAAAAAAAAAAAAAAAAA";
    second.id = "01AABAAAAAAAAAAAAAAAAAAAAA";
    expect_ok(store.append(first));
    expect_ok(store.append(second));
    EXPECT_EQ((*store.find(first.id))->key, first.key);
    EXPECT_EQ((*store.find("01aab"))->key, second.key);
    EXPECT_FALSE(store.find("01AAC")->has_value());
    EXPECT_FALSE(store.find("")->has_value());
    EXPECT_FALSE(store.find("' OR 1=1 --")->has_value());
    expect_error(store.find("01AA"), ErrorKind::bad_input, "more of the id");
}

TEST(Store, ArtifactsAreExactBytesStoredOnceByTheirHash) {
    const TempDir dir = temp_dir();
    Store store = open_store(dir.path());
    const std::string content("a\0b\xff\n", 5);
    for (const std::string& bytes : {content, content, std::string()}) {
        const auto hash = store.put_artifact("log", bytes);
        ASSERT_TRUE(hash.has_value()) << hash.error().message;
        EXPECT_EQ(*hash, sha256_hex(bytes));
        EXPECT_EQ(*store.artifact(*hash), bytes);
    }
    EXPECT_EQ(*raw(dir.path()).integer("SELECT count(*) FROM artifact"), 2);
    expect_error(store.artifact("nope"), ErrorKind::bad_input, "nope");
}

TEST(Store, ADamagedArtifactIsAnErrorNotItsContent) {
    const TempDir dir = temp_dir();
    Store store = open_store(dir.path());
    const std::string hash = *store.put_artifact("log", "true content");
    expect_ok(raw(dir.path()).execute("DROP TRIGGER artifact_no_update; UPDATE artifact SET content = x'00'"));
    expect_error(store.artifact(hash), ErrorKind::bad_input, "damaged");
}

TEST(Store, TheDatabaseItselfRefusesChangesToWhatWasAppended) {
    const TempDir dir = temp_dir();
    Store store = open_store(dir.path());
    expect_ok(store.append(sample::make_record(0), {{"log", "text"}}));
    const Database database = raw(dir.path());
    for (const char* sql : {"UPDATE evaluation SET record = '{}'", "DELETE FROM evaluation",
                            "INSERT OR REPLACE INTO evaluation SELECT sequence, id, key, task_id, '{}' FROM evaluation",
                            "UPDATE artifact SET content = x'00'", "DELETE FROM artifact",
                            "INSERT OR REPLACE INTO artifact SELECT hash, kind, x'00' FROM artifact"}) {
        EXPECT_FALSE(database.execute(sql).has_value()) << sql;
    }
    EXPECT_EQ(store.all()->size(), 1U);
}

TEST(Store, TroubleIsListedOncePerKeyUntilAnEvaluationWithItsKeySucceeds) {
    const TempDir dir = temp_dir();
    Store store = open_store(dir.path());
    const Record record = sample::make_record(0);
    NotEvaluated trouble = sample::make_trouble(record.task_id, record.key);
    expect_ok(store.note_not_evaluated(trouble));
    trouble.message = "newest";
    trouble.attempts = 3;
    expect_ok(store.note_not_evaluated(trouble));
    expect_ok(store.note_not_evaluated(sample::make_trouble("other", "other-key")));
    auto list = store.not_evaluated();
    ASSERT_EQ(list->size(), 2U);
    EXPECT_EQ((*list)[0].message, "newest");
    EXPECT_EQ((*list)[0].attempts, 4);
    expect_ok(store.append(record));
    list = store.not_evaluated();
    ASSERT_EQ(list->size(), 1U);
    EXPECT_EQ((*list)[0].key, "other-key");
}

TEST(Store, TroubleOnOneDeviceIsSettledByAnEvaluationOnAnother) {
    const TempDir dir = temp_dir();
    Store store = open_store(dir.path());
    const Record record = sample::make_record(0);
    for (const char* key : {"of-any", "of-another", "other-work"}) {
        expect_ok(store.note_not_evaluated(sample::make_trouble(record.task_id, key)));
    }
    expect_ok(store.append(record, {}, {"of-any", record.key, "of-another"}));
    const auto list = store.not_evaluated();
    ASSERT_EQ(list->size(), 1U);
    EXPECT_EQ(list->front().key, "other-work");
}

TEST(Store, FactsAreWrittenOnce) {
    const TempDir dir = temp_dir();
    Store store = open_store(dir.path());
    EXPECT_FALSE(store.fact("created")->has_value());
    expect_ok(store.put_fact("created", "today"));
    expect_ok(store.put_fact("created", "tomorrow"));
    EXPECT_EQ(**store.fact("created"), "today");
}

TEST(Store, ExportIsOneRecordPerLineAndReplacesAnOlderExport) {
    const TempDir dir = temp_dir();
    Store store = open_store(dir.path());
    for (int i = 0; i < 3; ++i) {
        Record record = sample::make_record(i);
        record.label = sample::kHostileText;
        expect_ok(store.append(record));
        expect_ok(store.export_jsonl());
    }
    std::ifstream file(dir.path() / "records.jsonl");
    int lines = 0;
    for (std::string line; std::getline(file, line); ++lines) {
        EXPECT_TRUE(std::holds_alternative<Record>(record_from_json(nlohmann::json::parse(line, nullptr, false))));
    }
    EXPECT_EQ(lines, 3);
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
        files += entry.path().filename().string().find("jsonl") != std::string::npos;
    }
    EXPECT_EQ(files, 1);
}

TEST(StoreSchema, AVersionZeroFileIsMigratedWhereItMayBeWrittenAndReadWhereNot) {
    const TempDir dir = temp_dir();
    const Record record = sample::make_record(7);
    const std::string text = to_json(record).dump();
    {
        const Database old = raw(dir.path());
        expect_ok(old.execute("CREATE TABLE evaluation (sequence INTEGER PRIMARY KEY, record TEXT NOT NULL);"
                              "CREATE TABLE artifact (hash TEXT PRIMARY KEY, kind TEXT, content BLOB) STRICT;"
                              "INSERT INTO artifact VALUES ('h', 'log', x'00');"
                              "PRAGMA application_id = 0x4D4B4272"));
        auto insert = Statement::prepare(old, "INSERT INTO evaluation (record) VALUES (?1)");
        expect_ok(insert->bind(1, text).run());
    }
    {
        auto reader = Store::open_existing(dir.path());
        ASSERT_TRUE(reader.has_value()) << reader.error().message;
        EXPECT_EQ(to_json((*reader->all())[0]), to_json(record));
        EXPECT_EQ(*raw(dir.path()).integer("PRAGMA user_version"), 0);
    }
    Store store = open_store(dir.path());
    EXPECT_EQ(*raw(dir.path()).integer("PRAGMA user_version"), kStoreSchema);
    EXPECT_EQ(*raw(dir.path()).integer("SELECT count(*) FROM artifact"), 1);
    EXPECT_EQ((*store.find_by_key(record.key))->id, record.id);
    EXPECT_TRUE(store.find(record.id)->has_value());
    expect_ok(store.append(sample::make_record(8)));
    EXPECT_EQ(store.all()->size(), 2U);
}

TEST(StoreSchema, AMigrationThatFailsChangesNothing) {
    const TempDir dir = temp_dir();
    expect_ok(raw(dir.path())
                  .execute("CREATE TABLE evaluation (sequence INTEGER PRIMARY KEY, record TEXT NOT NULL);"
                           "INSERT INTO evaluation (record) VALUES ('{}');"
                           "PRAGMA application_id = 0x4D4B4272"));
    EXPECT_FALSE(Store::open(dir.path()).has_value());
    EXPECT_EQ(*raw(dir.path()).integer("PRAGMA user_version"), 0);
    EXPECT_EQ(*raw(dir.path()).integer("SELECT count(*) FROM evaluation"), 1);
    EXPECT_EQ(*raw(dir.path()).integer("SELECT count(*) FROM sqlite_schema"), 1);
}

TEST(StoreSchema, ANewerSchemaIsRefusedUntouched) {
    const TempDir dir = temp_dir();
    {
        open_store(dir.path());
    }
    expect_ok(raw(dir.path()).execute("PRAGMA user_version = 99"));
    expect_error(Store::open(dir.path()), ErrorKind::bad_input, "schema 99");
    expect_error(Store::open_existing(dir.path()), ErrorKind::bad_input, "newer mkb");
}

TEST(StoreSchema, AnotherProgramsDatabaseIsRefusedUntouched) {
    const TempDir dir = temp_dir();
    expect_ok(raw(dir.path()).execute("CREATE TABLE recipes (name TEXT)"));
    const std::string before = *read_file(dir.path() / "run.db");
    expect_error(Store::open(dir.path()), ErrorKind::bad_input, "another program");
    expect_error(Store::open_existing(dir.path()), ErrorKind::bad_input, "another program");
    EXPECT_EQ(*read_file(dir.path() / "run.db"), before);
}

} // namespace
} // namespace mkb
