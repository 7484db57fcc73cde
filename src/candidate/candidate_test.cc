#include "candidate/candidate.h"

#include "base/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mkb {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<std::string> kWanted = {"CPUPool.hpp", "CPUPool.cpp"};

class LoadCandidate : public testing::Test {
protected:
    std::string file(const std::string& name, std::string_view text) const {
        EXPECT_TRUE(write_file_atomic(folder_.path() / name, text));
        return (folder_.path() / name).string();
    }
    Error error_of(const std::vector<std::string>& paths) const {
        const auto loaded = load_candidate(paths, kWanted, "");
        EXPECT_FALSE(loaded);
        return loaded ? Error{} : loaded.error();
    }
    TempDir folder_ = TempDir::make("mkb-candidate-").value();
};

TEST(Candidate, EqualSourcesHaveEqualHashesWhateverTheirOriginAndOrder) {
    const Candidate one{"a", "answer", {{"x.hpp", "1"}, {"x.cpp", "2"}}};
    const Candidate two{"b", "", {{"x.cpp", "2"}, {"x.hpp", "1"}}};
    EXPECT_EQ(one.hash(), two.hash());
    EXPECT_EQ(one.hash().size(), 64U);
}

TEST(Candidate, NamesTextsAndTheirBordersChangeTheHash) {
    const std::string hash = Candidate{"", "", {{"x.cpp", "ab"}}}.hash();
    EXPECT_NE((Candidate{"", "", {{"x.cpp", "a"}}}.hash()), hash);
    EXPECT_NE((Candidate{"", "", {{"y.cpp", "ab"}}}.hash()), hash);
    EXPECT_NE((Candidate{"", "", {{"x.cppa", "b"}}}.hash()), hash);
    EXPECT_NE((Candidate{"", "", {{"x.cpp", "ab"}, {"y.cpp", ""}}}.hash()), hash);
}

TEST_F(LoadCandidate, FilesCountByTheirNamesInAnyOrder) {
    const std::string source = file("deep/CPUPool.cpp", "#include \"CPUPool.hpp\"\r\n");
    const std::string header = file("CPUPool.hpp", "\xEF\xBB\xBF// h\n");
    const LoadedCandidate loaded = load_candidate({source, header}, kWanted, "").value();
    EXPECT_TRUE(loaded.extraction.complete());
    EXPECT_EQ(loaded.candidate.origin, source + " " + header);
    EXPECT_EQ(loaded.candidate.answer, "");
    ASSERT_EQ(loaded.candidate.sources.size(), 2U);
    EXPECT_EQ(loaded.candidate.sources[0].name, "CPUPool.hpp");
    EXPECT_EQ(loaded.candidate.sources[0].text, "// h\n");
    EXPECT_EQ(loaded.candidate.sources[1].text, "#include \"CPUPool.hpp\"\n");
}

TEST_F(LoadCandidate, AnAnswerComesFromAFileOrFromStandardInput) {
    const std::string answer = "```cpp\n// CPUPool.cpp\nint a;\n```\n";
    for (const LoadedCandidate& loaded : {load_candidate({file("answer.md", answer)}, kWanted, "").value(),
                                          load_candidate({file("answer.txt", answer)}, kWanted, "").value(),
                                          load_candidate({"-"}, kWanted, answer).value()}) {
        EXPECT_TRUE(loaded.extraction.complete());
        EXPECT_EQ(loaded.candidate.answer, answer);
        ASSERT_EQ(loaded.candidate.sources.size(), 2U);
        EXPECT_EQ(loaded.candidate.sources[1].text, "// CPUPool.cpp\nint a;\n");
    }
    EXPECT_EQ(load_candidate({"-"}, kWanted, answer).value().candidate.origin, "stdin");
}

TEST_F(LoadCandidate, AnAnswerWithoutSourceIsNoError) {
    const LoadedCandidate loaded = load_candidate({"-"}, kWanted, "no").value();
    EXPECT_THAT(loaded.extraction.why_not, HasSubstr("no code block"));
    EXPECT_EQ(loaded.candidate.answer, "no");
}

TEST_F(LoadCandidate, AHeaderMayBeMissingOnlyWhereNobodyIncludesIt) {
    const std::string alone = file("CPUPool.cpp", "#include <cmath>\n");
    const LoadedCandidate loaded = load_candidate({alone}, kWanted, "").value();
    EXPECT_TRUE(loaded.extraction.complete());
    EXPECT_EQ(loaded.candidate.sources.at(0).text, "");
    file("CPUPool.cpp", "#  include \"backend/cpu/CPUPool.hpp\"\n");
    EXPECT_EQ(load_candidate({alone}, kWanted, "").value().extraction.why_not, "CPUPool.hpp was not given");
    EXPECT_EQ(load_candidate({file("CPUPool.hpp", "")}, kWanted, "").value().extraction.why_not,
              "CPUPool.cpp was not given");
}

TEST_F(LoadCandidate, ASourceThatIsNoTextIsToldByItsByte) {
    const LoadedCandidate loaded = load_candidate({file("CPUPool.cpp", "int \xff;")}, kWanted, "").value();
    EXPECT_EQ(loaded.extraction.why_not, "CPUPool.cpp is no text: byte 4 (0xFF) is not valid UTF-8");
}

TEST_F(LoadCandidate, WhatTheUserNamedWronglyIsNamed) {
    const std::string source = file("CPUPool.cpp", "int a;\n"), answer = file("answer.md", "x");
    for (const auto& [paths, message] : std::vector<std::pair<std::vector<std::string>, std::string>>{
             {{}, "no candidate given"},
             {{source, answer}, "either one answer or source files"},
             {{answer, "-"}, "either one answer or source files"},
             {{source, file("other/CPUPool.cpp", "")}, "'CPUPool.cpp' is given twice"},
             {{file("CPURelu.cpp", "")}, "does not ask for 'CPURelu.cpp'; it asks for CPUPool.hpp, CPUPool.cpp"},
             {{(folder_.path() / "missing/CPUPool.cpp").string()}, "No such file"},
             {{(folder_.path() / "missing.md").string()}, "No such file"},
             {{source, file("CPUPool.hpp", std::string(kAnswerLimitBytes, ' '))}, "larger than"},
             {{file("big.md", std::string(kAnswerLimitBytes + 1, ' '))}, "larger than"}}) {
        const Error error = error_of(paths);
        EXPECT_EQ(error.kind, ErrorKind::bad_input);
        EXPECT_THAT(error.message, HasSubstr(message));
    }
    EXPECT_FALSE(load_candidate({"-"}, kWanted, std::string(kAnswerLimitBytes + 1, ' ')));
}

} // namespace
} // namespace mkb
