#pragma once
// What the HTTP services differ in: where a request goes, how it looks, and how its stream is read. Private to this
// room.
#include "llm/key.h"
#include "llm/llm.h"
#include "llm/sse.h"

#include <string>
#include <string_view>
#include <vector>

namespace mkb {

/// A stream as far as it was read.
struct StreamState {
    LlmAnswer answer;
    bool complete = false; ///< the service said that nothing more follows
    std::string trouble;   ///< an error inside of the stream, in the service's words
    bool trouble_may_pass = false;
};

struct Protocol {
    std::string_view name, default_base;
    std::vector<std::string> key_variables; ///< the first one that is set
    std::string (*url)(const std::string& base, const std::string& model);
    std::vector<std::string> (*headers)(const ApiKey& key);
    /// `own_service`: the base URL is the default one, not some compatible server.
    nlohmann::json (*body)(const LlmRequest& request, const std::string& model, const ModelParameters& parameters,
                           bool own_service);
    void (*take)(const SseEvent& event, StreamState& state);
    /// The parameter that this service has no word for, or empty.
    std::string_view (*missing)(const ModelParameters& parameters);
};

const Protocol& openai_protocol();
const Protocol& anthropic_protocol();
const Protocol& gemini_protocol();

} // namespace mkb
