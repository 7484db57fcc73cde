#include "llm/request_json.h"

#include "llm/json_path.h"
#include "record/printable.h"

namespace mkb {

nlohmann::json request_json(const LlmRequest& request, const ModelParameters& parameters) {
    return {{"task", request.name.task},     {"role", request.name.role},        {"round", request.name.round},
            {"sample", request.name.sample}, {"attempt", request.name.attempt},  {"system", request.system},
            {"prompt", request.prompt},      {"parameters", to_json(parameters)}};
}

LlmAnswer answer_in(const std::string& text) {
    const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
    if (auto answer = answer_from_json(json)) {
        answer->usage.reported = JsonPath(&json)["usage"].is_object();
        return std::move(*answer);
    }
    LlmAnswer answer;
    answer.text = valid_utf8(text);
    return answer;
}

} // namespace mkb
