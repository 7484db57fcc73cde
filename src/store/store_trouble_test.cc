// What a disk, other processes and a power cut do to a run. Each part runs in a child process of its own where it
// changes rights, mounts or is killed.
#include "../tests/support/sample_records.h"
#include "base/files.h"
#include "base/hash.h"
#include "store/sqlite.h"
#include "store/store.h"

#include <csignal>
#include <fcntl.h>
#include <functional>
#include <gtest/gtest.h>
#include <random>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mkb {
namespace {

constexpr int kSkip = 77;
constexpr int kNobody = 65534;

TempDir temp_dir() {
    auto dir = TempDir::make("mkb-store-trouble");
    MKB_CHECK(dir.has_value());
    return std::move(*dir);
}

// The exit code of `work` run in a fork.
int in_child(const std::function<int()>& work) {
    const pid_t child = fork();
    if (child == 0) {
        _exit(work());
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int report(const std::string& what) {
    std::fprintf(stderr, "%s\n", what.c_str());
    return 1;
}

template <class T>
int expect(const Result<T>& result, ErrorKind kind, std::string_view part) {
    if (result) {
        return report("succeeded");
    }
    const bool good = result.error().kind == kind && result.error().message.find(part) != std::string::npos;
    return good ? 0 : report(result.error().message);
}

void fill(const std::filesystem::path& folder, int count) {
    auto store = Store::open(folder);
    ASSERT_TRUE(store.has_value()) << store.error().message;
    for (int i = 0; i < count; ++i) {
        ASSERT_TRUE(store->append(sample::make_record(i)).has_value());
    }
}

TEST(StoreTrouble, AFileThatIsNoDatabaseIsBadInput) {
    const TempDir dir = temp_dir();
    ASSERT_TRUE(write_file_atomic(dir.path() / "run.db", std::string(5000, 'x')).has_value());
    EXPECT_EQ(expect(Store::open(dir.path()), ErrorKind::bad_input, "not a run database"), 0);
    EXPECT_EQ(expect(Store::open_existing(dir.path()), ErrorKind::bad_input, "not a run database"), 0);
}

TEST(StoreTrouble, AFolderWithoutARunIsBadInputForReadersAndStaysEmpty) {
    const TempDir dir = temp_dir();
    EXPECT_EQ(expect(Store::open_existing(dir.path()), ErrorKind::bad_input, "no run in"), 0);
    EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
    std::filesystem::create_directory(dir.path() / "run.db");
    EXPECT_EQ(expect(Store::open(dir.path()), ErrorKind::bad_input, "is a folder"), 0);
}

TEST(StoreTrouble, AFileInPlaceOfTheFolderIsSaid) {
    const TempDir dir = temp_dir();
    ASSERT_TRUE(write_file_atomic(dir.path() / "run", "text").has_value());
    EXPECT_EQ(expect(Store::open(dir.path() / "run"), ErrorKind::environment, "cannot make run folder"), 0);
}

TEST(StoreTrouble, AnyDamageToTheFileGivesAnErrorOrRecordsAndNeverMore) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const TempDir dir = temp_dir();
    fill(dir.path(), 20);
    const std::string good = *read_file(dir.path() / "run.db");
    int refused = 0;
    for (int round = 0; round < 150; ++round) {
        std::string bad = good;
        if (round % 3 == 0) {
            bad.resize(random() % bad.size());
        } else {
            for (std::size_t at = random() % bad.size(), end = std::min(bad.size(), at + random() % 3000); at < end;
                 ++at) {
                bad[at] = static_cast<char>(random());
            }
        }
        ASSERT_TRUE(write_file_atomic(dir.path() / "run.db", bad).has_value());
        auto store = Store::open_existing(dir.path());
        const auto records = store ? store->all() : std::unexpected(store.error());
        if (!records) {
            ++refused;
            EXPECT_EQ(records.error().message.find('\n'), std::string::npos);
        }
    }
    EXPECT_GT(refused, 20);
}

TEST(StoreTrouble, ADamagedRecordIsNamedByItsPlace) {
    const TempDir dir = temp_dir();
    fill(dir.path(), 2);
    auto database = Database::open(dir.path() / "run.db", Database::Mode::read_write, std::chrono::milliseconds(0));
    ASSERT_TRUE(database
                    ->execute("DROP TRIGGER evaluation_no_update;"
                              "UPDATE evaluation SET record = '{\"schema\":1}' WHERE sequence = 2")
                    .has_value());
    auto store = Store::open_existing(dir.path());
    EXPECT_EQ(expect(store->all(), ErrorKind::bad_input, "evaluation 2 in"), 0);
}

TEST(StoreTrouble, AReadOnlyFolderCanBeReadButNotWritten) {
    const TempDir dir = temp_dir();
    fill(dir.path(), 3);
    // Everything above the folder has to be passable for the user that the child becomes.
    for (const char* name : {".", "run.db"}) {
        ASSERT_EQ(chmod((dir.path() / name).c_str(), name[0] == '.' ? 0555 : 0444), 0);
    }
    const int code = in_child([&] {
        if (geteuid() == 0 && (setgid(kNobody) != 0 || setuid(kNobody) != 0)) {
            return kSkip;
        }
        auto store = Store::open_existing(dir.path());
        if (!store) {
            return report(store.error().message);
        }
        const auto records = store->all();
        if (!records || records->size() != 3) {
            return report(records ? "records are missing" : records.error().message);
        }
        return expect(store->append(sample::make_record(9)), ErrorKind::environment, "reading only") +
               expect(Store::open(dir.path()), ErrorKind::environment, "rights") +
               expect(Store::open(dir.path() / "new"), ErrorKind::environment, "cannot make run folder") +
               expect(store->export_jsonl(), ErrorKind::environment, "cannot write");
    });
    chmod(dir.path().c_str(), 0755);
    if (code == kSkip) {
        GTEST_SKIP() << "cannot become another user here";
    }
    EXPECT_EQ(code, 0);
}

TEST(StoreTrouble, AFullDiskIsSaidAndWhatWasAppendedStays) {
    const TempDir dir = temp_dir();
    const int code = in_child([&] {
        const bool own_disk = unshare(CLONE_NEWNS) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0;
        if (!own_disk || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            mount("small", dir.path().c_str(), "tmpfs", 0, "size=1m") != 0) {
            return kSkip;
        }
        auto store = Store::open(dir.path());
        if (!store) {
            return report(store.error().message);
        }
        std::size_t appended = 0;
        Result<void> result;
        for (; result && appended < 10'000; appended += result.has_value()) {
            result = store->append(sample::make_record(static_cast<int>(appended)));
        }
        if (int bad = expect(result, ErrorKind::environment, "disk is full"); bad != 0) {
            return bad;
        }
        const auto exported = store->export_jsonl();
        if (int bad = expect(exported, ErrorKind::environment, "cannot write"); bad != 0) {
            return bad;
        }
        const auto records = store->all();
        return records && records->size() == appended ? 0 : report("records are missing");
    });
    if (code == kSkip) {
        GTEST_SKIP() << "cannot mount a small disk here";
    }
    EXPECT_EQ(code, 0);
}

TEST(StoreTrouble, AFullDatabaseRollsBackAndNamesTheDisk) {
    const TempDir dir = temp_dir();
    fill(dir.path(), 1);
    auto database = Database::open(dir.path() / "run.db", Database::Mode::read_write, std::chrono::milliseconds(0));
    ASSERT_TRUE(database->integer("PRAGMA max_page_count = 1").has_value());
    const auto result = database->execute("INSERT INTO artifact VALUES ('h', 'log', zeroblob(1000000))");
    EXPECT_EQ(expect(result, ErrorKind::environment, "disk is full"), 0);
}

TEST(StoreTrouble, ALockedRunIsTransient) {
    const TempDir dir = temp_dir();
    fill(dir.path(), 1);
    auto first = Database::open(dir.path() / "run.db", Database::Mode::read_write, std::chrono::milliseconds(0));
    auto second = Database::open(dir.path() / "run.db", Database::Mode::read_write, std::chrono::milliseconds(0));
    auto held = Transaction::begin(*first);
    ASSERT_TRUE(held.has_value());
    EXPECT_EQ(expect(Transaction::begin(*second), ErrorKind::transient, "another process"), 0);
    // Readers are not kept out.
    EXPECT_EQ(Store::open_existing(dir.path())->all()->size(), 1U);
}

TEST(StoreTrouble, SeveralProcessesOpenAndAppendAtOnce) {
    const TempDir dir = temp_dir();
    constexpr int kProcesses = 4;
    constexpr int kEach = 15;
    std::vector<pid_t> children;
    for (int process = 0; process < kProcesses; ++process) {
        const pid_t child = fork();
        if (child == 0) {
            auto store = Store::open(dir.path() / "run");
            if (!store) {
                _exit(report(store.error().message));
            }
            for (int i = 0; i < kEach; ++i) {
                if (auto done = store->append(sample::make_record(process * 1000 + i)); !done) {
                    _exit(report(done.error().message));
                }
            }
            _exit(0);
        }
        children.push_back(child);
    }
    for (const pid_t child : children) {
        int status = 0;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        EXPECT_EQ(status, 0);
    }
    EXPECT_EQ(Store::open_existing(dir.path() / "run")->all()->size(), static_cast<std::size_t>(kProcesses * kEach));
}

// Appends records from number `first` on, each with an artifact, and says each on `pipe_fd` after it is safe.
[[noreturn]] void append_until_killed(const std::filesystem::path& folder, int first, int pipe_fd) {
    auto store = Store::open(folder);
    for (int n = first; store.has_value(); ++n) {
        Record record = sample::make_record(n);
        const std::string log = std::string(20'000, 'l') + record.key;
        record.run_log_artifact = sha256_hex(log);
        const bool safe = store->append(record, {{"log", log}}).has_value();
        if (!safe || write(pipe_fd, "+", 1) != 1) {
            _exit(1);
        }
    }
    _exit(2);
}

// Starts a writer, lets it append `appends` records, kills it a moment later; gives the number it said were safe.
int kill_a_writer(const std::filesystem::path& folder, int first, int appends, int spins) {
    int ends[2];
    MKB_CHECK(pipe2(ends, O_CLOEXEC) == 0);
    const pid_t child = fork();
    if (child == 0) {
        append_until_killed(folder, first, ends[1]);
    }
    close(ends[1]);
    int safe = 0;
    char byte = 0;
    while (safe < appends && read(ends[0], &byte, 1) == 1) {
        ++safe;
    }
    for (volatile int spin = 0; spin < spins; spin = spin + 1) {
    }
    kill(child, SIGKILL);
    while (read(ends[0], &byte, 1) == 1) {
        ++safe;
    }
    int status = 0;
    EXPECT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself: " << status;
    close(ends[0]);
    return safe;
}

TEST(StoreTrouble, AKilledWriterLeavesAPrefixWithNoHalfRecord) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::printf("seed %llu\n", static_cast<unsigned long long>(seed));
    std::mt19937_64 random(seed);
    const TempDir dir = temp_dir();
    int known = 0;
    for (int round = 0; round < 25; ++round) {
        const int safe =
            kill_a_writer(dir.path(), known, static_cast<int>(random() % 6), static_cast<int>(random() % 3'000'000));
        auto store = Store::open(dir.path());
        ASSERT_TRUE(store.has_value()) << store.error().message;
        int count = 0;
        const auto done = store->for_each([&](const Record& record) {
            EXPECT_EQ(record.key, sample::make_record(count).key);
            EXPECT_TRUE(store->artifact(record.run_log_artifact).has_value());
            ++count;
            return true;
        });
        ASSERT_TRUE(done.has_value()) << done.error().message;
        // The kill may fall between the commit and the writer's word for it.
        EXPECT_GE(count, known + safe);
        EXPECT_LE(count, known + safe + 1);
        known = count;
    }
    auto database = Database::open(dir.path() / "run.db", Database::Mode::read_only, std::chrono::milliseconds(0));
    EXPECT_EQ(*database->integer("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check = 'ok'"), 1);
    EXPECT_EQ(*database->integer("SELECT count(*) FROM artifact"), known);
}

} // namespace
} // namespace mkb
