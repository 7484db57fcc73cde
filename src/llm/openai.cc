// Chat completions, streamed: OpenAI's own, and every server that speaks it (DeepSeek, Qwen, vLLM, llama.cpp).
#include "llm/json_path.h"
#include "llm/protocol.h"

namespace mkb {

namespace {

std::string url(const std::string& base, const std::string& /*model*/) {
    return base + "/chat/completions";
}

std::vector<std::string> headers(const ApiKey& key) {
    return key.empty() ? std::vector<std::string>{} : std::vector{"Authorization: Bearer " + key.reveal()};
}

nlohmann::json body(const LlmRequest& request, const std::string& model, const ModelParameters& parameters,
                    bool own_service) {
    nlohmann::json messages = nlohmann::json::array();
    if (!request.system.empty()) {
        messages.push_back({{"role", "system"}, {"content", request.system}});
    }
    messages.push_back({{"role", "user"}, {"content", request.prompt}});
    nlohmann::json json{{"model", model},
                        {"messages", std::move(messages)},
                        {"stream", true},
                        {"stream_options", {{"include_usage", true}}}};
    if (parameters.temperature) {
        json["temperature"] = *parameters.temperature;
    }
    if (parameters.top_p) {
        json["top_p"] = *parameters.top_p;
    }
    if (parameters.output_tokens) {
        // OpenAI's reasoning models refuse the older name, other servers do not know the newer one.
        json[own_service ? "max_completion_tokens" : "max_tokens"] = *parameters.output_tokens;
    }
    if (!parameters.effort.empty()) {
        json["reasoning_effort"] = parameters.effort;
    }
    return json;
}

void take_usage(const JsonPath& usage, Usage& to) {
    if (!usage.is_object()) {
        return;
    }
    to.reported = true;
    to.input_tokens = usage["prompt_tokens"].integer();
    to.output_tokens = usage["completion_tokens"].integer();
    to.thinking_tokens = usage["completion_tokens_details"]["reasoning_tokens"].integer();
    to.cached_input_tokens = usage["prompt_tokens_details"]["cached_tokens"].integer();
    if (to.cached_input_tokens == 0) {
        to.cached_input_tokens = usage["prompt_cache_hit_tokens"].integer(); // DeepSeek's name for it
    }
}

void take(const SseEvent& event, StreamState& state) {
    if (event.data == "[DONE]") {
        state.complete = true;
        return;
    }
    const nlohmann::json json = nlohmann::json::parse(event.data, nullptr, false);
    const JsonPath root(&json);
    if (root["error"].is_there()) {
        state.trouble = root["error"]["message"].is_text() ? root["error"]["message"].text() : root["error"].text();
        state.trouble = state.trouble.empty() ? "an error without a message" : state.trouble;
        const std::int64_t code = root["error"]["code"].integer();
        state.trouble_may_pass = code == 0 || code == 429 || code >= 500;
        return;
    }
    take_usage(root["usage"], state.answer.usage);
    if (root["model"].is_text()) {
        state.answer.model = root["model"].text();
    }
    const JsonPath choice = root["choices"].at(0); // none in the last piece, which has the usage
    state.answer.text += choice["delta"]["content"].text();
    state.answer.thinking += choice["delta"]["reasoning_content"].text();
    state.answer.thinking += choice["delta"]["reasoning"].text();
    if (choice["finish_reason"].is_text()) {
        state.answer.stop = choice["finish_reason"].text();
        state.complete = true;
    }
}

std::string_view missing(const ModelParameters& parameters) {
    return parameters.thinking_tokens ? "a budget of thinking tokens; use --effort" : "";
}

} // namespace

const Protocol& openai_protocol() {
    static const Protocol kProtocol{.name = "openai",
                                    .default_base = "https://api.openai.com/v1",
                                    .key_variables = {"OPENAI_API_KEY"},
                                    .url = url,
                                    .headers = headers,
                                    .body = body,
                                    .take = take,
                                    .missing = missing};
    return kProtocol;
}

} // namespace mkb
