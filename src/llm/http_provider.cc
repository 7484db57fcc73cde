// The providers behind HTTP: one way to ask, to retry and to fail for all of them.
#include "llm/http.h"
#include "llm/json_path.h"
#include "llm/protocol.h"
#include "llm/providers.h"
#include "record/printable.h"

#include <algorithm>

namespace mkb {

namespace {

constexpr std::size_t kShownMessage = 300;

using Clock = std::chrono::steady_clock;

double milliseconds_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// The message in an error's body, whichever of the usual shapes it has; else the body itself.
std::string message_in(const std::string& body) {
    const nlohmann::json json = nlohmann::json::parse(body, nullptr, false);
    const JsonPath root(&json);
    const JsonPath outer = root.is_array() ? root.at(0) : root; // Google wraps it in a list, sometimes
    for (const JsonPath& place : {outer["error"]["message"], outer["message"], outer["error"], outer["detail"]}) {
        if (place.is_text()) {
            return place.text();
        }
    }
    return body.empty() ? "without a message" : body;
}

/// A quota or balance that is used up answers like a limit on the rate, but waiting does not help.
bool used_up(const std::string& body) {
    return body.contains("insufficient_quota") || body.contains("credit balance") ||
           body.contains("billing_hard_limit");
}

std::string_view advice(long status) {
    switch (status) {
    case 401:
    case 403:
        return "the key was refused; check it and the account's rights";
    case 404:
        return "unknown model or wrong --base-url";
    case 402:
        return "the account has no balance";
    case 413:
        return "the prompt is too long; lower --prompt-tokens";
    default:
        return "the request was refused";
    }
}

class HttpProvider final : public LlmProvider {
public:
    HttpProvider(const Protocol& protocol, std::string model, ApiKey key, ProviderOptions options)
        : protocol_(protocol), model_(std::move(model)), key_(std::move(key)), options_(std::move(options)),
          own_service_(options_.base_url.empty()),
          base_(own_service_ ? std::string(protocol.default_base) : options_.base_url) {
        while (base_.ends_with('/')) {
            base_.pop_back();
        }
    }

    std::string name() const override { return fmt::format("{}:{}", protocol_.name, model_); }

    nlohmann::json parameters() const override {
        nlohmann::json json = to_json(options_.parameters);
        if (!own_service_) {
            json["base_url"] = base_;
        }
        return json;
    }

    Result<LlmAnswer> ask(const LlmRequest& request, const StopFlag& stop) override {
        nlohmann::json body = protocol_.body(request, model_, options_.parameters, own_service_);
        body.merge_patch(options_.parameters.extra);
        const HttpCall call{.url = protocol_.url(base_, model_),
                            .headers = all_headers(),
                            .body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
                            .limits = options_.limits,
                            .take = {}};
        return with_retries(options_.retry, stop, [&] { return try_once(call, stop); });
    }

private:
    std::vector<std::string> all_headers() const {
        std::vector<std::string> list = protocol_.headers(key_);
        list.emplace_back("Content-Type: application/json");
        list.emplace_back("Accept: text/event-stream");
        list.emplace_back("Expect:"); // no waiting for leave to send the body
        return list;
    }

    std::unexpected<TryFailure> failure(ErrorKind kind, bool may_retry, const std::string& message,
                                        std::optional<std::chrono::milliseconds> asked = {}) const {
        const std::string shown = printable_line(key_.redact(message), kShownMessage);
        return std::unexpected(
            TryFailure{.may_retry = may_retry, .asked = asked, .error = {kind, fmt::format("{}: {}", name(), shown)}});
    }

    std::expected<LlmAnswer, TryFailure> try_once(HttpCall call, const StopFlag& stop) const {
        const auto start = Clock::now();
        StreamState state;
        SseReader reader([&](const SseEvent& event) { protocol_.take(event, state); });
        bool too_long = false;
        call.take = [&](std::string_view bytes) {
            const bool readable = reader.feed(bytes);
            LlmAnswer& answer = state.answer;
            if (answer.first_text_ms == 0 && !(answer.text.empty() && answer.thinking.empty())) {
                answer.first_text_ms = milliseconds_since(start);
            }
            too_long = !readable || answer.text.size() + answer.thinking.size() > options_.limits.answer_bytes;
            return !too_long && state.trouble.empty();
        };
        auto reply = http_post(call, stop);
        if (!reply) {
            return failure(reply.error().kind, false, reply.error().message);
        }
        state.answer.latency_ms = milliseconds_since(start);
        return judge(*reply, std::move(state), too_long);
    }

    std::expected<LlmAnswer, TryFailure> judge(const HttpReply& reply, StreamState state, bool too_long) const {
        if (reply.stopped) {
            return failure(ErrorKind::transient, false, "stopped before the answer was there");
        }
        if (reply.status != 0 && reply.status != 200) {
            return refused(reply);
        }
        if (!state.trouble.empty()) {
            return failure(ErrorKind::transient, state.trouble_may_pass, "error in the stream: " + state.trouble);
        }
        LlmAnswer& answer = state.answer;
        answer.text = valid_utf8(key_.redact(answer.text));
        answer.thinking = valid_utf8(key_.redact(answer.thinking));
        answer.model = printable_line(key_.redact(answer.model));
        answer.stop = plain_stop(printable_line(answer.stop));
        if (too_long) {
            answer.stop = "too_long";
            return std::move(answer);
        }
        if (!reply.broken.empty() && !state.complete) {
            return failure(ErrorKind::transient, true, reply.broken);
        }
        if (!state.complete) {
            const bool streamed = reply.content_type.starts_with("text/event-stream");
            return streamed ? failure(ErrorKind::transient, true, "the stream was cut before its end")
                            : failure(ErrorKind::bad_input, false,
                                      fmt::format("the answer is no stream of events but '{}'; check --base-url",
                                                  reply.content_type));
        }
        return std::move(answer);
    }

    static std::string plain_stop(const std::string& stop) {
        return stop == "end_turn" || stop == "stop_sequence" ? "stop" : stop == "max_tokens" ? "length" : stop;
    }

    std::unexpected<TryFailure> refused(const HttpReply& reply) const {
        const std::string message = message_in(reply.body);
        const bool may_pass = reply.status == 408 || reply.status == 425 || reply.status == 429 || reply.status >= 500;
        if (may_pass && used_up(reply.body)) {
            return failure(ErrorKind::transient, false,
                           fmt::format("HTTP {}: the quota is used up: {}", reply.status, message));
        }
        if (may_pass) {
            return failure(ErrorKind::transient, true, fmt::format("HTTP {}: {}", reply.status, message),
                           parse_retry_after(reply.retry_after, std::chrono::system_clock::now()));
        }
        if (reply.status >= 300 && reply.status < 400) {
            return failure(
                ErrorKind::bad_input, false,
                fmt::format("HTTP {}: a redirect, which is not followed; name the right --base-url", reply.status));
        }
        return failure(ErrorKind::bad_input, false,
                       fmt::format("HTTP {}: {}: {}", reply.status, advice(reply.status), message));
    }

    const Protocol& protocol_;
    std::string model_;
    ApiKey key_;
    ProviderOptions options_;
    bool own_service_;
    std::string base_;
};

} // namespace

Result<std::unique_ptr<LlmProvider>> make_http_provider(std::string_view service, const std::string& what,
                                                        const ProviderOptions& options) {
    const Protocol& protocol = service == "openai"      ? openai_protocol()
                               : service == "anthropic" ? anthropic_protocol()
                                                        : gemini_protocol();
    const auto is_plain = [](unsigned char c) {
        return std::isalnum(c) != 0 || std::string_view("._:/@+-").contains(static_cast<char>(c));
    };
    if (what.empty() || !std::ranges::all_of(what, is_plain)) {
        return fail(ErrorKind::bad_input, "'{}:{}' names no model; write {}:MODEL", service, what, service);
    }
    if (const std::string_view missing = protocol.missing(options.parameters); !missing.empty()) {
        return fail(ErrorKind::bad_input, "{} does not take {}", service, missing);
    }
    const std::vector<std::string> variables =
        options.key_variable.empty() ? protocol.key_variables : std::vector{options.key_variable};
    MKB_TRY(key, find_key(options.key_file, variables));
    if (key.empty() && (options.base_url.empty() || !options.key_variable.empty())) {
        return fail(ErrorKind::bad_input, "{}:{} wants a key: set {} or name a file with --key-file (mode 600)",
                    service, what, fmt::join(variables, " or "));
    }
    return std::make_unique<HttpProvider>(protocol, what, std::move(key), options);
}

} // namespace mkb
