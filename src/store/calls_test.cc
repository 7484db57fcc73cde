#include "base/files.h"
#include "store/sqlite.h"
#include "store/store.h"

#include "base/in_child_test.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

ModelCall make_call(const std::string& position) {
    return {.position = position,
            .method = "moka",
            .model = "openai:m",
            .task_id = "unary/Abs/plain",
            .role = "coder",
            .round = 3,
            .sample = 1,
            .attempt = 2,
            .system = "s",
            .prompt = "took \x01"
                      "12 us\x02, größer",
            .parameters = {{"temperature", 0.5}}};
}

class StoreCalls : public testing::Test {
protected:
    StoreCalls() : store_(*Store::open(folder_->path())) {}
    Database raw() const {
        return std::move(
            *Database::open(folder_->path() / "run.db", Database::Mode::read_write, std::chrono::milliseconds(0)));
    }
    Result<TempDir> folder_ = TempDir::make("mkb-calls-test");
    Store store_;
};

TEST_F(StoreCalls, ComeBackWholeInTheOrderInWhichTheyBegan) {
    const auto first = *store_.begin_call(make_call("a"));
    const auto second = *store_.begin_call(make_call("b"));
    ASSERT_TRUE(store_.end_call(second, nlohmann::json{{"text", "code"}}, 0.25));
    ASSERT_TRUE(store_.end_call(first, "HTTP 503\nno more"));
    const auto calls = *store_.calls();
    ASSERT_EQ(calls.size(), 2U);
    EXPECT_EQ(calls[0].failure, "HTTP 503 no more");
    EXPECT_FALSE(calls[0].answer);
    const ModelCall& call = calls[1];
    const ModelCall wanted = make_call("b");
    EXPECT_EQ(call.position, "b");
    EXPECT_EQ(std::tie(call.method, call.model, call.task_id, call.role, call.system, call.prompt),
              std::tie(wanted.method, wanted.model, wanted.task_id, wanted.role, wanted.system, wanted.prompt));
    EXPECT_EQ(std::tie(call.round, call.sample, call.attempt), std::make_tuple(3, 1, 2));
    EXPECT_EQ(call.parameters, wanted.parameters);
    EXPECT_EQ((*call.answer)["text"], "code");
    EXPECT_EQ(call.money, 0.25);
    EXPECT_FALSE(call.began.empty() || call.ended.empty());
    EXPECT_EQ(store_.calls("unary/Abs/plain")->size(), 2U);
    EXPECT_TRUE(store_.calls("unary/Abs/other")->empty());
}

TEST_F(StoreCalls, AnAnswerIsFoundByItsPositionAndGivenOnce) {
    const auto failed = *store_.begin_call(make_call("p"));
    ASSERT_TRUE(store_.end_call(failed, "away"));
    EXPECT_FALSE(*store_.answered_call("p")) << "a failure answers nothing";
    const auto again = *store_.begin_call(make_call("p"));
    ASSERT_TRUE(store_.end_call(again, nlohmann::json{{"text", "x"}}, std::nullopt));
    const auto found = *store_.answered_call("p");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->sequence, again);
    EXPECT_FALSE(found->money);
    EXPECT_FALSE(store_.end_call(again, nlohmann::json{{"text", "y"}}, 1.0));
    EXPECT_FALSE(store_.end_call(failed, nlohmann::json{{"text", "y"}}, 1.0));
    EXPECT_FALSE(store_.end_call(12345, "unknown"));
    const auto third = *store_.begin_call(make_call("p"));
    EXPECT_FALSE(store_.end_call(third, nlohmann::json{{"text", "y"}}, 1.0)) << "a second answer for one position";
    EXPECT_EQ((*(*store_.answered_call("p"))->answer)["text"], "x");
}

TEST_F(StoreCalls, WhatWasInFlightWhenItsProcessDiedIsLostAndTheAnswersAreNot) {
    EXPECT_EQ(in_child([&] {
                  auto store = Store::open(folder_->path());
                  const auto done = *store->begin_call(make_call("done"));
                  EXPECT_TRUE(store->end_call(done, nlohmann::json{{"text", "kept"}}, 0.0));
                  EXPECT_TRUE(store->begin_call(make_call("flying")));
                  kill(getpid(), SIGKILL);
              }),
              128 + SIGKILL);
    const auto calls = *store_.calls();
    ASSERT_EQ(calls.size(), 2U);
    EXPECT_EQ((*calls[0].answer)["text"], "kept");
    EXPECT_TRUE(calls[1].in_flight());
}

TEST_F(StoreCalls, TheDatabaseItselfRefusesChanges) {
    const auto call = *store_.begin_call(make_call("p"));
    ASSERT_TRUE(store_.end_call(call, nlohmann::json{{"text", "x"}}, 1.0));
    const Database database = raw();
    for (const char* sql : {"UPDATE call SET request = '{}'", "DELETE FROM call", "UPDATE call_end SET answer = 'y'",
                            "DELETE FROM call_end", "INSERT OR REPLACE INTO call SELECT * FROM call",
                            "INSERT OR REPLACE INTO call_end SELECT * FROM call_end",
                            "INSERT INTO call_end VALUES (99, 'p', 'second', '', '', 'now')"}) {
        EXPECT_FALSE(database.execute(sql)) << sql;
    }
}

TEST_F(StoreCalls, ARunOfSchemaOneIsBroughtUpToDateWithWhatItHolds) {
    ASSERT_TRUE(store_.put_fact("created", "then"));
    ASSERT_TRUE(raw().execute("DROP TABLE call_end; DROP TABLE call; PRAGMA user_version = 1"));
    {
        auto reader = Store::open_existing(folder_->path());
        ASSERT_TRUE(reader.has_value()) << reader.error().message;
        EXPECT_TRUE(reader->calls()->empty());
        EXPECT_EQ(**reader->fact("created"), "then");
    }
    auto store = Store::open(folder_->path());
    ASSERT_TRUE(store.has_value()) << store.error().message;
    EXPECT_TRUE(store->begin_call(make_call("p")));
    EXPECT_EQ(*raw().integer("PRAGMA user_version"), kStoreSchema);
}

} // namespace
} // namespace mkb
