// The providers without a service: a command, a mailbox, a recording.
#include "base/files.h"
#include "llm/recorded.h"

#include <fstream>
#include <gtest/gtest.h>
#include <thread>

namespace mkb {
namespace {

const StopFlag kGoOn{false};

LlmRequest request(const std::string& prompt = "write a kernel") {
    return {.name = {.task = "unary/Abs/plain", .role = "coder", .round = 2},
            .system = "be brief",
            .prompt = prompt,
            .pattern = prompt};
}

class LocalProviders : public testing::Test {
protected:
    std::string script(const std::string& text) {
        const auto path = folder_->path() / "model.sh";
        std::ofstream(path) << "#!/bin/sh\n" << text;
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
        return path.string();
    }
    Result<LlmAnswer> ask(const std::string& spec, const LlmRequest& what = request()) {
        auto provider = make_provider(spec, options_);
        if (!provider) {
            return std::unexpected(provider.error());
        }
        return (*provider)->ask(what, kGoOn);
    }
    Result<TempDir> folder_ = TempDir::make("mkb-llm-test");
    ProviderOptions options_{.limits = {.total = std::chrono::milliseconds(20'000)},
                             .retry = {.retries = 2, .first_delay = std::chrono::milliseconds(0)},
                             .look_again = std::chrono::milliseconds(1)};
};

TEST_F(LocalProviders, ACommandGetsTheRequestAsJsonAndItsOutputIsTheAnswer) {
    const auto answer = ask("exec:" + script("cat\n"));
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    const auto json = nlohmann::json::parse(answer->text);
    EXPECT_EQ(json["prompt"], "write a kernel");
    EXPECT_EQ(json["role"], "coder");
    EXPECT_EQ(json["round"], 2);
    EXPECT_EQ(answer->stop, "stop");
}

TEST_F(LocalProviders, ACommandMayTellUsageInJson) {
    const auto answer = ask("exec:" + script(R"(echo '{"text": "code", "usage": {"output_tokens": 5}}')"));
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->text, "code");
    EXPECT_TRUE(answer->usage.reported);
    EXPECT_EQ(answer->usage.output_tokens, 5);
}

TEST_F(LocalProviders, ACommandThatFailsIsNamedWithItsLastLine) {
    const auto answer = ask("exec:" + script("echo one >&2; echo 'no such model' >&2; exit 3\n"));
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().kind, ErrorKind::bad_input);
    EXPECT_NE(answer.error().message.find("no such model"), std::string::npos) << answer.error().message;
    EXPECT_FALSE(ask("exec:no-such-program-anywhere"));
}

TEST_F(LocalProviders, ACommandThatIsAwayForNowIsAskedAgain) {
    const std::string count = (folder_->path() / "count").string();
    const auto answer =
        ask("exec:" + script(fmt::format("echo x >> {0}; [ $(wc -l < {0}) -ge 3 ] || exit 75; echo late\n", count)));
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(answer->text, "late\n");
    EXPECT_EQ(answer->tries, 3);
}

TEST_F(LocalProviders, ACommandsEndlessAnswerIsCut) {
    options_.limits.answer_bytes = 10'000;
    const auto answer = ask("exec:" + script("yes | head -c 3000000\n"));
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(answer->stop, "too_long");
    EXPECT_LE(answer->text.size(), 10'000U);
}

/// Answers the first request of a mailbox, in the way the test wants.
void answer_first(const std::filesystem::path& box, const std::function<void(const std::filesystem::path&)>& write) {
    for (;; std::this_thread::yield()) {
        for (const auto& item : std::filesystem::directory_iterator(box / "requests")) {
            if (item.path().extension() == ".json") {
                write(box / "answers" / item.path().stem());
                return;
            }
        }
    }
}

TEST_F(LocalProviders, AMailboxTakesTheAnswerThatIsWholeAndClearsTheRequest) {
    const auto box = folder_->path() / "box";
    std::filesystem::create_directories(box / "requests");
    std::filesystem::create_directories(box / "answers");
    std::jthread person(answer_first, box, [](const std::filesystem::path& stem) {
        // Half of it first: JSON that is not whole is no answer, however long it lies there.
        std::ofstream(stem.string() + ".json") << R"({"text": "ha)";
        for (int i = 0; i < 200; ++i) {
            std::this_thread::yield();
        }
        EXPECT_TRUE(write_file_atomic(stem.string() + ".json", R"({"text": "half and half"})"));
    });
    const auto answer = ask("mailbox:" + box.string());
    person.join();
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(answer->text, "half and half");
    EXPECT_TRUE(std::filesystem::is_empty(box / "requests"));
    // Who asks the same again, after a kill say, finds the answer that is there; nobody need answer again.
    EXPECT_EQ(ask("mailbox:" + box.string())->text, "half and half");
}

TEST_F(LocalProviders, AMailboxAnsweredTwiceTakesOneAndSaysSo) {
    const auto box = folder_->path() / "box";
    std::filesystem::create_directories(box / "requests");
    std::filesystem::create_directories(box / "answers");
    std::jthread person(answer_first, box, [](const std::filesystem::path& stem) {
        EXPECT_TRUE(write_file_atomic(stem.string() + ".txt", "second"));
        EXPECT_TRUE(write_file_atomic(stem.string() + ".md", "first"));
    });
    const auto answer = ask("mailbox:" + box.string());
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_TRUE(answer->text == "first" || answer->text == "second");
    person.join();
    const auto again = ask("mailbox:" + box.string());
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->text, "first");
    ASSERT_EQ(again->troubles.size(), 1U);
    EXPECT_NE(again->troubles[0].find("answered twice"), std::string::npos);
}

TEST_F(LocalProviders, AMailboxNobodyAnswersEndsAtItsLimit) {
    options_.limits.total = std::chrono::milliseconds(5);
    const auto answer = ask("mailbox:" + (folder_->path() / "box").string());
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().kind, ErrorKind::transient);
}

RecordedCall recorded(const std::string& pattern, const std::string& text) {
    return {.name = request().name, .pattern = pattern, .answer = {.text = text, .stop = "stop"}};
}

TEST_F(LocalProviders, ARecordingComesBackAsItWasWritten) {
    const std::string text = recording_text({recorded("p\nq", "a"), recorded("r", "b")});
    const auto calls = parse_recording(text, "f");
    ASSERT_TRUE(calls.has_value()) << calls.error().message;
    EXPECT_EQ(recording_text(*calls), text);
    std::ofstream(folder_->path() / "calls.jsonl") << text;
    for (const std::string& place : {folder_->path().string(), (folder_->path() / "calls.jsonl").string()}) {
        EXPECT_EQ(ask("recorded:" + place, request("r"))->text, "b");
    }
}

TEST_F(LocalProviders, ARunIsARecordingOfItsAnsweredCalls) {
    const auto run = folder_->path() / "run";
    {
        auto store = Store::open(run);
        const CallName name = request().name;
        const ModelCall call{.position = "p",
                             .task_id = name.task,
                             .role = name.role,
                             .round = name.round,
                             .prompt = "took \x01"
                                       "9 us\x02",
                             .parameters = {}};
        ASSERT_TRUE(store->end_call(*store->begin_call(call), to_json(LlmAnswer{.text = "from the run"}), 0.0));
        ModelCall lost = call;
        lost.position = "lost";
        lost.round = 7;
        ASSERT_TRUE(store->begin_call(lost));
    }
    EXPECT_EQ(ask("recorded:" + run.string(), request("took ‹measured›"))->text, "from the run");
    EXPECT_FALSE(ask("recorded:" + run.string(), request("took 9 us")));
}

TEST_F(LocalProviders, ARecordingRefusesAPromptItHasNotSeenAndShowsTheDifference) {
    auto provider = make_recorded_provider("x", {recorded("one\ntwo\nthree", "a")}, false);
    const auto answer = provider->ask(request("one\nzwei\nthree"), kGoOn);
    ASSERT_FALSE(answer.has_value());
    EXPECT_NE(answer.error().message.find("line 2: recorded 'two', now 'zwei'"), std::string::npos)
        << answer.error().message;
    LlmRequest other = request("one\ntwo\nthree");
    EXPECT_EQ(provider->ask(other, kGoOn)->text, "a");
    other.name.round = 9;
    const auto beyond = provider->ask(other, kGoOn);
    ASSERT_FALSE(beyond.has_value());
    EXPECT_NE(beyond.error().message.find("of this task it has 2 rounds"), std::string::npos) << beyond.error().message;
    other.name.task = "unary/Neg/plain";
    const auto nothing = provider->ask(other, kGoOn);
    ASSERT_FALSE(nothing.has_value());
    EXPECT_NE(nothing.error().message.find("nothing of this task is recorded"), std::string::npos);
    EXPECT_EQ(make_recorded_provider("x", {recorded("p", "a")}, true)->ask(request("q"), kGoOn)->text, "a");
}

TEST_F(LocalProviders, WhatIsNoRecordingIsRefusedWithItsPlace) {
    for (const char* bad : {"{}", "{\"mkb_calls\": 99}\n", "{\"mkb_calls\": 1}\n{\"task\": \"a\"}\n", "text"}) {
        const auto calls = parse_recording(bad, "old.jsonl");
        ASSERT_FALSE(calls.has_value()) << bad;
        EXPECT_TRUE(calls.error().message.starts_with("old.jsonl")) << calls.error().message;
    }
}

TEST_F(LocalProviders, ANameThatIsNoneIsRefused) {
    for (const char* bad : {"", "gpt-5", "openai", "openai:", "nobody:x", "openai:a b", "recorded:/no/such/file"}) {
        const auto provider = make_provider(bad, options_);
        ASSERT_FALSE(provider.has_value()) << bad;
        EXPECT_EQ(provider.error().kind, ErrorKind::bad_input) << provider.error().message;
    }
}

} // namespace
} // namespace mkb
