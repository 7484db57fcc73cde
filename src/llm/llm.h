#pragma once
// Seam LlmProvider: one prompt to a model, one answer back. Who answers (a service, a command, a person, a recording)
// is the provider's matter.
#include "base/result.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace mkb {

/// Which call of a run it is: a recording is found by it, a file of a mailbox is named after it.
struct CallName {
    std::string task; ///< id
    std::string role; ///< "standard", "coder", "repair", "correction", "accelerator"
    int round = 0;    ///< from 1
    int sample = 0;   ///< of pass@k, from 0
    int attempt = 0;  ///< above 0: asked again because the answer before was of no use
};
/// "Softmax/lastaxis coder round 3", for people.
std::string describe(const CallName& name);

/// What the model is asked for beyond the prompt. Unset: the provider's default.
struct ModelParameters {
    std::optional<double> temperature, top_p;
    std::optional<std::int64_t> output_tokens;       ///< at most; thinking counts
    std::string effort;                              ///< reasoning: "low", "medium", "high", whatever the service takes
    std::optional<std::int64_t> thinking_tokens;     ///< budget for thinking, where the service takes one
    nlohmann::json extra = nlohmann::json::object(); ///< merged into the request's body as they are
};
nlohmann::json to_json(const ModelParameters& parameters);
/// One line for each parameter that is not the provider's default.
std::vector<std::string> deviations(const ModelParameters& parameters);

struct LlmRequest {
    CallName name;
    std::string system; ///< may be empty
    std::string prompt; ///< what the model reads
    /// The prompt with placeholders where measured figures stand: equal for two runs that differ in nothing else.
    std::string pattern;
};

struct Usage {
    bool reported = false;                ///< else the service did not say
    std::int64_t input_tokens = 0;        ///< all of the prompt's
    std::int64_t cached_input_tokens = 0; ///< of them, those billed as cached
    std::int64_t output_tokens = 0;       ///< thinking included
    std::int64_t thinking_tokens = 0;     ///< of them, where the service says
    std::int64_t total() const { return input_tokens + output_tokens; }
};

struct LlmAnswer {
    std::string text;     ///< valid UTF-8; may be empty
    std::string thinking; ///< as far as the service shows it
    Usage usage;
    std::string stop;  ///< "stop", "length" (cut at the token limit), "too_long" (cut at ours), or the service's word
    std::string model; ///< as the service names what answered
    int tries = 1;
    std::vector<std::string> troubles; ///< what made each failed try fail
    double latency_ms = 0;             ///< of the try that succeeded
    double first_text_ms = 0;          ///< until its first piece
};
nlohmann::json to_json(const LlmAnswer& answer);
std::optional<LlmAnswer> answer_from_json(const nlohmann::json& json);

/// For one call; every wait has its limit.
struct CallLimits {
    std::chrono::milliseconds connect{30'000};
    std::chrono::milliseconds idle{300'000}; ///< without a byte
    std::chrono::milliseconds total{1'800'000};
    std::size_t answer_bytes = std::size_t{4} << 20; ///< text and thinking together; the rest is not waited for
};

/// Set by whoever wants calls in flight to end soon.
using StopFlag = std::atomic<bool>;

class LlmProvider {
public:
    virtual ~LlmProvider() = default;
    /// "openai:gpt-5": stands in records and finds the price.
    virtual std::string name() const = 0;
    /// What was asked for beyond the provider's defaults; stands in records.
    virtual nlohmann::json parameters() const = 0;
    /// Asks, with retries where they help. From several threads at once. Errors: bad_input where the request is refused
    /// for good (key, model, parameters), transient where the service is away, stopped, or its quota is used up;
    /// environment where this machine cannot ask. No error holds a key.
    virtual Result<LlmAnswer> ask(const LlmRequest& request, const StopFlag& stop) = 0;
    /// Whether a call costs money or a person's time: then a run says so in its estimate.
    virtual bool is_remote() const { return true; }
};

} // namespace mkb
