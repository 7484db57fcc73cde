#include "executor/slurm/device_map.h"
#include "executor/slurm/queue.h"
#include "executor/slurm/request.h"
#include "executor/slurm/spool.h"

#include "base/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mkb::slurm {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// ---- requests and replies

TEST(SlurmRequest, ComesBackAsItWentWhateverItsBytes) {
    Request sent{.key = "k", .place = {}, .task_hash = "h", .where = {}, .loaded = {}, .options = {}};
    sent.place = {.framework = "f", .also = {"g"}, .device = {}, .cores = "big"};
    sent.where = {
        .device = "adb:x", .map = "/m", .targets = {"host"}, .cores = "big", .cool_down_s = 7.5, .task_folder = "/t"};
    sent.loaded.candidate = {.origin = "stdin", .answer = "\xff\0 answer", .sources = {{"a.cpp", "int\xc3 a;"}}};
    sent.loaded.candidate.answer = std::string("\xff\0 answer", 9);
    sent.loaded.extraction.why_not = "there is no \xfe";
    sent.options.profile = profile_named("short").value();
    sent.options.seed = Seed{.high = 1, .low = 2};
    sent.options.way = BuildWay::in_tree;
    sent.options.label = "l\xff";
    sent.options.sample = 7;
    sent.options.core = 3;
    sent.options.count_instructions = true;
    const auto got = request_from(to_bytes(sent));
    ASSERT_TRUE(got) << got.error().message;
    EXPECT_EQ(to_bytes(*got), to_bytes(sent));
    EXPECT_EQ(got->place.framework, sent.place.framework);
    EXPECT_EQ(got->place.also, sent.place.also);
    EXPECT_EQ(got->place.cores, sent.place.cores);
    EXPECT_EQ(got->loaded.candidate.hash(), sent.loaded.candidate.hash());
    EXPECT_EQ(got->loaded.candidate.answer, sent.loaded.candidate.answer);
    EXPECT_FALSE(got->loaded.extraction.complete());
    EXPECT_EQ(got->options.seed, sent.options.seed);
    EXPECT_EQ(got->options.label, sent.options.label);
    EXPECT_EQ(got->where.cool_down_s, sent.where.cool_down_s);
}

TEST(SlurmRequest, RepliesComeBackToo) {
    Judgement judgement;
    judgement.record.key = "k";
    judgement.record.id = new_record_id();
    judgement.record.task_id = "unary/Exp/x";
    judgement.record.outcome = NoSource{.why = "none"};
    judgement.artifacts = {{"samples", std::string("\0\xff", 2)}};
    const auto got = reply_from(to_bytes(Reply{.key = "k", .what = judgement}));
    ASSERT_TRUE(got) << got.error().message;
    const auto& there = std::get<Judgement>(got->what);
    EXPECT_EQ(to_json(there.record), to_json(judgement.record));
    EXPECT_EQ(there.artifacts, judgement.artifacts);

    const Trouble trouble{.error = {ErrorKind::transient, "away"}, .place = "adb:x of n1", .job = "1_2", .holds = true};
    const auto said = reply_from(to_bytes(Reply{.key = "k", .what = trouble}));
    ASSERT_TRUE(said) << said.error().message;
    EXPECT_EQ(std::get<Trouble>(said->what).error.kind, ErrorKind::transient);
    EXPECT_EQ(std::get<Trouble>(said->what).error.message, "away");
    EXPECT_TRUE(std::get<Trouble>(said->what).holds);
}

TEST(SlurmRequest, WhatWasCutIsTroubleOfOurWorld) {
    const std::string bytes = to_bytes(Reply{.key = "k", .what = Judgement{}});
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        const auto got = reply_from(bytes.substr(0, length));
        ASSERT_FALSE(got);
        EXPECT_EQ(got.error().kind, ErrorKind::environment);
    }
    EXPECT_FALSE(request_from(bytes));
}

// ---- the spool

class SlurmSpool : public testing::Test {
protected:
    TempDir folder = TempDir::make("mkb-spool").value();
    Spool spool = Spool::open(folder.path() / "slurm").value();
    const Slot first{.array = "aaaa", .index = 3}, second{.array = "bbbb", .index = 0};
};

TEST_F(SlurmSpool, ARequestLiesInOneSlotAndAnOldOneFindsNothing) {
    ASSERT_TRUE(spool.put_request(first, "key", "bytes"));
    EXPECT_EQ(spool.request(first).value().value(), std::pair(std::string("key"), std::string("bytes")));
    EXPECT_FALSE(spool.request(Slot{.array = "aaaa", .index = 4}).value());
    ASSERT_TRUE(spool.move_request("key", first, second));
    EXPECT_FALSE(spool.request(first).value());
    EXPECT_FALSE(spool.holds("key", first));
    EXPECT_TRUE(spool.holds("key", second));
    EXPECT_EQ(spool.requests().value(), (std::map<std::string, Slot>{{"key", second}}));
    spool.drop("key", second);
    EXPECT_THAT(spool.requests().value(), IsEmpty());
    EXPECT_TRUE(std::filesystem::is_empty(folder.path() / "slurm/requests"));
}

TEST_F(SlurmSpool, TheFirstReplyCounts) {
    EXPECT_FALSE(spool.has_reply("key"));
    EXPECT_TRUE(spool.put_reply("key", "first").value());
    EXPECT_FALSE(spool.put_reply("key", "second").value());
    EXPECT_TRUE(spool.has_reply("key"));
    EXPECT_EQ(spool.reply("key").value(), "first");
    EXPECT_THAT(spool.replied_keys().value(), ElementsAre("key"));
    spool.drop_reply("key");
    EXPECT_THAT(spool.replied_keys().value(), IsEmpty());
}

TEST_F(SlurmSpool, AReplyThatIsBeingWrittenIsNoneYet) {
    ASSERT_TRUE(write_file_atomic(folder.path() / "slurm/replies/.key.half", "hal"));
    EXPECT_THAT(spool.replied_keys().value(), IsEmpty());
}

TEST_F(SlurmSpool, ARunHasTheSameTagAfterARestartAndAnotherRunAnother) {
    EXPECT_EQ(spool.tag(), Spool(folder.path() / "slurm").tag());
    EXPECT_NE(spool.tag(), Spool(folder.path() / "other").tag());
}

TEST_F(SlurmSpool, OnlyEmptyLogsAreTidiedAway) {
    ASSERT_TRUE(write_file_atomic(spool.log(first), ""));
    ASSERT_TRUE(write_file_atomic(spool.log(second), "slurmstepd: error: it was cancelled"));
    spool.tidy();
    EXPECT_FALSE(exists(spool.log(first)));
    EXPECT_TRUE(exists(spool.log(second)));
}

// ---- Slurm's words

TEST(SlurmQueue, LinesOfThisRunAreRead) {
    const auto seen = parse_queue_line("mkb-0123-aaaa|12|3|RUNNING|None", "mkb-0123-");
    ASSERT_TRUE(seen);
    EXPECT_EQ(seen->first, (Slot{.array = "aaaa", .index = 3}));
    EXPECT_EQ(seen->second.job, "12_3");
    EXPECT_EQ(seen->second.state, Queue::State::there);
    for (const char* other :
         {"mkb-9999-aaaa|12|3|RUNNING|None", "mkb-0123-aaaa|12|N/A|RUNNING|None", "", "mkb-0123-a|1"}) {
        EXPECT_FALSE(parse_queue_line(other, "mkb-0123-")) << other;
    }
}

TEST(SlurmQueue, WhatSlurmGaveUpStartingIsStuckButNotWhatAPersonHolds) {
    EXPECT_EQ(parse_queue_line("p-a|1|0|PENDING|launch failed requeued held", "p-")->second.state, Queue::State::stuck);
    EXPECT_EQ(parse_queue_line("p-a|1|0|PENDING|JobHeldUser", "p-")->second.state, Queue::State::there);
}

TEST(SlurmQueue, OptionsAreWordsOfSbatchThatMkbDoesNotNeed) {
    EXPECT_THAT(parse_sbatch_options("  --time=20 -pphones ").value(), ElementsAre("--time=20", "-pphones"));
    EXPECT_THAT(parse_sbatch_options("").value(), IsEmpty());
    for (const char* wrong : {"--partition phones", "--array=1-2", "-J=mine", "--wrap=true", "script.sh"}) {
        const auto options = parse_sbatch_options(wrong);
        ASSERT_FALSE(options) << wrong;
        EXPECT_EQ(options.error().kind, ErrorKind::bad_input);
    }
}

// ---- devices

TEST(SlurmDevices, AMapNamesWhatIsBehindANodesNumber) {
    const auto map =
        parse_device_map("# the lab\nlab1 0 adb:A\n\nlab1 1 ssh:pi@b  # board\nlab2 0 adb:B tcp:h:5038\n* 0 local\n");
    ASSERT_TRUE(map) << map.error().message;
    const auto lab1 = devices_of(*map, "lab1");
    ASSERT_EQ(lab1.size(), 2U);
    EXPECT_EQ(lab1[1].device, "ssh:pi@b");
    EXPECT_EQ(lab1[1].number, 1);
    EXPECT_EQ(devices_of(*map, "lab2").front().adb_server, "tcp:h:5038");
    EXPECT_EQ(devices_of(*map, "other").front().device, "local");
}

TEST(SlurmDevices, AWrongLineOfAMapIsNamed) {
    for (const char* wrong : {"lab1 0 a\nlab1 zero b\n", "lab1 0 a\nlab1 0 b\n", "x 0 a\nlab1 0\n",
                              "x 0 a\nlab1 0 a b c\n", "x 0 a\nlab1 -1 a\n"}) {
        const auto map = parse_device_map(wrong);
        ASSERT_FALSE(map) << wrong;
        EXPECT_EQ(map.error().kind, ErrorKind::bad_input);
        EXPECT_THAT(map.error().message, HasSubstr("line 2"));
    }
    EXPECT_FALSE(parse_device_map("# nothing\n"));
}

TEST(SlurmDevices, TheNumberIsReadFromWhatScontrolShows) {
    const std::string shown = "JobId=2 JobName=x\n   JOB_GRES=device:1\n     Nodes=n1 CPU_IDs=0 Mem=0 GRES=";
    EXPECT_EQ(device_number(shown + "device:1(IDX:3)\n", "n1"), 3);
    EXPECT_EQ(device_number(shown + "device:pixel7:1(IDX:12)\n", "n1"), 12);
    EXPECT_EQ(device_number(shown + "gpu:1(IDX:0),device:1(IDX:2-3)\n", "n1"), 2);
    EXPECT_EQ(device_number(shown + "gpu:1(IDX:0)\n", "n1"), std::nullopt);
    EXPECT_EQ(device_number(shown + "device:1(CNT:1)\n", "n1"), std::nullopt); // counted only
    EXPECT_EQ(device_number(shown + "\n", "n1"), std::nullopt);
    EXPECT_EQ(device_number(shown + "device:1(IDX:3)\n", "n2"), std::nullopt);
}

} // namespace
} // namespace mkb::slurm
