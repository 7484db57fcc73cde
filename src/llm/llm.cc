#include "llm/llm.h"

#include "llm/json_path.h"

namespace mkb {

std::string describe(const CallName& name) {
    return fmt::format("{} {}{}{}{}", name.task, name.role, name.round > 0 ? fmt::format(" round {}", name.round) : "",
                       name.sample > 0 ? fmt::format(" sample {}", name.sample) : "",
                       name.attempt > 0 ? fmt::format(" asked again ({})", name.attempt) : "");
}

nlohmann::json to_json(const ModelParameters& parameters) {
    nlohmann::json json = nlohmann::json::object();
    if (parameters.temperature) {
        json["temperature"] = *parameters.temperature;
    }
    if (parameters.top_p) {
        json["top_p"] = *parameters.top_p;
    }
    if (parameters.output_tokens) {
        json["output_tokens"] = *parameters.output_tokens;
    }
    if (!parameters.effort.empty()) {
        json["effort"] = parameters.effort;
    }
    if (parameters.thinking_tokens) {
        json["thinking_tokens"] = *parameters.thinking_tokens;
    }
    if (!parameters.extra.empty()) {
        json["extra"] = parameters.extra;
    }
    return json;
}

std::vector<std::string> deviations(const ModelParameters& parameters) {
    std::vector<std::string> list;
    const nlohmann::json json = to_json(parameters);
    for (const auto& [name, value] : json.items()) {
        list.push_back(fmt::format("{} {} instead of the provider's default", name, value.dump()));
    }
    return list;
}

nlohmann::json to_json(const LlmAnswer& answer) {
    return {{"text", answer.text},
            {"thinking", answer.thinking},
            {"usage",
             {{"reported", answer.usage.reported},
              {"input_tokens", answer.usage.input_tokens},
              {"cached_input_tokens", answer.usage.cached_input_tokens},
              {"output_tokens", answer.usage.output_tokens},
              {"thinking_tokens", answer.usage.thinking_tokens}}},
            {"stop", answer.stop},
            {"model", answer.model},
            {"tries", answer.tries},
            {"troubles", answer.troubles},
            {"latency_ms", answer.latency_ms},
            {"first_text_ms", answer.first_text_ms}};
}

std::optional<LlmAnswer> answer_from_json(const nlohmann::json& json) {
    const JsonPath root(&json);
    if (!root["text"].is_text()) {
        return std::nullopt;
    }
    LlmAnswer answer;
    answer.text = root["text"].text();
    answer.thinking = root["thinking"].text();
    const JsonPath usage = root["usage"];
    answer.usage = {.reported = usage["reported"].truth(),
                    .input_tokens = usage["input_tokens"].integer(),
                    .cached_input_tokens = usage["cached_input_tokens"].integer(),
                    .output_tokens = usage["output_tokens"].integer(),
                    .thinking_tokens = usage["thinking_tokens"].integer()};
    answer.stop = root["stop"].text();
    answer.model = root["model"].text();
    answer.tries = static_cast<int>(root["tries"].integer());
    for (std::size_t i = 0; i < root["troubles"].size(); ++i) {
        answer.troubles.push_back(root["troubles"].at(i).text());
    }
    answer.latency_ms = root["latency_ms"].number();
    answer.first_text_ms = root["first_text_ms"].number();
    return answer;
}

} // namespace mkb
