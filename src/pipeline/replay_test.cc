#include "pipeline/replay.h"

#include "base/hash.h"

#include <gtest/gtest.h>
#include <map>

namespace mkb {
namespace {

constexpr const char* kSeed = "000102030405060708090a0b0c0d0e0f";
constexpr const char* kSource = "int kernel;\n";

/// A record of the task Or as `evaluate` writes it, and the artifacts it names.
struct Stored {
    Task task;
    Record record;
    std::map<std::string, std::string> artifacts;

    Stored() : task(load_task(std::filesystem::path(MKB_SOURCE_DIR) / "tasks/logic/Or/masks_8x256x256").value()) {
        record.id = new_record_id();
        record.task_id = task.id;
        record.task_hash = task.hash;
        record.label = "mine";
        record.method = "agent";
        record.model = "some model";
        record.sample = 3;
        record.profile = "short";
        record.settings = {{"profile", to_json(profile_named("short").value())},
                           {"trusted", false},
                           {"extra_work", 0.0},
                           {"native_twice", false},
                           {"count_instructions", false},
                           {"cores", "little"},
                           {"cool_down_s", 7.5}};
        record.seed = kSeed;
        record.targets = {"host", "aarch64"};
        record.outcome = Correct{};
        keep_sources({{"CPUBinary.cpp", kSource}, {"CPUBinary.hpp", ""}});
    }
    std::string keep(const std::string& text) {
        artifacts[sha256_hex(text)] = text;
        return sha256_hex(text);
    }
    void keep_sources(const std::vector<SourceFile>& sources) {
        record.source_artifacts.clear();
        for (const SourceFile& source : sources) {
            record.source_artifacts[source.name] = keep(source.text);
        }
        record.candidate_hash = Candidate{.origin = "", .answer = "", .sources = sources}.hash();
    }
    Result<Replay> replay() const {
        return replay_of(record, task, [&](const std::string& hash) -> Result<std::string> {
            const auto found = artifacts.find(hash);
            return found == artifacts.end()
                       ? Result<std::string>(fail(ErrorKind::bad_input, "artifact {} is not there", hash))
                       : found->second;
        });
    }
    std::string refusal() const {
        const auto replay = this->replay();
        return replay ? "" : replay.error().kind == ErrorKind::bad_input ? replay.error().message : "another kind";
    }
};

TEST(Replay, TakesSourcesSettingsAndSeedFromTheRecord) {
    Stored stored;
    stored.record.settings["extra_work"] = 0.25;
    stored.record.settings["count_instructions"] = true;
    stored.record.build = "in-tree";
    const Replay replay = stored.replay().value();
    EXPECT_EQ(replay.loaded.candidate.hash(), stored.record.candidate_hash);
    EXPECT_TRUE(replay.loaded.extraction.complete());
    EXPECT_EQ(to_hex(replay.options.seed.value()), kSeed);
    EXPECT_EQ(to_json(replay.options.profile), stored.record.settings["profile"]);
    EXPECT_EQ(replay.options.way, BuildWay::in_tree);
    EXPECT_EQ(replay.options.extra_work, 0.25);
    EXPECT_TRUE(replay.options.count_instructions);
    EXPECT_FALSE(replay.options.trusted);
    EXPECT_EQ(replay.options.label, "mine");
    EXPECT_EQ(replay.options.method, "agent");
    EXPECT_EQ(replay.options.model, "some model");
    EXPECT_EQ(replay.options.sample, 3);
    EXPECT_EQ(replay.targets, (std::vector<std::string>{"host", "aarch64"}));
    EXPECT_EQ(replay.cores, "little");
    EXPECT_EQ(replay.cool_down_s, 7.5);
}

TEST(Replay, WhatIsNoSettingOfADeviceIsRefused) {
    for (const auto& [name, value] :
         std::multimap<std::string, nlohmann::json>{{"cores", 3}, {"cool_down_s", -1}, {"cool_down_s", "long"}}) {
        Stored stored;
        stored.record.settings[name] = value;
        EXPECT_NE(stored.refusal().find("'" + name + "'"), std::string::npos) << value;
    }
    Stored older;
    older.record.settings.erase("cores");
    older.record.settings.erase("cool_down_s");
    EXPECT_EQ(older.replay().value().cores, "");
    EXPECT_FALSE(older.replay().value().cool_down_s);
}

TEST(Replay, TheTargetItFailedForIsBuiltForToo) {
    Stored stored;
    stored.record.targets = {"host"};
    stored.record.outcome = BuildFailed{.target = "aarch64"};
    EXPECT_EQ(stored.replay().value().targets, (std::vector<std::string>{"host", "aarch64"}));
}

TEST(Replay, AnotherTaskIsNotTheOneThatWasJudged) {
    Stored stored;
    stored.record.task_hash = std::string(64, 'a');
    EXPECT_NE(stored.refusal().find("--tasks-dir"), std::string::npos);
}

TEST(Replay, SourcesThatAreNotTheCandidateAreRefused) {
    Stored stored;
    stored.record.candidate_hash = std::string(64, 'a');
    EXPECT_NE(stored.refusal().find("not the candidate"), std::string::npos);
    stored.artifacts.clear();
    EXPECT_NE(stored.refusal().find("not there"), std::string::npos);
}

TEST(Replay, AnAnswerWithoutSourceIsTakenApartAgain) {
    Stored stored;
    stored.record.source_artifacts.clear();
    stored.record.answer_artifact = stored.keep("I am sorry, I cannot.");
    stored.record.outcome = NoSource{};
    const Replay sorry = stored.replay().value();
    EXPECT_FALSE(sorry.loaded.extraction.complete());
    EXPECT_EQ(sorry.loaded.candidate.answer, "I am sorry, I cannot.");
    stored.record.answer_artifact = stored.keep("```cpp\n// CPUBinary.cpp\nint a;\n```\n");
    EXPECT_TRUE(stored.replay().value().loaded.extraction.complete()) << "which is how it would be seen not to hold";
}

TEST(Replay, FilesThatWereMissingAreMissingAgain) {
    Stored stored;
    stored.keep_sources({{"CPUBinary.hpp", "int h;\n"}});
    stored.record.outcome = NoSource{};
    const Replay replay = stored.replay().value();
    EXPECT_NE(replay.loaded.extraction.why_not.find("CPUBinary.cpp"), std::string::npos);
}

TEST(Replay, AnAnswerThatWouldBeReadDifferentlyIsSaidAndTheStoredSourcesCount) {
    Stored stored;
    stored.record.answer_artifact = stored.keep("```cpp\n// CPUBinary.cpp\nint other;\n```\n");
    const Replay replay = stored.replay().value();
    EXPECT_NE(replay.note.find("differently"), std::string::npos);
    EXPECT_EQ(replay.loaded.candidate.hash(), stored.record.candidate_hash);
    const std::string answer = std::string("```cpp\n// CPUBinary.cpp\n") + kSource + "```\n";
    stored.record.answer_artifact = stored.keep(answer);
    stored.keep_sources(extract_sources(answer, stored.task.files).sources);
    EXPECT_EQ(stored.replay().value().note, "");
}

TEST(Replay, SettingsThatCannotBeAreNamed) {
    const auto refusal = [](const char* name, nlohmann::json value) {
        Stored stored;
        stored.record.settings[name] = std::move(value);
        return stored.refusal();
    };
    EXPECT_NE(refusal("trusted", 1).find("'trusted'"), std::string::npos);
    EXPECT_NE(refusal("native_twice", nullptr).find("'native_twice'"), std::string::npos);
    EXPECT_NE(refusal("extra_work", -0.5).find("'extra_work'"), std::string::npos);
    EXPECT_NE(refusal("extra_work", "nan").find("'extra_work'"), std::string::npos);
    EXPECT_NE(refusal("profile", 3).find("profile"), std::string::npos);
    Stored stored;
    stored.record.settings = nlohmann::json::array({1});
    EXPECT_NE(stored.refusal().find("settings"), std::string::npos);
    stored = {};
    stored.record.seed = "5eed";
    EXPECT_NE(stored.refusal().find("'5eed'"), std::string::npos);
    stored = {};
    stored.record.build = "by hand";
    EXPECT_NE(stored.refusal().find("by hand"), std::string::npos);
}

} // namespace
} // namespace mkb
