// The record is real: src/tools/fixtures/perf/record.json is what `mkb show ID --json` printed of a run.
#include "tools/perf.h"

#include "base/files.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

const std::filesystem::path kSource = MKB_SOURCE_DIR;

Record stored_record() {
    const auto text = read_file(kSource / "src/tools/fixtures/perf/record.json").value();
    return std::get<Record>(record_from_json(nlohmann::json::parse(text)));
}

Task task_of(const Record& record) {
    return load_task(kSource / "tasks" / record.task_id).value();
}

TEST(PerformanceParser, ARecordIsBrokenDown) {
    const Record record = stored_record();
    const Task task = task_of(record);
    const PerformanceReport report = parse_performance(record, task);
    EXPECT_EQ(report.threads, 1);
    EXPECT_TRUE(report.back_end.starts_with("CPU (host), mnn 3.6.1, ")) << report.back_end;
    const auto& outcome = std::get<Correct>(record.outcome);
    ASSERT_TRUE(report.timing.has_value());
    EXPECT_EQ(report.timing->speedup, outcome.speedup);
    EXPECT_EQ(report.timing->candidate.us, outcome.latency_us);
    EXPECT_EQ(report.timing->native.share_of_limit, outcome.native_share_of_limit);
    EXPECT_NEAR(report.timing->candidate.gb_s, task.roofline_bytes / outcome.latency_us / 1000, 1e-9);
    EXPECT_LE(report.timing->least_pair, outcome.speedup);
    EXPECT_GE(report.timing->most_pair, outcome.speedup);
    EXPECT_NEAR(report.timing->limit_us, report.timing->native.us * report.timing->native.share_of_limit, 1e-6)
        << "the limit is the task's, not the kernel's";
}

TEST(PerformanceParser, OperatorsOfATypeStandTogetherTheDearestFirst) {
    Record record = stored_record();
    const Task task = task_of(record);
    double all = 0;
    for (const OperatorTime& each : record.operators) {
        all += each.us;
    }
    const auto costs = parse_performance(record, task).operators;
    ASSERT_EQ(costs.size(), 1U) << "Softmax alone";
    EXPECT_EQ(costs[0].type, task.target.type);
    EXPECT_TRUE(costs[0].target);
    EXPECT_DOUBLE_EQ(costs[0].us, all);
    record.operators = {{.type = "Raster", .us = 10}, {.type = "Softmax", .us = 70}, {.type = "Raster", .us = 20}};
    const auto grouped = parse_performance(record, task).operators;
    ASSERT_EQ(grouped.size(), 2U);
    EXPECT_EQ(grouped[0].type, "Softmax");
    EXPECT_DOUBLE_EQ(grouped[0].share, 0.7);
    EXPECT_EQ(grouped[1].times, 2);
    EXPECT_DOUBLE_EQ(grouped[1].us, 30);
    EXPECT_FALSE(grouped[1].target);
}

TEST(PerformanceParser, WhatWasNotTimedSaysSo) {
    Record record = stored_record();
    record.outcome = Wrong{.output = "y", .regime = "typical"};
    record.instructions = InstructionCounts{.native = 200, .candidate = 100, .how = "QEMU"};
    const PerformanceReport report = parse_performance(record, task_of(record));
    EXPECT_FALSE(report.timing.has_value());
    EXPECT_FALSE(to_json(report).contains("timing"));
    const std::string text = to_text(report);
    EXPECT_NE(text.find("not timed: wrong"), std::string::npos) << text;
    EXPECT_NE(text.find("instructions of a run: 100, native 200"), std::string::npos) << text;
    record = stored_record();
    record.device.emulated = true;
    EXPECT_FALSE(parse_performance(record, task_of(record)).timing.has_value()) << "times of an emulator are none";
}

TEST(PerformanceParser, TheTextHasALineForEachIndicator) {
    Record record = stored_record();
    record.operators = {{.type = "Raster", .us = 30}, {.type = "Softmax", .us = 70}};
    record.device.cpu = "a processor";
    record.flags = {"look\nhere"};
    auto& outcome = std::get<Correct>(record.outcome);
    outcome = {.speedup = 2,
               .speedup_low = 1.9,
               .speedup_high = 2.1,
               .latency_us = 100,
               .native_latency_us = 200,
               .share_of_limit = 0.5,
               .native_share_of_limit = 0.25};
    record.measurement->pair_ratios = {1.8, 2.2};
    record.measurement->resize_us = 7;
    record.measurement->native_resize_us = 8;
    Task task = task_of(record);
    task.roofline_bytes = 1e6;
    task.roofline_operations = 4e6;
    EXPECT_EQ(to_text(parse_performance(record, task)),
              "back end   CPU (host), mnn 3.6.1, a processor\n"
              "threads    1\n"
              "task       4.00 operations for each byte that must be moved\n"
              "whole session; bandwidth and peak allow 50.0 us\n"
              "candidate       100.0 us, 50 % of the limit, 10.0 GB/s, 40.00 GFLOP/s; created in 7 us\n"
              "native          200.0 us, 25 % of the limit, 5.0 GB/s, 20.00 GFLOP/s; created in 8 us\n"
              "speed-up   2.00 (95 % interval 1.90 to 2.10; single pairs 1.80 to 2.20)\n"
              "operators of one run\n"
              "* Softmax                  1 times       70.0 us   70 %\n"
              "  Raster                   1 times       30.0 us   30 %\n"
              "native runs Softmax\n"
              "note       look here\n");
}

} // namespace
} // namespace mkb
