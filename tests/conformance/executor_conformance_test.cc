// What every executor must stand, over stand-in devices: `threads` always, `slurm` in the cluster that
// tests/end_to_end/slurm_test.py starts. The same program is what the cluster's jobs run.
#include "../support/stand_in.h"
#include "executor/slurm/job.h"
#include "executor/slurm/slurm.h"

#include <algorithm>
#include <atomic>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <thread>

namespace mkb {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::SizeIs;

constexpr const char* kFolder = "MKB_TEST_STAND_IN"; ///< variable: where the devices live
constexpr std::chrono::milliseconds kCost{5};        ///< of a judgement: time enough for the other device to be asked
constexpr const char* kCluster = "MKB_TEST_CLUSTER"; ///< variable: set where a Slurm with nodes n1 and n2 is

int run_as_job(const char* spool, const char* array) {
    const std::filesystem::path folder = std::getenv(kFolder);
    const auto site = slurm::this_site();
    if (!site) {
        return 1;
    }
    const auto open = [&](const std::string& device, const slurm::Request&) -> Result<slurm::OpenPlace> {
        return slurm::OpenPlace{.place = stand_in::place(folder, device, kCost), .behind = {}};
    };
    const auto done = slurm::run_job(spool, array, *site,
                                     {.open = open, .say = [](const std::string& line) { fmt::print("{}\n", line); }},
                                     {.between = std::chrono::seconds(1), .longest = std::chrono::seconds(600)});
    return done ? 0 : 1;
}

class Conformance : public testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        if (GetParam() == "slurm" && std::getenv(kCluster) == nullptr) {
            GTEST_SKIP() << "no cluster: tests/end_to_end/slurm_test.py starts one";
        }
        setenv(kFolder, folder.path().c_str(), 1);
        ASSERT_TRUE(write_file_atomic(folder.path() / "map", "n1 0 a\nn2 0 b\n"));
        open();
    }

    void open() {
        const auto note = [this](const std::string& line) {
            const std::lock_guard lock(mutex);
            said.push_back(line);
        };
        executor.reset();
        if (GetParam() == "threads") {
            executor = make_threads_executor(
                {stand_in::place(folder.path(), "a", kCost), stand_in::place(folder.path(), "b", kCost)},
                [=](const std::string& name, const std::string& why) { note(name + " leaves: " + why); });
            return;
        }
        auto made = slurm::make_executor(
            {.spool = folder.path() / "run" / "slurm",
             .program = {std::filesystem::read_symlink("/proc/self/exe").string(), "--job"},
             .options = {},
             .where = {.device = "local", .map = folder.path() / "map", .targets = {}, .cores = {}, .task_folder = {}},
             .key = {.framework = "stand-in", .also = {}, .device = {}, .cores = {}},
             .devices = {"a", "b"},
             .width = 16,
             .say = note});
        ASSERT_TRUE(made) << made.error().message;
        executor = std::move(*made);
    }

    static EvaluateOptions labelled(const std::string& label) {
        EvaluateOptions options;
        options.label = label;
        return options;
    }
    Result<Judgement> judge(const std::string& label) { return executor->judge(task, {}, labelled(label), {}); }
    std::vector<std::string> keys_of(const std::string& label) {
        return executor->keys(task, {}, labelled(label)).value();
    }
    /// As `count` candidates of a run, from as many threads as the executor serves.
    void judge_many(int count) {
        std::atomic<int> next = 0;
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < executor->width(); ++i) {
            threads.emplace_back([&] {
                for (int mine = next++; mine < count; mine = next++) {
                    const auto judgement = judge(fmt::format("c{}", mine));
                    ASSERT_TRUE(judgement) << judgement.error().message;
                    EXPECT_EQ(judgement->record.label, fmt::format("c{}", mine));
                    executor->stored(keys_of(fmt::format("c{}", mine)));
                }
            });
        }
    }
    /// Lines of the journal that begin so.
    std::vector<std::string> journal(const std::string& beginning) const {
        std::vector<std::string> found;
        std::istringstream lines(read_file(folder.path() / "journal").value_or(""));
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with(beginning)) {
                found.push_back(line);
            }
        }
        return found;
    }
    void away(const std::string& device, bool is_away) const {
        if (is_away) {
            ASSERT_TRUE(write_file_atomic(folder.path() / (device + ".away"), ""));
        } else {
            std::filesystem::remove(folder.path() / (device + ".away"));
        }
    }

    TempDir folder = TempDir::make("mkb-executor").value();
    Task task = load_task(MKB_SOURCE_DIR "/tasks/logic/Or/masks_8x256x256").value();
    std::mutex mutex;
    std::vector<std::string> said;
    std::unique_ptr<Executor> executor;
};

TEST_P(Conformance, ManyAreJudgedOnceEachAndOneAtATimeOnADevice) {
    judge_many(40);
    const auto lines = journal("judge ");
    EXPECT_THAT(lines, SizeIs(40));
    std::set<std::string> labels;
    for (const std::string& line : lines) {
        labels.insert(line.substr(line.rfind(' ')));
    }
    EXPECT_THAT(labels, SizeIs(40));
    EXPECT_THAT(journal("judge a"), Not(IsEmpty()));
    EXPECT_THAT(journal("judge b"), Not(IsEmpty()));
    EXPECT_THAT(journal("TWICE"), IsEmpty());
    EXPECT_THAT(said, IsEmpty());
}

TEST_P(Conformance, ADeviceThatIsAwayLeavesAndItsCandidatesAreJudgedElsewhere) {
    away("a", true);
    judge_many(12);
    EXPECT_THAT(journal("judge b"), SizeIs(12));
    EXPECT_THAT(journal("judge a"), SizeIs(1));
    EXPECT_THAT(said, SizeIs(1));
    EXPECT_THAT(said, Contains(HasSubstr("leaves")));
}

TEST_P(Conformance, ACandidateThatTroublesEveryDeviceIsGivenBackAndOthersAreJudged) {
    const auto poisoned = judge("poison");
    ASSERT_FALSE(poisoned);
    EXPECT_EQ(poisoned.error().kind, ErrorKind::transient);
    EXPECT_THAT(journal("judge "), SizeIs(kMostPlacesForOne));
    EXPECT_TRUE(judge("next"));
}

TEST_P(Conformance, AMistakeOfTheUsersIsGivenBackAtOnce) {
    const auto nonsense = judge("nonsense");
    ASSERT_FALSE(nonsense);
    EXPECT_EQ(nonsense.error().kind, ErrorKind::bad_input);
    EXPECT_THAT(journal("judge "), SizeIs(1));
}

TEST_P(Conformance, WhatIsNotWantedAnyMoreIsNotJudged) {
    const auto stopped = executor->judge(task, {}, labelled("x"), [] { return false; });
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error().kind, ErrorKind::transient);
    EXPECT_TRUE(judge("next"));
    EXPECT_THAT(journal("judge "), SizeIs(1));
}

TEST_P(Conformance, AJudgementHasOneOfTheKeysThatWereNamed) {
    EXPECT_THAT(keys_of("x"), Contains(judge("x").value().record.key));
}

TEST_P(Conformance, WhatOneDeviceJudgedIsNotTakenForAnothers) {
    // The same candidate on either device.
    std::map<std::string, std::string> key;
    for (const auto& [here, other] : {std::pair("a", "b"), std::pair("b", "a")}) {
        away(other, true);
        const auto judgement = judge("x");
        ASSERT_TRUE(judgement) << judgement.error().message;
        EXPECT_EQ(judgement->record.device.name, here);
        key[here] = judgement->record.key;
        executor->stored(keys_of("x"));
        away(other, false);
    }
    EXPECT_NE(key["a"], key["b"]);
    EXPECT_THAT(keys_of("x"), IsSupersetOf({key["a"], key["b"]}));
}

INSTANTIATE_TEST_SUITE_P(Of, Conformance, testing::Values("threads", "slurm"),
                         [](const auto& which) { return which.param; });

/// What only an executor can do that works beyond its process.
class Lasting : public Conformance {
protected:
    int files_in(const char* part) const {
        int count = 0;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path() / "run/slurm" / part)) {
            count += entry.is_regular_file() ? 1 : 0;
        }
        return count;
    }
};

TEST_P(Lasting, WhatWasJudgedButNotStoredIsThereForTheNextProcess) {
    const Record first = judge("x").value().record;
    open();
    const Record again = judge("x").value().record;
    EXPECT_EQ(again.id, first.id);
    EXPECT_THAT(journal("judge "), SizeIs(1));
    EXPECT_EQ(files_in("requests") + files_in("replies"), 2);
    executor->stored(keys_of("x"));
    EXPECT_EQ(files_in("requests") + files_in("replies") + files_in("logs"), 0);
}

TEST_P(Lasting, WhatWasAskedForButNeverSubmittedIsSubmittedByTheNextProcess) {
    const std::vector<std::string> keys = keys_of("x");
    const std::string& key = keys.front();
    executor.reset();
    {
        slurm::Request request{.key = key,
                               .place = {.framework = "stand-in", .also = {}, .device = {}, .cores = {}},
                               .task_hash = task.hash,
                               .where = {},
                               .loaded = {},
                               .options = labelled("x")};
        request.where.task_folder = task.folder;
        request.where.map = folder.path() / "map";
        slurm::Spool spool = slurm::Spool::open(folder.path() / "run" / "slurm").value();
        ASSERT_TRUE(spool.put_request({.array = "of-the-dead", .index = 3}, key, to_bytes(request)));
    }
    open();
    EXPECT_THAT(keys, Contains(judge("x").value().record.key));
    EXPECT_THAT(journal("judge "), SizeIs(1));
}

TEST_P(Lasting, ADeviceThatAnswersAgainIsBack) {
    away("a", true);
    away("b", true);
    std::jthread nobody_home([&] { EXPECT_FALSE(judge("early")); });
    nobody_home.join();
    away("a", false);
    away("b", false);
    EXPECT_TRUE(judge("late"));
}

TEST_P(Lasting, ASecondProcessIsToldThatTheRunIsTaken) {
    const auto second = slurm::Spool::open(folder.path() / "run" / "slurm");
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::transient);
    EXPECT_THAT(second.error().message, HasSubstr("another mkb"));
}

INSTANTIATE_TEST_SUITE_P(Of, Lasting, testing::Values("slurm"), [](const auto& which) { return which.param; });

} // namespace
} // namespace mkb

int main(int argc, char** argv) {
    if (argc == 4 && std::string_view(argv[1]) == "--job") {
        return mkb::run_as_job(argv[2], argv[3]);
    }
    testing::InitGoogleTest(&argc, argv);
    return RUN_ALL_TESTS();
}
