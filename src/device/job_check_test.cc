#include "device/job_check.h"

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <limits>

namespace mkb::job {
namespace {

using nlohmann::json;

Job sample_job() {
    Job job;
    job.models = {"model.mnn", "secret.mnn"};
    job.regimes = {{Draw{}}, {Draw{}}};
    job.measure.blocks = {.quads = 2, .runs = 1};
    return job;
}

Pair sample_pair() {
    Pair pair;
    pair.native_ns = {1, 2, 3, 4};
    pair.candidate_ns = {1, 2, 3, 4};
    pair.native_witness_ns = {2, 3, 4, 5};
    pair.candidate_witness_ns = {2, 3, 4, 5};
    return pair;
}

std::string bytes_of(const json& content) {
    const std::vector<std::uint8_t> packed = json::to_cbor(content);
    return {packed.begin(), packed.end()};
}

bool is_read(const std::string& bytes) {
    JobResult result;
    std::string reason;
    const bool read = unpack(bytes, result, reason);
    EXPECT_EQ(read, reason.empty());
    return read;
}

TEST(JobCheck, AResultThatFitsIsRead) {
    JobResult result;
    result.pairs = {sample_pair()};
    result.blocks = {.quads = 2, .runs = 1};
    result.returned = {{.model = 1, .regime = 1}};
    EXPECT_TRUE(is_read(bytes_of(to_json(result))));
    EXPECT_EQ(misfit(sample_job(), result), "");
    EXPECT_EQ(misfit(Job{}, JobResult{}), "") << "a job that only calibrates";
}

TEST(JobCheck, BytesThatAreNoResultAreRefused) {
    const std::string whole = bytes_of(to_json(JobResult{}));
    EXPECT_FALSE(is_read(""));
    EXPECT_FALSE(is_read("text"));
    EXPECT_FALSE(is_read(whole.substr(0, whole.size() - 1)));
    EXPECT_FALSE(is_read(whole + "x"));
    EXPECT_FALSE(is_read(bytes_of(json::array())));
    EXPECT_FALSE(is_read("\x9b" + std::string(8, '\xff'))) << "a list that no memory holds";
    // None of these has an end that reading would come to before the stack's.
    EXPECT_FALSE(is_read(std::string(1'000'000, '\x7f'))) << "strings that begin within strings";
    EXPECT_FALSE(is_read(std::string(1'000'000, '\x5f'))) << "bytes that begin within bytes";
    EXPECT_FALSE(is_read(std::string(1'000'000, '\xc6'))) << "tags of tags";
    EXPECT_FALSE(is_read(std::string(1'000'000, '\x81'))) << "lists of lists";
}

TEST(JobCheck, NestingDoesNotExhaustTheStack) {
    EXPECT_FALSE(is_read(std::string(10'000'000, '\x81')));
    std::string objects;
    for (int i = 0; i < 1'000'000; ++i) {
        objects += "\xa1\x61"
                   "a";
    }
    EXPECT_FALSE(is_read(objects));
}

TEST(JobCheck, ANumberIsNotCutToFit) {
    for (const json& core : {json((std::int64_t{1} << 32) + 1), json(-(std::int64_t{1} << 40)), json(1.0)}) {
        json content = to_json(JobResult{});
        content["core"] = core;
        EXPECT_FALSE(is_read(bytes_of(content))) << core;
    }
    json content = to_json(JobResult{});
    content["native_instructions"] = json::array({-1});
    EXPECT_FALSE(is_read(bytes_of(content)));
}

TEST(JobCheck, RegimesModelsAndPhasesAreTheJobs) {
    const auto refused = [](Returned returned) {
        JobResult result;
        result.returned = {std::move(returned)};
        return !misfit(sample_job(), result).empty();
    };
    EXPECT_TRUE(refused({.regime = 2}));
    EXPECT_TRUE(refused({.regime = std::numeric_limits<std::uint32_t>::max()}));
    EXPECT_TRUE(refused({.model = 2}));
    EXPECT_TRUE(refused({.phase = static_cast<Phase>(0)}));
    EXPECT_TRUE(refused({.phase = static_cast<Phase>(9)}));
    EXPECT_FALSE(refused({.model = 1, .regime = 1, .phase = Phase::timed}));
}

TEST(JobCheck, BlocksAreThoseOfTheJobOrWithinItsBounds) {
    const auto fits = [](Blocks asked, Blocks used) {
        Job job = sample_job();
        job.measure.blocks = asked;
        job.measure.bounds = {.least_quads = 2, .most_quads = 3, .most_runs = 2};
        JobResult result;
        result.blocks = used;
        const std::vector<std::uint32_t> times(static_cast<std::size_t>(std::max(used.quads * 2 * used.runs, 0)), 5);
        Pair pair;
        pair.native_ns = pair.candidate_ns = pair.native_witness_ns = pair.candidate_witness_ns = times;
        result.pairs = {pair};
        return misfit(job, result).empty();
    };
    const Blocks open{.quads = 0, .runs = 0};
    EXPECT_TRUE(fits(open, {.quads = 2, .runs = 1}));
    EXPECT_TRUE(fits(open, {.quads = 3, .runs = 2}));
    EXPECT_FALSE(fits(open, {.quads = 1, .runs = 1}));
    EXPECT_FALSE(fits(open, {.quads = 4, .runs = 1}));
    EXPECT_FALSE(fits(open, {.quads = 2, .runs = 0}));
    EXPECT_FALSE(fits(open, {.quads = 2, .runs = 3}));
    EXPECT_FALSE(fits(open, {.quads = -2, .runs = -1}));
    EXPECT_TRUE(fits({.quads = 3, .runs = 1}, {.quads = 3, .runs = 1}));
    EXPECT_FALSE(fits({.quads = 3, .runs = 1}, {.quads = 2, .runs = 1}));
}

TEST(JobCheck, APairHasAllItsTimes) {
    const auto refused = [](const std::function<void(Pair&)>& change) {
        JobResult result;
        result.pairs = {sample_pair()};
        result.blocks = {.quads = 2, .runs = 1};
        change(result.pairs.front());
        return !misfit(sample_job(), result).empty();
    };
    EXPECT_FALSE(refused([](Pair&) {}));
    EXPECT_TRUE(refused([](Pair& pair) { pair.candidate_ns.pop_back(); }));
    EXPECT_TRUE(refused([](Pair& pair) { pair.native_witness_ns.clear(); }));
    EXPECT_TRUE(refused([](Pair& pair) { pair.candidate_witness_ns.push_back(1); }));
    EXPECT_TRUE(refused([](Pair& pair) { pair = Pair{}; }));
    EXPECT_TRUE(refused([](Pair& pair) {
        for (auto* times : {&pair.native_ns, &pair.candidate_ns, &pair.native_witness_ns, &pair.candidate_witness_ns}) {
            times->push_back(1); // five times in two quadruples
        }
    }));
    EXPECT_TRUE(refused([](Pair& pair) { pair.candidate_cpu_share = std::numeric_limits<double>::quiet_NaN(); }));
    EXPECT_TRUE(refused([](Pair& pair) { pair.native_create_us = -1; }));
}

TEST(JobCheck, FiguresAreNumbersThatCanBe) {
    JobResult result;
    result.bandwidth = {{.working_set_bytes = 4096, .gb_s = std::numeric_limits<double>::infinity()}};
    EXPECT_NE(misfit(Job{}, result), "");
    result = {};
    result.peak_gflop_s = std::numeric_limits<double>::quiet_NaN();
    EXPECT_NE(misfit(Job{}, result), "");
    result = {};
    result.candidate_instructions = {std::numeric_limits<std::uint64_t>::max()};
    EXPECT_NE(misfit(Job{}, result), "") << "a record could not hold it";
    result = {};
    result.sequence = {"Raster"};
    result.sequence_ns = {1};
    EXPECT_EQ(misfit(Job{}, result), "");
    result.sequence_ns = {1, 2};
    EXPECT_NE(misfit(Job{}, result), "") << "more times than operators";
}

} // namespace
} // namespace mkb::job
