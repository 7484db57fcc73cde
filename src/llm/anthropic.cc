// Anthropic's messages, streamed.
#include "llm/json_path.h"
#include "llm/protocol.h"

namespace mkb {

namespace {

// The service wants a limit in each request and has no default.
constexpr std::int64_t kOutputTokens = 32'000;

std::string url(const std::string& base, const std::string& /*model*/) {
    return base + "/messages";
}

std::vector<std::string> headers(const ApiKey& key) {
    std::vector<std::string> list{"anthropic-version: 2023-06-01"};
    if (!key.empty()) {
        list.push_back("x-api-key: " + key.reveal());
    }
    return list;
}

nlohmann::json body(const LlmRequest& request, const std::string& model, const ModelParameters& parameters,
                    bool /*own_service*/) {
    nlohmann::json json{{"model", model},
                        {"max_tokens", parameters.output_tokens.value_or(kOutputTokens)},
                        {"messages", {{{"role", "user"}, {"content", request.prompt}}}},
                        {"stream", true}};
    if (!request.system.empty()) {
        json["system"] = request.system;
    }
    if (parameters.temperature) {
        json["temperature"] = *parameters.temperature;
    }
    if (parameters.top_p) {
        json["top_p"] = *parameters.top_p;
    }
    if (parameters.thinking_tokens) {
        json["thinking"] = {{"type", "enabled"}, {"budget_tokens", *parameters.thinking_tokens}};
    }
    return json;
}

void take_usage(const JsonPath& usage, Usage& to) {
    if (!usage.is_object()) {
        return;
    }
    to.reported = true;
    if (usage["input_tokens"].is_number()) {
        to.cached_input_tokens = usage["cache_read_input_tokens"].integer();
        to.input_tokens =
            usage["input_tokens"].integer() + to.cached_input_tokens + usage["cache_creation_input_tokens"].integer();
    }
    if (usage["output_tokens"].is_number()) {
        to.output_tokens = usage["output_tokens"].integer(); // a running total
    }
}

void take(const SseEvent& event, StreamState& state) {
    const nlohmann::json json = nlohmann::json::parse(event.data, nullptr, false);
    const JsonPath root(&json);
    const std::string type = root["type"].text();
    if (type == "message_start") {
        state.answer.model = root["message"]["model"].text();
        take_usage(root["message"]["usage"], state.answer.usage);
    } else if (type == "content_block_start") {
        state.answer.text += root["content_block"]["text"].text();
    } else if (type == "content_block_delta") {
        state.answer.text += root["delta"]["text"].text();
        state.answer.thinking += root["delta"]["thinking"].text();
    } else if (type == "message_delta") {
        state.answer.stop = root["delta"]["stop_reason"].text();
        take_usage(root["usage"], state.answer.usage);
    } else if (type == "message_stop") {
        state.complete = true;
    } else if (type == "error") {
        const std::string kind = root["error"]["type"].text();
        state.trouble = kind + ": " + root["error"]["message"].text();
        state.trouble_may_pass =
            kind == "overloaded_error" || kind == "api_error" || kind == "rate_limit_error" || kind == "timeout_error";
    }
}

std::string_view missing(const ModelParameters& parameters) {
    return parameters.effort.empty() ? "" : "an effort; use --thinking-tokens";
}

} // namespace

const Protocol& anthropic_protocol() {
    static const Protocol kProtocol{.name = "anthropic",
                                    .default_base = "https://api.anthropic.com/v1",
                                    .key_variables = {"ANTHROPIC_API_KEY"},
                                    .url = url,
                                    .headers = headers,
                                    .body = body,
                                    .take = take,
                                    .missing = missing};
    return kProtocol;
}

} // namespace mkb
