// Every provider behind HTTP against a real server that refuses, limits, cuts, dawdles and floods.
#include "base/files.h"
#include "base/in_child_test.h"
#include "llm/providers.h"

#include <cstdio>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/prctl.h>

namespace mkb {
namespace {

constexpr const char* kKey = "sk-conformance-4711";
const StopFlag kGoOn{false};
using std::chrono::milliseconds;

/// One server for all tests; it dies with this process.
class Server {
public:
    Server() {
        int ends[2];
        MKB_CHECK(pipe(ends) == 0);
        pid_ = fork();
        if (pid_ == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            dup2(ends[1], STDOUT_FILENO);
            execlp("python3", "python3", MKB_MODEL_SERVER, log().c_str(), nullptr);
            _exit(127);
        }
        close(ends[1]);
        const std::unique_ptr<std::FILE, int (*)(std::FILE*)> out(fdopen(ends[0], "r"), std::fclose);
        MKB_CHECK(std::fscanf(out.get(), "%d", &port_) == 1);
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() {
        kill(pid_, SIGKILL);
        wait_for(pid_);
    }
    std::string url() const { return fmt::format("http://127.0.0.1:{}", port_); }
    std::string log() const { return folder_->path() / "log"; }
    /// Bodies of the requests for a model, in order.
    std::vector<nlohmann::json> requests(std::string_view protocol, std::string_view model) const {
        std::vector<nlohmann::json> found;
        std::ifstream lines(log());
        for (std::string line; std::getline(lines, line);) {
            const auto json = nlohmann::json::parse(line);
            if (json["protocol"] == protocol && json["model"] == model) {
                found.push_back(json["body"]);
            }
        }
        return found;
    }

private:
    Result<TempDir> folder_ = TempDir::make("mkb-model-server");
    pid_t pid_ = 0;
    int port_ = 0;
};

Server& server() {
    static Server the_server;
    return the_server;
}

struct Service {
    const char* name;
    const char* key_variable;
};
std::ostream& operator<<(std::ostream& out, const Service& service) {
    return out << service.name;
}

class Provider : public testing::TestWithParam<Service> {
protected:
    Provider() : key_(GetParam().key_variable, kKey) {
        options_.base_url = server().url();
        options_.retry = {.retries = 3, .first_delay = milliseconds(1), .longest_delay = milliseconds(2)};
    }
    Result<LlmAnswer> ask(const std::string& model, const StopFlag& stop = kGoOn) {
        auto provider = make_provider(fmt::format("{}:{}", GetParam().name, model), options_);
        if (!provider) {
            return std::unexpected(provider.error());
        }
        return (*provider)->ask(request_, stop);
    }
    /// Fails as it should, without the key, on one line, after so many requests.
    void expect_failure(const std::string& model, ErrorKind kind, const std::string& part, std::size_t requests) {
        const auto answer = ask(model);
        ASSERT_FALSE(answer.has_value()) << model;
        const std::string& message = answer.error().message;
        EXPECT_EQ(answer.error().kind, kind) << message;
        EXPECT_NE(message.find(part), std::string::npos) << message;
        EXPECT_EQ(message.find(kKey), std::string::npos) << message;
        EXPECT_EQ(message.find('\n'), std::string::npos) << message;
        EXPECT_EQ(server().requests(GetParam().name, model).size(), requests) << model;
    }
    ScopedVariable key_;
    ProviderOptions options_;
    LlmRequest request_{.name = {.task = "unary/Abs/plain", .role = "coder", .round = 1},
                        .system = "You write kernels.",
                        .prompt = "Write größer.",
                        .pattern = {}};
};

TEST_P(Provider, AStreamedAnswerIsWholeWithItsThinkingAndUsage) {
    const auto answer = ask("plain");
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(answer->text, "```cpp CPUAbs.cpp\nint answer = 42; // größer\n```\n");
    EXPECT_EQ(answer->thinking, "let me think");
    EXPECT_EQ(answer->stop, "stop");
    EXPECT_EQ(answer->model, "served");
    EXPECT_TRUE(answer->usage.reported);
    EXPECT_EQ(answer->usage.input_tokens, 11);
    EXPECT_EQ(answer->usage.cached_input_tokens, 3);
    EXPECT_EQ(answer->usage.output_tokens, 7);
    EXPECT_EQ(answer->tries, 1);
    EXPECT_GT(answer->latency_ms, 0);
    EXPECT_GT(answer->first_text_ms, 0);
    const std::string sent = server().requests(GetParam().name, "plain").at(0).dump();
    EXPECT_NE(sent.find("Write größer."), std::string::npos) << sent;
    EXPECT_NE(sent.find("You write kernels."), std::string::npos) << sent;
    EXPECT_EQ(sent.find("temperature"), std::string::npos) << "defaults are the provider's: " << sent;
}

TEST_P(Provider, ParametersReachTheServiceInItsOwnWords) {
    options_.parameters = {.temperature = 0.25, .output_tokens = 77, .extra = {{"seed", 5}}};
    ASSERT_TRUE(ask("plain").has_value());
    const std::string sent = server().requests(GetParam().name, "plain").back().dump();
    for (const char* part : {"0.25", "77", "\"seed\":5"}) {
        EXPECT_NE(sent.find(part), std::string::npos) << sent;
    }
    auto provider = make_provider(fmt::format("{}:plain", GetParam().name), options_);
    EXPECT_EQ((*provider)->parameters()["temperature"], 0.25);
    EXPECT_EQ(deviations(options_.parameters).size(), 3U);
}

TEST_P(Provider, AnAnswerCutAtTheTokenLimitAndAnEmptyOneAreAnswers) {
    EXPECT_EQ(ask("length")->stop, "length");
    const auto empty = ask("empty");
    ASSERT_TRUE(empty.has_value());
    EXPECT_EQ(empty->text, "");
}

TEST_P(Provider, WhatMayPassIsTriedAgainUntilItHasPassed) {
    for (const char* model : {"limited-2", "failing-2", "cut-2", "torn-2", "reset-2", "overloaded-2"}) {
        const auto answer = ask(model);
        ASSERT_TRUE(answer.has_value()) << model << ": " << answer.error().message;
        EXPECT_EQ(answer->tries, 3) << model;
        EXPECT_EQ(answer->troubles.size(), 2U) << model;
        EXPECT_EQ(answer->text, "```cpp CPUAbs.cpp\nint answer = 42; // größer\n```\n")
            << model << ": nothing of a cut stream may be left in it";
    }
}

TEST_P(Provider, WhatDoesNotPassFailsAfterTheLastTry) {
    expect_failure("failing", ErrorKind::transient, "HTTP 503: try again (tried 4 times)", 4);
    expect_failure("cut", ErrorKind::transient, "tried 4 times", 4);
    expect_failure("reset", ErrorKind::transient, "tried 4 times", 4);
}

TEST_P(Provider, WhatIsRefusedIsNotTriedAgain) {
    expect_failure("bad", ErrorKind::bad_input, "HTTP 400", 1);
    expect_failure("unknown", ErrorKind::bad_input, "unknown model", 1);
    expect_failure("redirect", ErrorKind::bad_input, "--base-url", 1);
    expect_failure("html", ErrorKind::bad_input, "text/html", 1);
    expect_failure("quota", ErrorKind::transient, "quota is used up", 1);
    expect_failure("later", ErrorKind::transient, "7200 s", 1);
}

TEST_P(Provider, AWrongKeyIsRefusedAtOnceAndNoKeyIsAskedFor) {
    {
        const ScopedVariable wrong(GetParam().key_variable, "sk-wrong");
        expect_failure("plain-9", ErrorKind::bad_input, "HTTP 401", 1);
    }
    const ScopedVariable none(GetParam().key_variable, "");
    options_.base_url.clear();
    const auto answer = ask("plain");
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().kind, ErrorKind::bad_input);
    EXPECT_NE(answer.error().message.find(GetParam().key_variable), std::string::npos) << answer.error().message;
}

TEST_P(Provider, TheKeyStandsInNoErrorAndNoAnswer) {
    expect_failure("telltale", ErrorKind::bad_input, "[key]", 1);
    const auto answer = ask("parrot");
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->text, "your key is [key]");
    for (const auto& body : server().requests(GetParam().name, "parrot")) {
        EXPECT_EQ(body.dump().find(kKey), std::string::npos) << "the key belongs into a header";
    }
}

TEST_P(Provider, AnEndlessAnswerIsCutAtItsLimitAndStaysAnAnswer) {
    options_.limits.answer_bytes = 200'000;
    const auto answer = ask("huge");
    ASSERT_TRUE(answer.has_value()) << answer.error().message;
    EXPECT_EQ(answer->stop, "too_long");
    EXPECT_GT(answer->text.size(), 190'000U);
    EXPECT_LT(answer->text.size(), 1'000'000U);
}

TEST_P(Provider, AStreamWithoutEndIsGivenUpAtItsTimeLimit) {
    options_.limits.total = milliseconds(300);
    options_.retry.retries = 1;
    expect_failure("slow", ErrorKind::transient, "tried 2 times", 2);
}

TEST_P(Provider, ASilentServiceIsGivenUpAtItsIdleLimit) {
    options_.limits.idle = milliseconds(1'000);
    options_.retry.retries = 0;
    expect_failure("silent", ErrorKind::transient, "tried 1 times", 1);
}

TEST_P(Provider, StopEndsACallInFlight) {
    StopFlag stop{true};
    const auto answer = ask("slow-9", stop);
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().kind, ErrorKind::transient);
    EXPECT_NE(answer.error().message.find("stopped"), std::string::npos) << answer.error().message;
}

TEST_P(Provider, NobodyThereAndAUrlThatIsNoneAreClear) {
    options_.retry.retries = 0;
    options_.base_url = "http://127.0.0.1:1";
    EXPECT_EQ(ask("plain").error().kind, ErrorKind::transient);
    for (const char* bad : {"ftp://127.0.0.1/x", "127.0.0.1", "http://user:secret@127.0.0.1/"}) {
        options_.base_url = bad;
        const auto answer = ask("plain");
        ASSERT_FALSE(answer.has_value()) << bad;
        EXPECT_EQ(answer.error().kind, ErrorKind::bad_input) << answer.error().message;
        EXPECT_EQ(answer.error().message.find("secret"), std::string::npos);
    }
}

INSTANTIATE_TEST_SUITE_P(Http, Provider,
                         testing::Values(Service{"openai", "OPENAI_API_KEY"}, Service{"anthropic", "ANTHROPIC_API_KEY"},
                                         Service{"gemini", "GEMINI_API_KEY"}),
                         [](const auto& info) { return std::string(info.param.name); });

} // namespace
} // namespace mkb
