#include "base/files.h"

#include "base/in_child_test.h"

#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace mkb {
namespace {

namespace fs = std::filesystem;

/// An own view of mounts, in which a small disk can be mounted; false where the system does not give one.
bool enter_mount_namespace() {
    const auto write_text = [](const char* path, const std::string& text) {
        const int file = open(path, O_WRONLY);
        return file >= 0 && write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    };
    const uid_t user = geteuid();
    if (user == 0) {
        return unshare(CLONE_NEWNS) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    }
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && write_text("/proc/self/uid_map", fmt::format("0 {} 1", user));
}

class Files : public testing::Test {
protected:
    fs::path file() const { return folder_.path() / "deep/er/file.txt"; }
    std::ptrdiff_t files_beside() const {
        return std::distance(fs::directory_iterator(file().parent_path()), fs::directory_iterator());
    }
    TempDir folder_ = TempDir::make("mkb-files-").value();
};

TEST_F(Files, WhatWasWrittenIsReadBackByteForByte) {
    const std::string bytes("a\0b\r\n\xff", 6);
    ASSERT_TRUE(write_file_atomic(file(), bytes));
    EXPECT_EQ(read_file(file()).value(), bytes);
    ASSERT_TRUE(write_file_atomic(file(), ""));
    EXPECT_EQ(read_file(file()).value(), "");
    EXPECT_EQ(files_beside(), 1);
}

TEST_F(Files, ReadingSaysWhichFileAndWhy) {
    EXPECT_NE(read_file(file()).error().message.find("file.txt: cannot be opened (No such file"), std::string::npos);
    EXPECT_NE(read_file(folder_.path()).error().message.find("is a folder"), std::string::npos);
    EXPECT_EQ(read_file(file()).error().kind, ErrorKind::bad_input);
}

TEST_F(Files, AFileOfJustTheLimitIsReadAndOneByteMoreIsNot) {
    ASSERT_TRUE(write_file_atomic(file(), "12345"));
    EXPECT_EQ(read_file(file(), 5).value(), "12345");
    EXPECT_NE(read_file(file(), 4).error().message.find("larger than 4 bytes"), std::string::npos);
}

TEST_F(Files, AFileWithoutEndStopsAtTheLimit) {
    EXPECT_NE(read_file("/dev/zero", 1 << 20).error().message.find("larger than"), std::string::npos);
}

TEST_F(Files, AFailedWriteLeavesTheOldContentAndNothingElse) {
    ASSERT_TRUE(write_file_atomic(file(), "old"));
    const int code = in_child([&] {
        // A file that may not grow fails in the middle, as on a full disk.
        signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{4096, 4096};
        ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
        const auto written = write_file_atomic(file(), std::string(65536, 'x'));
        ASSERT_FALSE(written);
        EXPECT_EQ(written.error().kind, ErrorKind::environment);
        EXPECT_NE(written.error().message.find("file.txt: cannot be written"), std::string::npos);
    });
    EXPECT_EQ(code, 0);
    EXPECT_EQ(read_file(file()).value(), "old");
    EXPECT_EQ(files_beside(), 1);
}

TEST_F(Files, AScratchFileIsThereWithItsFolderAndWrittenOver) {
    const auto path = file().parent_path() / "below/scratch";
    ASSERT_TRUE(write_scratch_file(path, "longer"));
    ASSERT_TRUE(write_scratch_file(path, "short"));
    EXPECT_EQ(read_file(path).value(), "short");
    const auto failed = write_scratch_file("/dev/full", "text");
    ASSERT_FALSE(failed);
    EXPECT_NE(failed.error().message.find("/dev/full"), std::string::npos);
}

TEST_F(Files, AFileOfManyPagesComesBackWhole) {
    std::string bytes(std::size_t{5} << 20, 'a');
    bytes[123] = 'b';
    bytes.back() = 'c';
    ASSERT_TRUE(write_scratch_file(file(), bytes));
    EXPECT_TRUE(read_file(file()).value() == bytes);
}

TEST_F(Files, AFullDiskIsNamed) {
    constexpr int kNoNamespace = 77;
    const int code = in_child([&] {
        if (!enter_mount_namespace() || mount("none", folder_.path().c_str(), "tmpfs", 0, "size=64k") != 0) {
            _exit(kNoNamespace);
        }
        ASSERT_TRUE(write_file_atomic(file(), "old"));
        const auto written = write_file_atomic(file(), std::string(std::size_t{1} << 20, 'x'));
        ASSERT_FALSE(written);
        EXPECT_NE(written.error().message.find("No space left on device"), std::string::npos);
        EXPECT_EQ(read_file(file()).value(), "old");
        EXPECT_EQ(files_beside(), 1);
    });
    if (code == kNoNamespace) {
        GTEST_SKIP() << "no mount namespace here";
    }
    EXPECT_EQ(code, 0);
}

TEST_F(Files, AFolderThatCannotBeMadeIsNamed) {
    ASSERT_TRUE(write_file_atomic(file(), "a file, no folder"));
    const auto written = write_file_atomic(file() / "below/x", "");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, ErrorKind::environment);
    EXPECT_NE(written.error().message.find("below: the folder cannot be made"), std::string::npos);
}

TEST_F(Files, ATemporaryFolderIsPrivateAndGoesWithItsContent) {
    fs::path path;
    {
        const TempDir temporary = TempDir::make("inner-", folder_.path()).value();
        path = temporary.path();
        EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all);
        EXPECT_EQ(path.filename().string().substr(0, 6), "inner-");
        ASSERT_TRUE(write_file_atomic(path / "a/b/c", "x"));
        fs::permissions(path / "a/b", fs::perms::none);
        fs::permissions(path / "a", fs::perms::none);
    }
    EXPECT_FALSE(fs::exists(path));
}

TEST_F(Files, RemovingATreeDoesNotFollowLinks) {
    ASSERT_TRUE(write_file_atomic(file(), "kept"));
    const fs::path tree = folder_.path() / "tree";
    fs::create_directory(tree);
    fs::create_directory_symlink(file().parent_path(), tree / "link");
    ASSERT_TRUE(remove_tree(tree));
    EXPECT_FALSE(fs::exists(tree));
    EXPECT_EQ(read_file(file()).value(), "kept");
    EXPECT_TRUE(remove_tree(tree));
}

TEST_F(Files, AMovedTemporaryFolderIsRemovedOnce) {
    TempDir first = TempDir::make("m-", folder_.path()).value();
    const fs::path path = first.path();
    {
        const TempDir second = std::move(first);
        EXPECT_TRUE(fs::exists(path));
    }
    EXPECT_FALSE(fs::exists(path));
}

TEST_F(Files, WhatAKilledProcessLeftIsRemovedAndNothingElse) {
    const TempDir in_use = TempDir::make("mkb-inner", folder_.path()).value();
    const fs::path own = folder_.path() / "mkb-inner-folder-of-a-user";
    fs::create_directory(own);
    EXPECT_EQ(in_child([&] {
                  const TempDir left = TempDir::make("mkb-inner", folder_.path()).value();
                  ASSERT_TRUE(write_file_atomic(left.path() / "a/b", "x"));
                  _exit(0); // as a kill would: no destructor runs
              }),
              0);
    const auto count = [&] { return std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()); };
    ASSERT_EQ(count(), 3);
    TempDir::remove_abandoned(folder_.path());
    EXPECT_EQ(count(), 2);
    EXPECT_TRUE(fs::exists(in_use.path()));
    EXPECT_TRUE(fs::exists(own));
}

TEST_F(Files, ATemporaryFolderWithoutParentIsAnError) {
    const auto made = TempDir::make("x-", folder_.path() / "missing");
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().kind, ErrorKind::environment);
}

TEST_F(Files, HomeIsWhereTheVariableSaysIfTasksAndRunnerAreThere) {
    const ScopedVariable home("MKB_HOME", folder_.path().string());
    ASSERT_FALSE(home_dir());
    EXPECT_NE(home_dir().error().message.find("MKB_HOME"), std::string::npos);
    fs::create_directory(folder_.path() / "tasks");
    fs::create_directory(folder_.path() / "runner");
    EXPECT_EQ(home_dir().value(), folder_.path());
}

} // namespace
} // namespace mkb
