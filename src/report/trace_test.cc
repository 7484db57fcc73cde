#include "report/trace.h"

#include "../tests/support/sample_records.h"
#include "base/files.h"
#include "report/compare.h"
#include "report/line_diff.h"
#include "report/rounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mkb {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(LineDiff, ShowsTheFewestChangesWithTheirSurroundings) {
    const std::string before = "a\nb\nc\nd\ne\nf\ng\n";
    EXPECT_EQ(line_diff(before, before), "");
    EXPECT_EQ(line_diff(before, "a\nb\nc\nD\ne\nf\ng\n", 1), "…\n c\n-d\n+D\n e\n");
    EXPECT_EQ(line_diff("a\nb\nc\n", "b\nc\nx\n", 0), "-a\n…\n+x\n");
    EXPECT_EQ(line_diff("", "new\n"), "+new\n");
    EXPECT_EQ(line_diff("old\n", ""), "-old\n");
}

TEST(LineDiff, TextsWithoutEndChangeAsAWhole) {
    std::string before, after;
    for (int i = 0; i < 6000; ++i) {
        before += "line " + std::to_string(i) + "\n";
        after += "other " + std::to_string(i) + "\n";
    }
    const std::string diff = line_diff(before, after);
    EXPECT_TRUE(diff.starts_with("-line 0\n"));
    EXPECT_THAT(diff, HasSubstr("+other 5999\n"));
}

class Trace : public testing::Test {
protected:
    /// One round of an agent, with its code and the call that made it.
    void add(int round, const std::string& code, Outcome outcome, const std::string& method_tried) {
        Record record = sample::make_record(round);
        record.task_id = "activation/Softmax/x";
        record.method = "moka";
        record.model = "openai:m";
        record.outcome = std::move(outcome);
        record.settings["agent"] = {{"round", round}, {"parent", round > 1 ? round - 1 : 0}};
        if (round > 1) {
            record.settings["agent"]["plan"] = {
                {"role", "accelerator"}, {"bottleneck", "compute"}, {"method", method_tried}, {"text", "- do it\n"}};
        }
        record.source_artifacts = {{"CPUSoftmax.cpp", *store_.put_artifact("source", code)}};
        ASSERT_TRUE(store_.append(record));
        const auto call = store_.begin_call({.position = "p" + std::to_string(round),
                                             .method = "moka",
                                             .model = "openai:m",
                                             .task_id = record.task_id,
                                             .role = "coder",
                                             .round = round,
                                             .prompt = "write \x01"
                                                       "12 us\x02 <code>",
                                             .parameters = {}});
        ASSERT_TRUE(store_.end_call(*call, nlohmann::json{{"text", sample::kHostileText}}, 0.5));
    }
    static Correct fast(double speedup) {
        return {.speedup = speedup, .speedup_low = speedup, .speedup_high = speedup, .latency_us = 1, .measured = true};
    }
    void add_history() {
        add(1, "one\ntwo\n", BuildFailed{}, "");
        add(2, "one\n2\n", fast(0.8), "SIMD");
        add(3, "one\n2\n3\n", fast(2.0), "blocks");
        add(4, "one\n2\n3\n4\n", fast(1.5), "<b>prefetch</b>");
    }
    Result<TempDir> folder_ = TempDir::make("mkb-trace-test");
    Store store_ = *Store::open(folder_->path());
};

TEST_F(Trace, RoundsComeWithTheirPlansChangesCallsAndTheBestSoFar) {
    add_history();
    const auto traces = *read_traces(store_, "", 10);
    ASSERT_EQ(traces.size(), 1U);
    const auto& rounds = traces[0].rounds;
    ASSERT_EQ(rounds.size(), 4U);
    EXPECT_EQ(rounds[0].difference, "// CPUSoftmax.cpp\none\ntwo\n");
    EXPECT_EQ(rounds[1].difference, " // CPUSoftmax.cpp\n one\n-two\n+2\n");
    EXPECT_EQ(rounds[2].method, "blocks");
    EXPECT_EQ(rounds[3].speedup, 1.5);
    EXPECT_EQ(rounds[3].best_so_far, 2.0);
    ASSERT_EQ(rounds[3].calls.size(), 1U);
    EXPECT_TRUE(read_traces(store_, "another/task/x", 10)->empty());
    const nlohmann::json json = to_json(traces[0]);
    EXPECT_EQ(json["rounds"][3]["plan"]["method"], "<b>prefetch</b>");
    EXPECT_EQ(json["rounds"][3]["calls"][0]["prompt"], "write 12 us <code>");
}

TEST_F(Trace, AFileThatNamesItselfIsNotNamedTwice) {
    add(1, "// CPUSoftmax.cpp\none\n", fast(1.0), "SIMD");
    EXPECT_EQ(read_traces(store_, "", 10)->front().rounds[0].difference, "// CPUSoftmax.cpp\none\n");
}

TEST_F(Trace, TheTextHasEveryRoundTheCurveAndWhatATerminalMayShow) {
    add_history();
    const TaskTrace trace = read_traces(store_, "", 10)->front();
    const std::string brief = trace_text(trace, false, false);
    EXPECT_THAT(brief, HasSubstr("round 3  correct, 2.00x"));
    EXPECT_THAT(brief, HasSubstr("    +3\n"));
    EXPECT_THAT(brief, HasSubstr("best 2.00x"));
    EXPECT_THAT(brief, HasSubstr("compute: blocks"));
    EXPECT_THAT(brief, Not(HasSubstr("write 12 us")));
    const std::string full = trace_text(trace, true, true);
    EXPECT_THAT(full, HasSubstr("write 12 us"));
    EXPECT_THAT(full, HasSubstr("\x1b[32m+3\x1b[0m"));
    std::string unpainted = full;
    for (const char* paint : {"\x1b[32m", "\x1b[31m", "\x1b[0m"}) {
        for (auto at = unpainted.find(paint); at != std::string::npos; at = unpainted.find(paint)) {
            unpainted.erase(at, std::string(paint).size());
        }
    }
    EXPECT_EQ(unpainted.find('\x1b'), std::string::npos) << "a model's escape sequences do not reach the terminal";
}

TEST_F(Trace, ThePageHasTheCurveAndEscapesWhatModelsWrite) {
    add_history();
    const std::string html = rounds_html(*read_traces(store_, "", 10));
    EXPECT_THAT(html, HasSubstr("<svg class=\"curve\""));
    EXPECT_THAT(html, HasSubstr("<polyline points="));
    EXPECT_THAT(html, HasSubstr("&lt;b&gt;prefetch"));
    EXPECT_THAT(html, HasSubstr("write 12 us &lt;code&gt;"));
    EXPECT_THAT(html, Not(HasSubstr("<script")));
    EXPECT_THAT(html, Not(HasSubstr("<b>prefetch")));
    EXPECT_EQ(rounds_html({}), "");
}

TEST(Compare, RunsAndPublishedRowsStandBelowEachOther) {
    Record record = sample::make_record(1);
    record.method = "moka";
    record.model = "<m>";
    const auto scores = score_run({record}, {}, {}, false);
    const std::string html = compare_html({{.run = "mine", .score = scores.at(0)}});
    EXPECT_THAT(html, HasSubstr("<td>mine</td><td>moka · &lt;m&gt;</td>"));
    EXPECT_THAT(html, HasSubstr("<td>GPT-5</td>"));
    EXPECT_THAT(html, HasSubstr("other hardware"));
}

} // namespace
} // namespace mkb
