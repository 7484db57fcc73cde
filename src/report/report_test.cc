#include "report/report.h"

#include "../tests/support/golden.h"
#include "../tests/support/sample_records.h"
#include "record/printable.h"
#include "report/html.h"
#include "report/run_view.h"
#include "report/sections.h"
#include "report/web_assets.h"

#include <gtest/gtest.h>
#include <limits>

namespace mkb {
namespace {

struct SampleRun {
    TempDir dir;
    Store store;
};

SampleRun make_run(const std::vector<Record>& records, const std::vector<NotEvaluated>& trouble = {}) {
    auto dir = TempDir::make("mkb-report-test");
    MKB_CHECK(dir.has_value());
    auto store = Store::open(dir->path() / "the-run");
    MKB_CHECK(store.has_value());
    for (const Record& record : records) {
        EXPECT_TRUE(store->append(record).has_value());
    }
    for (const NotEvaluated& entry : trouble) {
        EXPECT_TRUE(store->note_not_evaluated(entry).has_value());
    }
    return {std::move(*dir), std::move(*store)};
}

std::string report_of(SampleRun& run) {
    auto html = html_report(run.store, {});
    EXPECT_TRUE(html.has_value());
    return html.value_or("");
}

int count(std::string_view text, std::string_view part) {
    int found = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) {
        ++found;
    }
    return found;
}

TEST(HtmlReport, AProcessorTimeThatNobodyTookIsADashAlsoInAll) {
    Record record = sample::make_record(1);
    record.stages = {{"build", 310, 260}, {"verify", 120, 0}};
    const std::string html = details_html(record);
    EXPECT_NE(html.find("<td>verify</td><td class=\"num\">120 ms</td><td class=\"num\">–</td>"), std::string::npos);
    EXPECT_NE(html.find("<th class=\"num\">430 ms</th><th class=\"num\">–</th>"), std::string::npos);
    record.stages = {{"build", 310, 260}, {"audit", 6, 5}};
    EXPECT_NE(details_html(record).find("<th class=\"num\">265 ms</th>"), std::string::npos);
}

// Every text field of a record that a hostile answer, compiler or candidate can reach, and the others too.
Record hostile_record(int n) {
    const std::string bad = sample::kHostileText;
    Record r = sample::make_record(n);
    r.task_id = "unary/" + bad + "/x";
    r.category = r.operator_name = r.form = r.label = r.method = r.model = r.origin = r.profile = r.build = r.seed =
        bad;
    r.tool_version = r.created = r.candidate_hash = bad;
    r.framework = {bad, bad, bad, bad, bad};
    r.device = {bad, bad, bad, bad, false};
    r.source_artifacts = {{bad, bad}};
    r.settings = {{bad, bad}};
    r.flags = {bad};
    r.stages = {{bad, 1, 1}};
    r.regime_errors = {{bad, bad, 1}};
    return r;
}

TEST(Html, EscapesEverythingThatCouldEndATextOrAnAttribute) {
    EXPECT_EQ(escape_html("<a href='x' id=\"y\">&\xff\x1b"),
              "&lt;a href=&#39;x&#39; id=&quot;y&quot;&gt;&amp;\uFFFD\uFFFD");
}

TEST(Html, JsonInAScriptHasNoLessThan) {
    const std::string text = json_for_script({{"a", "</script><!--"}});
    EXPECT_EQ(text.find('<'), std::string::npos);
    EXPECT_EQ(nlohmann::json::parse(text)["a"], "</script><!--");
}

TEST(Html, ScriptHashIsBase64OfSha256) {
    EXPECT_EQ(script_hash("alert('Hello, world.');"), "'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='");
}

TEST(Html, ATemplateIsFilledOnceAndNotAgain) {
    EXPECT_EQ(fill_template("a{{x}}b{{y}}", {{"x", "{{y}}"}, {"y", "1"}}), "a{{y}}b1");
    EXPECT_DEATH(fill_template("{{nothing}}", {}), "");
}

TEST(Html, NumbersReadWellAndOddOnesAreADash) {
    EXPECT_EQ(format_time(39.84), "39.8 µs");
    EXPECT_EQ(format_time(2605), "2.60 ms");
    EXPECT_EQ(format_time(1.2e6), "1.20 s");
    EXPECT_EQ(format_time(0), "–");
    EXPECT_EQ(format_ratio(std::numeric_limits<double>::infinity()), "–");
    EXPECT_EQ(format_share(0.4149), "41 %");
}

TEST(HtmlReport, IsWholeWithEveryKindOfOutcome) {
    std::vector<Record> records = sample::make_records(12);
    int n = 100;
    for (const Outcome& outcome : sample::all_outcomes()) {
        records.push_back(sample::make_record(n++));
        records.back().outcome = outcome;
    }
    SampleRun run = make_run(records, {sample::make_trouble("others/RoiAlign/14x14", "k")});
    const std::string html = report_of(run);
    EXPECT_TRUE(html.starts_with("<!DOCTYPE html>"));
    EXPECT_TRUE(html.ends_with("</html>\n"));
    EXPECT_EQ(html.find("{{"), html.find("{{", html.find("<script>")));
    EXPECT_EQ(count(html, "<details class=\"evaluation\""), 21);
    for (const std::string_view kind : kOutcomeKinds) {
        EXPECT_NE(html.find(fmt::format("data-kind=\"{}\"", kind)), std::string::npos) << kind;
    }
    for (const char* text :
         {"CSR", "FCR", "fast_1.5", "sure", "hare of the limit", "mkb score the-run", "RoiAlign", "went offline",
          "Example CPU @ 2.40GHz", "mnn 3.6.1", "20 pairs of processes", "Isolation"}) {
        EXPECT_NE(html.find(text), std::string::npos) << text;
    }
}

TEST(HtmlReport, NothingIsLoadedAndScriptsRunByTheirHash) {
    SampleRun run = make_run(sample::make_records(3));
    const std::string html = report_of(run);
    EXPECT_NE(html.find("default-src 'none'"), std::string::npos);
    EXPECT_NE(html.find(script_hash(page_script())), std::string::npos);
    const std::string own = html.substr(0, html.find("<script type"));
    EXPECT_EQ(own.find("http"), own.find("http-equiv"));
    EXPECT_EQ(own.find(" src="), std::string::npos);
    EXPECT_EQ(page_script().find("innerHTML"), std::string_view::npos);
}

TEST(HtmlReport, HostileTextIsShownAsText) {
    std::vector<Record> records;
    int n = 0;
    for (const Outcome& outcome : sample::all_outcomes()) {
        records.push_back(hostile_record(n++));
        records.back().outcome = outcome;
    }
    const std::string bad = sample::kHostileText;
    records[1].outcome = BuildFailed{.errors = {{bad, 1, 1, bad}}, .limit = ""};
    records[6].outcome = Wrong{bad, bad, std::nullopt, 1, 1e-4, 1, bad};
    records[7].outcome = Cheated{bad, bad};
    NotEvaluated trouble = sample::make_trouble(bad, bad);
    trouble.label = trouble.method = trouble.model = trouble.message = trouble.when = bad;
    SampleRun run = make_run(records, {trouble});
    const std::string html = report_of(run);
    EXPECT_EQ(html.find("<img"), std::string::npos);
    EXPECT_EQ(count(html, "<script"), 4 + count(d3_script(), "<script") + count(plot_script(), "<script"));
    EXPECT_EQ(html.find('\x1b'), std::string::npos);
    EXPECT_EQ(valid_utf8(html), html);
    EXPECT_NE(html.find("&lt;img src=x onerror="), std::string::npos);
}

TEST(HtmlReport, AnEmptyRunIsAPageToo) {
    SampleRun run = make_run({});
    EXPECT_NE(report_of(run).find("No evaluations yet."), std::string::npos);
}

TEST(HtmlReport, EmulatedTimesAreSaidAndNeverDrawn) {
    std::vector<Record> records = sample::make_records(1);
    std::mt19937_64 random(1);
    records[0].measurement = sample::make_measurement(sample::kTasks[0], 2, 0.01, random);
    records[0].outcome = sample::make_correct(sample::kTasks[0], *records[0].measurement);
    records[0].device.emulated = true;
    SampleRun run = make_run(records);
    const std::string html = report_of(run);
    EXPECT_NE(html.find("on an emulated device"), std::string::npos);
    EXPECT_NE(html.find("<small>emulated</small>"), std::string::npos);
    const auto view = read_run(run.store, {});
    EXPECT_EQ(plot_data(*view)["methods"][0]["timed"], 0);
}

TEST(HtmlReport, InstructionsAreShownAsACostAndNotAsATime) {
    std::vector<Record> records = sample::make_records(1);
    records[0].measurement.reset();
    records[0].outcome = Correct{.measured = false};
    records[0].device.emulated = true;
    records[0].instructions = InstructionCounts{.native = 1000, .candidate = 1500, .how = "QEMU <7>"};
    const std::string cell = "emulated; 1.50× native's instructions";
    EXPECT_NE(evaluation_table(records, {}, false).find(cell), std::string::npos);
    SampleRun run = make_run(records);
    const std::string html = report_of(run);
    EXPECT_NE(html.find(escape_html(cell)), std::string::npos);
    EXPECT_NE(html.find("1500 instructions, native 1000 (counted by QEMU &lt;7&gt;)"), std::string::npos);
    const auto view = read_run(run.store, {});
    EXPECT_EQ(plot_data(*view)["methods"][0]["timed"], 0);
    EXPECT_EQ(view->scores.front().geometric_speedup.mean, 0);
    records[0].instructions.reset();
    records[0].device.emulated = false;
    EXPECT_NE(evaluation_table(records, {}, false).find("  not measured\n"), std::string::npos);
}

TEST(HtmlReport, PicturesOfALargeRunCountInsteadOfDrawingEach) {
    std::vector<Record> records = sample::make_records(static_cast<int>(kTableRows) + 5);
    std::mt19937_64 random(1);
    const MeasurementFacts m = sample::make_measurement(sample::kTasks[0], 2, 0.01, random);
    for (std::size_t i = 0; i < records.size(); ++i) {
        records[i].task_id = fmt::format("unary/Exp/{}", i);
        records[i].outcome = sample::make_correct(sample::kTasks[0], m);
    }
    RunView view;
    for (const Record& record : records) {
        view.slim.push_back(record);
    }
    view.scores = score_run(view.slim, {}, {}, true);
    const auto data = plot_data(view);
    EXPECT_FALSE(data["methods"][0].contains("points"));
    int counted = 0;
    for (const auto& bin : data["methods"][0]["histogram"]) {
        counted += bin["n"].get<int>();
    }
    EXPECT_EQ(counted, static_cast<int>(records.size()));
}

TEST(HtmlReport, TheListOfALargeRunIsCutWithALineSayingSo) {
    RunView view;
    view.evaluations = 5000;
    view.shown = {sample::make_record(0)};
    EXPECT_NE(evaluations_html(view).find("the newest 1 of 5000 evaluations"), std::string::npos);
}

TEST(EvaluationTable, LooksAsAPersonHasSeenIt) {
    std::vector<Record> records = sample::make_records(24);
    records[3].device.emulated = true;
    expect_golden("evaluation_table.txt",
                  evaluation_table(records, {sample::make_trouble("others/RoiAlign/14x14", "k")}, false));
}

TEST(EvaluationTable, FitsTheWidthWhateverTheTexts) {
    std::vector<Record> records = sample::make_records(10);
    for (int n = 0; n < 5; ++n) {
        records.push_back(hostile_record(n));
    }
    for (const int width : {90, 120, 200}) {
        const std::string text = evaluation_table(records, {}, false, width);
        EXPECT_EQ(text.find('\x1b'), std::string::npos);
        for (std::size_t start = 0; start < text.size();) {
            const std::size_t end = text.find('\n', start);
            EXPECT_LE(display_width(text.substr(start, end - start)), width) << text.substr(start, end - start);
            start = end + 1;
        }
    }
}

TEST(EvaluationTable, ShowsTheNewestAttemptPerKeyAndColourOnlyWhenAsked) {
    std::vector<Record> records = {sample::make_record(0), sample::make_record(0)};
    records[0].label = "older";
    records[1].label = "newer";
    const std::string text = evaluation_table(records, {}, true);
    EXPECT_EQ(text.find("older"), std::string::npos);
    EXPECT_NE(text.find("newer"), std::string::npos);
    EXPECT_NE(text.find("\x1b["), std::string::npos);
    EXPECT_EQ(evaluation_table({}, {}, true), "no evaluations yet\n");
}

} // namespace
} // namespace mkb
