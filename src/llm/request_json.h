#pragma once
// Requests and answers as the providers without a service write and read them (docs/models.md). Private to this room.
#include "llm/llm.h"

namespace mkb {

/// {"task", "role", "round", "sample", "attempt", "system", "prompt", "parameters"}
nlohmann::json request_json(const LlmRequest& request, const ModelParameters& parameters);

/// {"text": …, "thinking": …, "usage": {"input_tokens", "output_tokens", …}, "stop": …}, or the text itself when it is
/// no such JSON.
LlmAnswer answer_in(const std::string& text);

} // namespace mkb
