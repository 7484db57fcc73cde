#include "device/job.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <random>

namespace mkb::job {
namespace {

using nlohmann::json;

Job sample_job() {
    Job job;
    job.mode = "verify";
    job.models = {"model.mnn", "secret.mnn"};
    job.plugin = "candidate.so";
    job.in_tree = {.library = "libMNN-candidate.so",
                   .constructors = 1ULL << 40,
                   .constructor_count = 2,
                   .code = 0x1000,
                   .code_bytes = 64};
    job.candidate_models = {"expanded.mnn"};
    job.node = "node.cbor";
    job.form = "geometric";
    job.may_emit = {"Raster"};
    job.op_type = "BinaryOp";
    job.op_operation = "LOGICALOR";
    job.bypass_geometry = true;
    job.native_entries = {"one", "two"};
    job.native_code = {{.offset = 0xFFFF'FFFF'FFFFULL, .size = 16, .name = "MNN::CPUBinary::onExecute"}};
    job.inputs = {{.name = "a", .type = ElementType::int32, .shape = {8, 256}}};
    job.outputs = {{.name = "y", .type = ElementType::float32, .shape = {}}};
    job.regimes = {{Draw{}}, {Draw{}}};
    job.steps = {{.model = 1, .regime = 1, .iteration = 1ULL << 60}};
    job.measure.pairs = 3;
    job.measure.extra_work = 0.05;
    job.seed = {.high = 0xAB, .low = 1};
    job.threads = 2;
    job.core = 1;
    job.run_limit_s = 2.5;
    job.launcher = {"/usr/bin/qemu-aarch64", "-L", "/usr/aarch64-linux-gnu"};
    return job;
}

JobResult sample_result() {
    JobResult result;
    result.others_busy_share = 0.25;
    result.candidate = {.kind = "crashed", .stage = "execute", .signal = 11, .rule = "", .detail = "candidate+0x12"};
    result.returned = {{.model = 1,
                        .regime = 2,
                        .iteration = 3,
                        .offset = 4,
                        .outputs = {{.name = "y", .type = ElementType::int32, .shape = {1, 2}}},
                        .pair = 5,
                        .candidate = false,
                        .phase = Phase::timed}};
    result.calls_per_run = {1, 1};
    result.sequence = {"BinaryOp"};
    result.sequence_ns = {123};
    Pair pair;
    pair.first_mover_candidate = 1;
    pair.native_ns = {1, 2, 0xFFFF'FFFF};
    pair.candidate_ns = {3};
    pair.native_cpu_share = 0.99;
    pair.contents_ns = 1234;
    result.pairs = {pair};
    result.blocks = {.quads = 6, .runs = 2};
    result.native_instructions = {1ULL << 60, 2};
    result.candidate_instructions = {3};
    result.printed = "text\nof it";
    result.jail = {"seccomp", "landlock"};
    result.core = 1;
    result.bandwidth = {{.working_set_bytes = 4096, .gb_s = 12.5}};
    result.peak_gflop_s = 55.5;
    return result;
}

template <class T>
bool reads(const json& from, std::string* why = nullptr) {
    T value;
    std::string reason;
    const bool fine = from_json(from, value, reason);
    EXPECT_EQ(fine, reason.empty()) << from.dump() << reason;
    if (why != nullptr) {
        *why = reason;
    }
    return fine;
}

TEST(Job, AJobSurvivesTheWire) {
    const json sent = to_json(sample_job());
    Job job;
    std::string reason;
    ASSERT_TRUE(from_json(json::parse(sent.dump()), job, reason)) << reason;
    EXPECT_EQ(to_json(job), sent);
    EXPECT_EQ(job.native_code.front().offset, 0xFFFF'FFFF'FFFFULL);
    EXPECT_EQ(job.inputs.front().type, ElementType::int32);
    EXPECT_EQ(job.steps.front().iteration, 1ULL << 60);
    EXPECT_EQ(job.seed, sample_job().seed);
}

TEST(Job, AResultSurvivesTheWire) {
    const json sent = to_json(sample_result());
    JobResult result;
    std::string reason;
    ASSERT_TRUE(from_json(json::from_cbor(json::to_cbor(sent)), result, reason)) << reason;
    EXPECT_EQ(to_json(result), sent);
    EXPECT_EQ(result.candidate.signal, 11);
    EXPECT_EQ(result.pairs.front().native_ns.back(), 0xFFFF'FFFF);
    EXPECT_EQ(result.returned.front().phase, Phase::timed);
}

TEST(Job, AnyMissingMemberIsNamed) {
    const auto check = [](const json& whole, auto read) {
        for (const auto& [name, value] : whole.items()) {
            constexpr const char* kLater[] = {"sequence_ns", "others_busy_share", "quads", "runs_per_block"};
            if (std::ranges::find(kLater, name) != std::end(kLater)) {
                continue; // older writers did not know it
            }
            json without = whole;
            without.erase(name);
            std::string reason;
            EXPECT_FALSE(read(without, &reason)) << name;
            EXPECT_NE(reason.find(name), std::string::npos) << reason;
        }
    };
    check(to_json(sample_job()), reads<Job>);
    check(to_json(sample_result()), reads<JobResult>);
}

TEST(Job, AnyMemberOfAWrongTypeIsRefused) {
    const auto check = [](const json& whole, auto read) {
        for (const auto& [name, value] : whole.items()) {
            json changed = whole;
            changed[name] = value.is_string() ? json(7) : json("text");
            EXPECT_FALSE(read(changed, nullptr)) << name;
        }
    };
    check(to_json(sample_job()), reads<Job>);
    check(to_json(sample_result()), reads<JobResult>);
}

TEST(Job, GarbageIsRefusedAndNeverBreaksTheReader) {
    for (const char* text : {"null", "[]", "7", "\"job\"", "{}", "{\"version\": {}}", "[[[[]]]]"}) {
        EXPECT_FALSE(reads<Job>(json::parse(text)));
        EXPECT_FALSE(reads<JobResult>(json::parse(text)));
    }
    EXPECT_FALSE(reads<JobResult>(json(json::value_t::discarded)));
}

TEST(Job, FlippedBytesOfAResultAreRefusedOrRead) {
    const std::vector<std::uint8_t> packed = json::to_cbor(to_json(sample_result()));
    std::mt19937 random(1);
    for (int i = 0; i < 20'000; ++i) {
        std::vector<std::uint8_t> broken = packed;
        for (unsigned flips = 1 + random() % 4; flips > 0; --flips) {
            broken[random() % broken.size()] = static_cast<std::uint8_t>(random());
        }
        json content(json::value_t::discarded);
        try {
            content = json::from_cbor(broken, true, false);
        } catch (const std::exception&) {
            // A size that no memory holds: the library throws in spite of what it is told.
        }
        JobResult result;
        std::string reason;
        EXPECT_EQ(from_json(content, result, reason), reason.empty());
    }
}

} // namespace
} // namespace mkb::job
