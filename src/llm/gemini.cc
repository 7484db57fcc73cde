// Google's generateContent, streamed.
#include "llm/json_path.h"
#include "llm/protocol.h"

namespace mkb {

namespace {

std::string url(const std::string& base, const std::string& model) {
    return base + "/models/" + model + ":streamGenerateContent?alt=sse";
}

// In a header and never in the URL, which proxies write down.
std::vector<std::string> headers(const ApiKey& key) {
    return key.empty() ? std::vector<std::string>{} : std::vector{"x-goog-api-key: " + key.reveal()};
}

nlohmann::json body(const LlmRequest& request, const std::string& /*model*/, const ModelParameters& parameters,
                    bool /*own_service*/) {
    nlohmann::json json{{"contents", {{{"role", "user"}, {"parts", {{{"text", request.prompt}}}}}}}};
    if (!request.system.empty()) {
        json["systemInstruction"] = {{"parts", {{{"text", request.system}}}}};
    }
    nlohmann::json config = nlohmann::json::object();
    if (parameters.temperature) {
        config["temperature"] = *parameters.temperature;
    }
    if (parameters.top_p) {
        config["topP"] = *parameters.top_p;
    }
    if (parameters.output_tokens) {
        config["maxOutputTokens"] = *parameters.output_tokens;
    }
    if (parameters.thinking_tokens) {
        config["thinkingConfig"] = {{"thinkingBudget", *parameters.thinking_tokens}, {"includeThoughts", true}};
    } else if (!parameters.effort.empty()) {
        config["thinkingConfig"] = {{"thinkingLevel", parameters.effort}, {"includeThoughts", true}};
    }
    if (!config.empty()) {
        json["generationConfig"] = std::move(config);
    }
    return json;
}

void take_usage(const JsonPath& usage, Usage& to) {
    if (!usage.is_object()) {
        return;
    }
    to.reported = true;
    to.input_tokens = usage["promptTokenCount"].integer();
    to.cached_input_tokens = usage["cachedContentTokenCount"].integer();
    to.thinking_tokens = usage["thoughtsTokenCount"].integer();
    to.output_tokens = usage["candidatesTokenCount"].integer() + to.thinking_tokens;
}

std::string plain_stop(const std::string& reason) {
    return reason == "STOP" ? "stop" : reason == "MAX_TOKENS" ? "length" : reason;
}

void take(const SseEvent& event, StreamState& state) {
    const nlohmann::json json = nlohmann::json::parse(event.data, nullptr, false);
    const JsonPath root(&json);
    if (root["error"].is_there()) {
        state.trouble = root["error"]["status"].text() + ": " + root["error"]["message"].text();
        const std::int64_t code = root["error"]["code"].integer();
        state.trouble_may_pass = code == 429 || code >= 500;
        return;
    }
    take_usage(root["usageMetadata"], state.answer.usage);
    if (root["modelVersion"].is_text()) {
        state.answer.model = root["modelVersion"].text();
    }
    const JsonPath candidate = root["candidates"].at(0);
    const JsonPath parts = candidate["content"]["parts"];
    for (std::size_t i = 0; i < parts.size(); ++i) {
        (parts.at(i)["thought"].truth() ? state.answer.thinking : state.answer.text) += parts.at(i)["text"].text();
    }
    if (candidate["finishReason"].is_text()) {
        state.answer.stop = plain_stop(candidate["finishReason"].text());
        state.complete = true;
    } else if (root["promptFeedback"]["blockReason"].is_text()) {
        state.answer.stop = "prompt refused: " + root["promptFeedback"]["blockReason"].text();
        state.complete = true;
    }
}

std::string_view missing(const ModelParameters& parameters) {
    return parameters.thinking_tokens && !parameters.effort.empty() ? "both --thinking-tokens and --effort" : "";
}

} // namespace

const Protocol& gemini_protocol() {
    static const Protocol kProtocol{.name = "gemini",
                                    .default_base = "https://generativelanguage.googleapis.com/v1beta",
                                    .key_variables = {"GEMINI_API_KEY", "GOOGLE_API_KEY"},
                                    .url = url,
                                    .headers = headers,
                                    .body = body,
                                    .take = take,
                                    .missing = missing};
    return kProtocol;
}

} // namespace mkb
