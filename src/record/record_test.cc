#include "record/record.h"

#include "../tests/support/sample_records.h"

#include <bit>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <set>

namespace mkb {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

nlohmann::json through_text(const nlohmann::json& json) {
    return nlohmann::json::parse(json.dump(), nullptr, false);
}

Record full_record() {
    Record record = sample::make_record(0);
    std::mt19937_64 random(3);
    record.measurement = sample::make_measurement(sample::kTasks[0], 2.0, 0.05, random);
    record.outcome = sample::make_correct(sample::kTasks[0], *record.measurement);
    record.flags = {"faster than the roofline"};
    record.graph = ExpandedGraph{.operators = "BinaryOp MUL", .executed = "BinaryOp", .model_artifact = "graph"};
    record.targets = {"host", "aarch64"};
    record.instructions = InstructionCounts{.native = 1'234'567'890'123, .candidate = 17, .how = "QEMU 7.2, plug-in"};
    record.operators = {{.type = "Raster", .us = 0.5}, {.type = "BinaryOp", .us = 17}};
    record.model = "some-model";
    record.answer_artifact = "answer";
    record.build_log_artifact = "build";
    record.run_log_artifact = "run";
    return record;
}

TEST(Outcome, EveryKindSurvivesJsonTextWithEveryField) {
    std::set<std::string_view> kinds;
    for (const Outcome& outcome : sample::all_outcomes()) {
        const nlohmann::json json = to_json(outcome);
        const auto back = outcome_from_json(through_text(json));
        ASSERT_TRUE(back.has_value()) << json;
        EXPECT_EQ(back->index(), outcome.index());
        EXPECT_EQ(to_json(*back), json);
        kinds.insert(kind_of(outcome));
    }
    EXPECT_EQ(kinds, std::set<std::string_view>(std::begin(kOutcomeKinds), std::end(kOutcomeKinds)));
    EXPECT_EQ(std::variant_size_v<Outcome>, std::size(kOutcomeKinds));
}

TEST(Outcome, CsrCountsEverythingFromLoadFailedOnAndFcrOnlyCorrect) {
    for (const Outcome& outcome : sample::all_outcomes()) {
        const auto kind = kind_of(outcome);
        EXPECT_EQ(compiled(outcome), kind != "no_source" && kind != "build_failed") << kind;
        EXPECT_EQ(correct(outcome), kind == "correct") << kind;
    }
}

TEST(Outcome, DescriptionsAreOneLineForPeople) {
    const std::vector<std::string> expected = {
        "no source: the answer names no file",
        "build failed: CPUSoftmax.cpp:41: no member named 'getThreadCount' in 'MNN::CPUBackend' (and 1 more)",
        "does not load: nothing registers OpType_Softmax",
        "crashed in execute (SIGSEGV): CPUSoftmax::onExecute, read of unmapped memory",
        "timed out in execute after 10 s",
        "never called: its creator returned null",
        "wrong: output y off by 3.1e-02 of its maximum in regime 'ties' (limit 1e-04)",
        "cheated, rule 'native-kernel': called MNNSelectUnaryFunctionForFloat from onExecute",
        "correct, 2.31x [2.28, 2.35]"};
    const auto outcomes = sample::all_outcomes();
    ASSERT_EQ(outcomes.size(), expected.size());
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        EXPECT_EQ(describe(outcomes[i]), expected[i]);
    }
}

TEST(Outcome, DescriptionsOfOddOutcomesStillRead) {
    EXPECT_EQ(describe(BuildFailed{}), "build failed");
    EXPECT_EQ(describe(BuildFailed{.errors = {{.message = "no member"}}, .limit = "", .target = "aarch64"}),
              "build failed for aarch64: no member");
    EXPECT_EQ(describe(BuildFailed{.errors = {}, .limit = "memory"}),
              "build failed: over the compiler's limit of memory");
    EXPECT_EQ(describe(Crashed{.signal = 0, .stage = "load", .where = ""}),
              "crashed in load (ended the process by itself)");
    EXPECT_EQ(describe(Crashed{.signal = 9999, .stage = "", .where = ""}), "crashed (signal 9999)");
    EXPECT_EQ(describe(Correct{.measured = false}), "correct, not measured");
    EXPECT_EQ(describe(Wrong{.output = "y", .regime = "plain", .worst = {}, .error = kInfinity, .report = "shape"}),
              "wrong: output y does not match in regime 'plain': shape");
    Wrong whole;
    whole.report = "2 outputs instead of 1";
    EXPECT_EQ(describe(whole), "wrong: 2 outputs instead of 1");
    for (const Outcome& hostile : {Outcome(NoSource{sample::kHostileText}), Outcome(LoadFailed{sample::kHostileText}),
                                   Outcome(Crashed{6, sample::kHostileText, sample::kHostileText}),
                                   Outcome(Cheated{sample::kHostileText, "x"})}) {
        EXPECT_EQ(describe(hostile).find_first_of("\n\x1b\xff"), std::string::npos);
    }
}

TEST(Outcome, NonFiniteNumbersAreTextsAndComeBack) {
    const Outcome wrong = Wrong{.output = "y",
                                .regime = "nan",
                                .worst = WorstElement{{0}, std::nan(""), -kInfinity},
                                .error = kInfinity,
                                .limit = 1e-4,
                                .mismatched_share = 1,
                                .report = ""};
    const nlohmann::json json = through_text(to_json(wrong));
    EXPECT_EQ(json["error"], "inf");
    EXPECT_EQ(json["worst"]["got"], "nan");
    EXPECT_EQ(json["worst"]["reference"], "-inf");
    const auto back = outcome_from_json(json);
    ASSERT_TRUE(back.has_value());
    const auto& read = std::get<Wrong>(*back);
    EXPECT_EQ(read.error, kInfinity);
    EXPECT_TRUE(std::isnan(read.worst->got));
    EXPECT_EQ(read.worst->reference, -kInfinity);
}

TEST(Outcome, DoublesAreExactToTheBit) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    for (int i = 0; i < 20'000; ++i) {
        const double value = std::bit_cast<double>(random());
        if (std::isnan(value)) {
            continue;
        }
        const auto back = outcome_from_json(through_text(to_json(Outcome(TimedOut{"load", value}))));
        ASSERT_TRUE(back.has_value());
        EXPECT_EQ(std::bit_cast<std::uint64_t>(std::get<TimedOut>(*back).limit_s), std::bit_cast<std::uint64_t>(value));
    }
}

TEST(Outcome, WhatIsNoOutcomeIsRefused) {
    for (
        const char* text :
        {"null", "[]", "7", "\"correct\"", "{}", R"({"kind":"excellent"})", R"({"kind":7})", R"({"kind":"no_source"})",
         R"({"kind":"no_source","why":3})", R"({"kind":"crashed","signal":1e99,"stage":"","where":""})",
         R"({"kind":"crashed","signal":18446744073709551615,"stage":"","where":""})",
         R"({"kind":"crashed","signal":-4,"stage":"","where":""})",
         R"({"kind":"timed_out","stage":"load","limit_s":"soon"})", R"({"kind":"build_failed","errors":{},"limit":""})",
         R"({"kind":"build_failed","errors":[7],"limit":""})",
         R"({"kind":"wrong","output":"","regime":"","worst":[],"error":0,"limit":0,"mismatched_share":0,"report":""})"}) {
        EXPECT_FALSE(outcome_from_json(nlohmann::json::parse(text, nullptr, false)).has_value()) << text;
    }
}

TEST(Record, SurvivesJsonTextWithEveryField) {
    const Record record = full_record();
    const nlohmann::json json = to_json(record);
    const auto back = record_from_json(through_text(json));
    ASSERT_TRUE(std::holds_alternative<Record>(back)) << std::get<std::string>(back);
    EXPECT_EQ(to_json(std::get<Record>(back)), json);
    EXPECT_EQ(std::get<Record>(back).measurement->pair_ratios, record.measurement->pair_ratios);
    EXPECT_EQ(std::get<Record>(back).source_artifacts, record.source_artifacts);
}

TEST(Record, IllFormedTextAndNonFiniteSettingsCanBeWritten) {
    Record record = full_record();
    record.label = sample::kHostileText;
    record.source_artifacts["\xff.cpp"] = "hash";
    record.settings = {{"note \xff", "\xff"}, {"list", {1.5, kInfinity}}};
    const auto back = record_from_json(through_text(to_json(record)));
    ASSERT_TRUE(std::holds_alternative<Record>(back));
    EXPECT_EQ(std::get<Record>(back).settings["list"][1], "inf");
}

TEST(Record, AMissingOrMistypedFieldGivesItsName) {
    const nlohmann::json good = to_json(full_record());
    for (const auto& [name, value] : good.items()) {
        if (name == "settings" || name == "measurement" || name == "graph" || name == "instructions" ||
            name == "operators") {
            continue;
        }
        nlohmann::json missing = good;
        missing.erase(name);
        const auto without = record_from_json(missing);
        ASSERT_TRUE(std::holds_alternative<std::string>(without)) << name;
        EXPECT_NE(std::get<std::string>(without).find(name), std::string::npos) << std::get<std::string>(without);
        nlohmann::json mistyped = good;
        mistyped[name] = value.is_string() ? nlohmann::json(7) : nlohmann::json("text");
        const auto with = record_from_json(mistyped);
        ASSERT_TRUE(std::holds_alternative<std::string>(with)) << name;
        EXPECT_NE(std::get<std::string>(with).find(name), std::string::npos) << std::get<std::string>(with);
    }
}

TEST(Record, ANewerSchemaIsRefusedWithBothNumbers) {
    nlohmann::json json = to_json(full_record());
    json["schema"] = kRecordSchema + 1;
    const auto result = record_from_json(json);
    ASSERT_TRUE(std::holds_alternative<std::string>(result));
    EXPECT_EQ(std::get<std::string>(result),
              fmt::format("the record has schema {}; this program reads 1 to {}", kRecordSchema + 1, kRecordSchema));
}

TEST(Record, AnOlderRecordWasBuiltForItsDeviceAlone) {
    nlohmann::json json = to_json(full_record());
    json["schema"] = 1;
    json.erase("targets");
    json.erase("instructions");
    const auto back = record_from_json(json);
    ASSERT_TRUE(std::holds_alternative<Record>(back)) << std::get<std::string>(back);
    EXPECT_EQ(std::get<Record>(back).targets, std::vector<std::string>{"host"});
    EXPECT_FALSE(std::get<Record>(back).instructions);
    EXPECT_EQ(to_json(std::get<Record>(back))["schema"], kRecordSchema);
    json["outcome"] = to_json(Outcome(BuildFailed{}));
    json["outcome"].erase("target");
    const auto unbuilt = record_from_json(json);
    ASSERT_TRUE(std::holds_alternative<Record>(unbuilt)) << std::get<std::string>(unbuilt);
    EXPECT_TRUE(std::get<Record>(unbuilt).targets.empty());
}

TEST(Record, DeeplyNestedSettingsAreRefused) {
    nlohmann::json json = to_json(full_record());
    json["settings"] = nlohmann::json::parse(std::string(5000, '[') + std::string(5000, ']'), nullptr, false);
    EXPECT_TRUE(std::holds_alternative<std::string>(record_from_json(json)));
}

TEST(Record, AnyDamageToTheTextGivesAReasonOrARecordAndNeverMore) {
    const std::uint64_t seed = std::random_device{}();
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const std::string good = to_json(full_record()).dump();
    for (int round = 0; round < 3000; ++round) {
        std::string damaged = good;
        const std::size_t changes = 1 + random() % 4;
        for (std::size_t i = 0; i < changes; ++i) {
            damaged[random() % damaged.size()] = "0123456789{}[]\",:-.eEntf"[random() % 24];
        }
        const auto result = record_from_json(nlohmann::json::parse(damaged, nullptr, false));
        if (const auto* reason = std::get_if<std::string>(&result)) {
            EXPECT_FALSE(reason->empty());
        }
    }
}

TEST(RecordId, IsTwentySixCharactersOfCrockfordsAlphabetAndNeverTheSame) {
    std::set<std::string> ids;
    for (int i = 0; i < 1000; ++i) {
        const std::string id = new_record_id();
        EXPECT_EQ(id.size(), 26U);
        EXPECT_EQ(id.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ"), std::string::npos) << id;
        EXPECT_EQ(id[0], '0');
        ids.insert(id);
    }
    EXPECT_EQ(ids.size(), 1000U);
    EXPECT_LE(ids.begin()->substr(0, 10), new_record_id().substr(0, 10));
}

TEST(RecordTime, IsUtcInRfc3339) {
    const std::string now = utc_now_rfc3339();
    ASSERT_EQ(now.size(), 24U) << now;
    EXPECT_EQ(now[10], 'T');
    EXPECT_EQ(now[23], 'Z');
}

} // namespace
} // namespace mkb
