#include "base/hash.h"

#include "base/files.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

namespace fs = std::filesystem;

class HashTree : public testing::Test {
protected:
    void SetUp() override { ASSERT_TRUE(write_file_atomic(root() / "a/one.txt", "1")); }
    fs::path root() const { return folder_.path() / "tree"; }
    std::string hash() const { return sha256_tree(root()).value(); }
    TempDir folder_ = TempDir::make("mkb-hash-").value();
};

TEST(Hash, Sha256IsTheOneOfFips180) {
    EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(HashTree, ChangesWithContentsAndNames) {
    const std::string first = hash();
    ASSERT_TRUE(write_file_atomic(root() / "a/one.txt", "2"));
    const std::string other_content = hash();
    EXPECT_NE(first, other_content);
    fs::rename(root() / "a/one.txt", root() / "a/two.txt");
    EXPECT_NE(hash(), other_content);
    ASSERT_TRUE(write_file_atomic(root() / "a/one.txt", "1"));
    fs::remove(root() / "a/two.txt");
    EXPECT_EQ(hash(), first);
}

TEST_F(HashTree, DoesNotDependOnTheOrderInWhichFilesWereMade) {
    ASSERT_TRUE(write_file_atomic(root() / "b.txt", "b"));
    ASSERT_TRUE(write_file_atomic(root() / "a.txt", "a"));
    const fs::path other = folder_.path() / "other";
    ASSERT_TRUE(write_file_atomic(other / "a.txt", "a"));
    ASSERT_TRUE(write_file_atomic(other / "b.txt", "b"));
    ASSERT_TRUE(write_file_atomic(other / "a/one.txt", "1"));
    EXPECT_EQ(hash(), sha256_tree(other).value());
}

TEST_F(HashTree, MovingAByteFromTheNameToTheContentChangesIt) {
    ASSERT_TRUE(write_file_atomic(root() / "xy", "z"));
    const std::string before = hash();
    fs::remove(root() / "xy");
    ASSERT_TRUE(write_file_atomic(root() / "x", "yz"));
    EXPECT_NE(hash(), before);
}

TEST_F(HashTree, LeavesVersionControlOut) {
    const std::string before = hash();
    ASSERT_TRUE(write_file_atomic(root() / ".git/HEAD", "ref"));
    ASSERT_TRUE(write_file_atomic(root() / "a/.git", "gitdir: elsewhere"));
    EXPECT_EQ(hash(), before);
}

TEST_F(HashTree, TakesALinkByItsTargetNameAndDoesNotFollowIt) {
    fs::create_symlink("/", root() / "link");
    const std::string before = hash();
    fs::remove(root() / "link");
    fs::create_symlink("/nowhere", root() / "link");
    EXPECT_NE(hash(), before);
}

TEST_F(HashTree, FailsWhereThereIsNoTree) {
    const auto missing = sha256_tree(root() / "missing");
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().kind, ErrorKind::environment);
    EXPECT_NE(missing.error().message.find("missing"), std::string::npos);
}

} // namespace
} // namespace mkb
