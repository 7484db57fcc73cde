#include "record/printable.h"

#include <gtest/gtest.h>
#include <random>

namespace mkb {
namespace {

TEST(Printable, IllFormedBytesBecomeReplacementCharacters) {
    EXPECT_EQ(valid_utf8("a\xFFz"), "a\uFFFDz");
    EXPECT_EQ(valid_utf8("\xC0\xAF"), "\uFFFD\uFFFD");
    EXPECT_EQ(valid_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");
    EXPECT_EQ(valid_utf8("\xE2\x82"), "\uFFFD\uFFFD");
    EXPECT_EQ(valid_utf8("grün €𝄞"), "grün €𝄞");
}

TEST(Printable, ALineHasNoControlCharactersAndNoEscapeSequences) {
    EXPECT_EQ(printable_line("  one\n\ttwo \x1b[31mred\x1b[0m\r\n"), "one two [31mred [0m");
    EXPECT_EQ(printable_line("a\u202Eb"), "a b");
}

TEST(Printable, ALongLineIsCutWithAnEllipsisAtTheColumnLimit) {
    EXPECT_EQ(printable_line("abcdefgh", 5), "abcd…");
    EXPECT_EQ(printable_line("漢字漢字", 5), "漢字…");
}

TEST(Printable, WidthCountsColumnsNotBytes) {
    EXPECT_EQ(display_width("µs"), 2);
    EXPECT_EQ(display_width("漢字"), 4);
    EXPECT_EQ(display_width("e\u0301"), 1);
    EXPECT_EQ(display_width("\x1b[32mgreen\x1b[0m"), 5);
}

TEST(Printable, FittedTextHasExactlyTheWidth) {
    EXPECT_EQ(fit_width("µs", 4), "µs  ");
    EXPECT_EQ(fit_width("1.5", 5, true), "  1.5");
    EXPECT_EQ(fit_width("abcdef", 4), "abc…");
}

TEST(Printable, AnyBytesGiveWellFormedTextOfTheAskedWidth) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 2000; ++round) {
        std::string bytes(random() % 40, '\0');
        for (char& byte : bytes) {
            byte = static_cast<char>(random());
        }
        const std::string text = valid_utf8(bytes);
        EXPECT_EQ(valid_utf8(text), text);
        const std::string line = printable_line(bytes, 12);
        EXPECT_LE(display_width(line), 12);
        EXPECT_EQ(display_width(fit_width(line, 12)), 12);
        EXPECT_EQ(line.find('\x1b'), std::string::npos);
    }
}

} // namespace
} // namespace mkb
