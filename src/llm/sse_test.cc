#include "llm/sse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <vector>

namespace mkb {
namespace {

using testing::ElementsAre;

std::vector<std::string> data_of(const std::vector<std::string>& pieces) {
    std::vector<std::string> data;
    SseReader reader([&](const SseEvent& event) { data.push_back(event.event + "|" + event.data); });
    for (const std::string& piece : pieces) {
        reader.feed(piece);
    }
    return data;
}

TEST(Sse, EventsComeOutWhereverTheStreamIsCutIntoPieces) {
    const std::string stream =
        ": a comment\r\nevent: delta\r\ndata: {\"a\":1}\r\n\r\ndata:one\ndata: two\n\nid: 7\n\ndata\n\n";
    const auto whole = data_of({stream});
    EXPECT_THAT(whole, ElementsAre("delta|{\"a\":1}", "|one\ntwo", "|"));
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
        EXPECT_EQ(data_of({stream.substr(0, cut), stream.substr(cut)}), whole) << cut;
    }
}

TEST(Sse, ACutEventDoesNotComeOut) {
    EXPECT_TRUE(data_of({"data: half"}).empty());
    EXPECT_TRUE(data_of({"data: half\n"}).empty());
}

TEST(Sse, AnEndlessLineIsGivenUp) {
    int events = 0;
    SseReader reader([&](const SseEvent&) { ++events; });
    const std::string piece(std::size_t{1} << 20, 'x');
    bool readable = reader.feed("data: ");
    for (int i = 0; i < 64 && readable; ++i) {
        readable = reader.feed(piece);
    }
    EXPECT_FALSE(readable);
    EXPECT_FALSE(reader.feed("\n\n"));
    EXPECT_EQ(events, 0);
}

} // namespace
} // namespace mkb
