#include "base/cache.h"

#include "base/files.h"
#include "base/in_child_test.h"

#include <array>
#include <csignal>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

namespace mkb {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

Result<void> must_not_make(const fs::path&) {
    ADD_FAILURE() << "made although it is there";
    return {};
}

class Cache : public testing::Test {
protected:
    static Result<void> make_one(const fs::path& folder) { return write_file_atomic(folder / "file", "made"); }
    fs::path root() const { return folder_.path() / "cache"; }
    /// Temporary folders in the room "r".
    std::ptrdiff_t leftovers() const {
        return std::ranges::count_if(fs::directory_iterator(root() / "r"), [](const fs::directory_entry& entry) {
            return entry.path().filename().string().find(".tmp-") != std::string::npos;
        });
    }
    TempDir folder_ = TempDir::make("mkb-cache-").value();
    ScopedVariable variable_{"MKB_CACHE", (folder_.path() / "cache").string()};
};

/// One process tells another to go on.
class Signal {
public:
    Signal() { EXPECT_EQ(pipe(ends_.data()), 0); }
    void send() const { EXPECT_EQ(write(ends_[1], "x", 1), 1); }
    void wait() const {
        char byte = 0;
        EXPECT_EQ(read(ends_[0], &byte, 1), 1);
    }

private:
    std::array<int, 2> ends_{};
};

TEST_F(Cache, AnEntryIsMadeOnceInAnEmptyFolder) {
    const auto made = cache_entry("r", "key", [&](const fs::path& folder) {
        EXPECT_TRUE(fs::is_empty(folder));
        return make_one(folder);
    });
    EXPECT_EQ(made.value(), root() / "r/key");
    EXPECT_EQ(read_file(root() / "r/key/file").value(), "made");
    EXPECT_EQ(cache_entry("r", "key", must_not_make).value(), made.value());
    EXPECT_EQ(leftovers(), 0);
}

TEST_F(Cache, AFailedMakeLeavesNothingAndItsErrorComesBack) {
    const auto failed = cache_entry("r", "key", [&](const fs::path& folder) -> Result<void> {
        MKB_DO(make_one(folder));
        return fail(ErrorKind::transient, "no network");
    });
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().kind, ErrorKind::transient);
    EXPECT_EQ(failed.error().message, "no network");
    EXPECT_FALSE(fs::exists(root() / "r/key"));
    EXPECT_EQ(leftovers(), 0);
    EXPECT_TRUE(cache_entry("r", "key", make_one));
}

TEST_F(Cache, OfTwoProcessesOneMakesAndTheOtherWaits) {
    const Signal making, waiting;
    const pid_t maker = start_child([&] {
        EXPECT_TRUE(cache_entry("r", "key", [&](const fs::path& folder) {
            making.send();
            waiting.wait(); // until the other one is at the lock
            return make_one(folder);
        }));
    });
    const pid_t waiter = start_child([&] {
        making.wait();
        EXPECT_FALSE(fs::exists(root() / "r/key"));
        int waits = 0;
        const auto entry = cache_entry("r", "key", must_not_make, [&] {
            ++waits;
            waiting.send();
        });
        EXPECT_EQ(waits, 1);
        EXPECT_EQ(read_file(entry.value() / "file").value(), "made");
    });
    EXPECT_EQ(wait_for(maker), 0);
    EXPECT_EQ(wait_for(waiter), 0);
}

TEST_F(Cache, AWaiterMakesTheEntryItselfWhenTheMakerDies) {
    const Signal making, waiting;
    const pid_t maker = start_child([&] {
        (void)cache_entry("r", "key", [&](const fs::path& folder) -> Result<void> {
            EXPECT_TRUE(write_file_atomic(folder / "half", "x"));
            making.send();
            waiting.wait();
            raise(SIGKILL);
            return {};
        });
    });
    making.wait();
    EXPECT_EQ(leftovers(), 1);
    const auto entry = cache_entry("r", "key", make_one, [&] { waiting.send(); });
    EXPECT_EQ(read_file(entry.value() / "file").value(), "made");
    EXPECT_FALSE(fs::exists(entry.value() / "half"));
    EXPECT_EQ(wait_for(maker), 128 + SIGKILL);
    EXPECT_EQ(leftovers(), 0);
}

TEST_F(Cache, LeftoversOfADeadMakerGoWhenTheRoomIsNextWrittenAndThoseOfALivingOneStay) {
    const int code = in_child([] {
        (void)cache_entry("r", "dead", [](const fs::path&) -> Result<void> {
            raise(SIGKILL);
            return {};
        });
    });
    EXPECT_EQ(code, 128 + SIGKILL);
    EXPECT_EQ(leftovers(), 1);
    const auto outer = cache_entry("r", "living", [&](const fs::path& folder) {
        EXPECT_EQ(in_child([&] { EXPECT_TRUE(cache_entry("r", "other", make_one)); }), 0);
        EXPECT_TRUE(fs::exists(folder));
        return make_one(folder);
    });
    EXPECT_TRUE(outer);
    EXPECT_EQ(leftovers(), 0);
}

TEST_F(Cache, AReadOnlyCacheServesWhatItHoldsAndSaysWhatItDoesNot) {
    const mode_t old_mask = umask(022);
    ASSERT_TRUE(cache_entry("r", "there", make_one));
    umask(old_mask);
    constexpr auto kReadOnly = static_cast<fs::perms>(0555);
    fs::permissions(folder_.path(), static_cast<fs::perms>(0755));
    fs::permissions(root(), kReadOnly);
    fs::permissions(root() / "r", kReadOnly);
    const int code = in_child([&] {
        // Root may write everywhere; nobody may not.
        ASSERT_TRUE(geteuid() != 0 || setuid(65534) == 0);
        EXPECT_EQ(read_file(cache_entry("r", "there", must_not_make).value() / "file").value(), "made");
        for (const char* room : {"r", "new-room"}) {
            const auto missing = cache_entry(room, "missing", must_not_make);
            ASSERT_FALSE(missing);
            EXPECT_EQ(missing.error().kind, ErrorKind::environment);
            EXPECT_THAT(missing.error().message, HasSubstr(std::string(room) + "/missing' is not there"));
            EXPECT_THAT(missing.error().message, HasSubstr("MKB_CACHE"));
            EXPECT_EQ(missing.error().message.find('\n'), std::string::npos);
        }
    });
    EXPECT_EQ(code, 0);
    fs::permissions(root(), fs::perms::owner_all);
    fs::permissions(root() / "r", fs::perms::owner_all);
}

TEST_F(Cache, ACacheThatIsNoFolderIsNamed) {
    ASSERT_TRUE(write_file_atomic(root(), "a file"));
    const auto entry = cache_entry("r", "key", must_not_make);
    ASSERT_FALSE(entry);
    EXPECT_EQ(entry.error().kind, ErrorKind::environment);
    EXPECT_THAT(entry.error().message, HasSubstr(root().string()));
}

TEST_F(Cache, TheFolderIsTheVariablesElseTheUsersOwn) {
    EXPECT_EQ(cache_dir(), root());
    const ScopedVariable none("MKB_CACHE", "");
    const ScopedVariable home("HOME", "/home/somebody");
    {
        const ScopedVariable xdg("XDG_CACHE_HOME", "/var/cache/somebody");
        EXPECT_EQ(cache_dir(), "/var/cache/somebody/mkb");
    }
    const ScopedVariable relative("XDG_CACHE_HOME", "relative");
    EXPECT_EQ(cache_dir(), "/home/somebody/.cache/mkb");
}

} // namespace
} // namespace mkb
