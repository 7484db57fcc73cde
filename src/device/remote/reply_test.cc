#include "device/remote/reply.h"

#include "base/files.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

std::string frame(wire::Frame kind, const std::string& content) {
    return wire::frame_header(kind, content.size()) + content;
}

std::string greeting() {
    return std::string(wire::kGreeting);
}

class Reply : public testing::Test {
protected:
    TempDir folder = TempDir::make("mkb-reply").value();
    KeeperReply reply{{"wanted"}, folder.path()};
};

TEST_F(Reply, IsReadInWhateverPiecesItComes) {
    const std::string bytes =
        "Welcome!\n" + greeting() + frame(wire::Frame::out, "a") + frame(wire::Frame::err, "b") +
        frame(wire::Frame::out, std::string("\0c", 2)) +
        frame(wire::Frame::ended, wire::pack(wire::Ended{.how = wire::How::signalled, .code = 6})) +
        frame(wire::Frame::file, "wanted") + frame(wire::Frame::data, "one") + frame(wire::Frame::data, "two") +
        frame(wire::Frame::done, "");
    for (std::size_t size = 1; size < bytes.size(); size += 3) {
        KeeperReply pieces({"wanted"}, folder.path());
        for (std::size_t at = 0; at < bytes.size(); at += size) {
            EXPECT_FALSE(pieces.done());
            pieces.take(std::string_view(bytes).substr(at, size));
        }
        EXPECT_TRUE(pieces.done());
        EXPECT_EQ(pieces.out, std::string("a\0c", 3));
        EXPECT_EQ(pieces.err, "b");
        EXPECT_EQ(pieces.ended->how, wire::How::signalled);
        EXPECT_EQ(pieces.ended->code, 6U);
        EXPECT_EQ(read_file(folder.path() / "wanted").value(), "onetwo");
    }
}

TEST_F(Reply, WithoutAGreetingIsNone) {
    reply.take(std::string(1'000'000, 'x') + frame(wire::Frame::done, ""));
    EXPECT_FALSE(reply.greeted());
    EXPECT_FALSE(reply.done());
}

TEST_F(Reply, AFileThatNobodyAskedForIsNotWritten) {
    for (const char* name : {"../other", "other", "/tmp/other", ""}) {
        KeeperReply asked({"wanted"}, folder.path());
        asked.take(greeting() + frame(wire::Frame::file, name) + frame(wire::Frame::data, "x") +
                   frame(wire::Frame::done, ""));
        EXPECT_FALSE(asked.done());
        EXPECT_FALSE(asked.broken().empty());
    }
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(Reply, WhatDoesNotFitTheFormatIsBroken) {
    for (const std::string& bytes :
         {frame(wire::Frame{'?'}, ""), wire::frame_header(wire::Frame::out, ~std::uint64_t{0}),
          frame(wire::Frame::ended, "short"), frame(wire::Frame::ended, std::string(32, '\xff'))}) {
        KeeperReply broken({"wanted"}, folder.path());
        broken.take(greeting() + bytes + frame(wire::Frame::done, ""));
        EXPECT_FALSE(broken.done());
        EXPECT_FALSE(broken.broken().empty());
    }
}

TEST_F(Reply, DataWithoutAFileIsDropped) {
    reply.take(greeting() + frame(wire::Frame::data, "x") + frame(wire::Frame::done, ""));
    EXPECT_TRUE(reply.done());
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(Reply, AFolderThatCannotBeWrittenIsTroubleOfThisMachine) {
    KeeperReply lost({"wanted"}, folder.path() / "missing");
    lost.take(greeting() + frame(wire::Frame::file, "wanted") + frame(wire::Frame::data, "x") +
              frame(wire::Frame::done, ""));
    EXPECT_NE(lost.write_trouble().find("missing/wanted"), std::string::npos);
    EXPECT_TRUE(lost.pulled.empty());
}

TEST(WireRequest, ComesBackAsItWentAndNothingElseDoes) {
    const wire::Request request{.action = "run",
                                .argv = {"a", "", std::string("\0", 1)},
                                .files = {{.name = "f", .sha256 = "h", .size = 7, .executable = true}},
                                .pull = {"p"},
                                .wall_ms = 1,
                                .output_bytes = 2,
                                .pull_bytes = ~std::uint64_t{0},
                                .cores = "big"};
    const std::string packed = wire::pack(request);
    wire::Request back;
    ASSERT_TRUE(wire::unpack(packed, back));
    EXPECT_EQ(back.argv, request.argv);
    EXPECT_EQ(back.files[0].size, 7U);
    EXPECT_TRUE(back.files[0].executable);
    EXPECT_EQ(back.pull_bytes, request.pull_bytes);
    EXPECT_EQ(back.cores, "big");
    EXPECT_EQ(wire::pack(back), packed);
    for (std::size_t size = 0; size < packed.size(); ++size) {
        wire::Request cut;
        EXPECT_FALSE(wire::unpack(std::string_view(packed).substr(0, size), cut));
    }
    wire::Request longer;
    EXPECT_FALSE(wire::unpack(packed + "x", longer));
}

} // namespace
} // namespace mkb
