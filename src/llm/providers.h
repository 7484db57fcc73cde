#pragma once
// Providers by name: "openai:MODEL", "anthropic:MODEL", "gemini:MODEL", "exec:COMMAND", "mailbox:FOLDER",
// "recorded:PATH".
#include "llm/llm.h"
#include "llm/retry.h"

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace mkb {

struct ProviderOptions {
    std::string base_url;           ///< instead of the service's own
    std::filesystem::path key_file; ///< instead of the service's variable
    std::string key_variable;       ///< name of the variable instead of the service's own
    ModelParameters parameters;
    CallLimits limits;
    RetryPolicy retry;
    std::chrono::milliseconds look_again{500}; ///< mailbox: between two looks
    bool any_prompt = false; ///< recorded: answers by task, role and round, whatever the prompt is now
};

constexpr std::string_view kProviderNames[] = {"openai", "anthropic", "gemini", "exec", "mailbox", "recorded"};

/// bad_input: an unknown provider, no model behind the colon, no key where the service wants one, a parameter the
/// service has no word for.
Result<std::unique_ptr<LlmProvider>> make_provider(const std::string& spec, const ProviderOptions& options);

/// The single ones; `what` is the part behind the colon.
Result<std::unique_ptr<LlmProvider>> make_http_provider(std::string_view service, const std::string& what,
                                                        const ProviderOptions& options);
Result<std::unique_ptr<LlmProvider>> make_exec_provider(const std::string& what, const ProviderOptions& options);
Result<std::unique_ptr<LlmProvider>> make_mailbox_provider(const std::string& what, const ProviderOptions& options);

} // namespace mkb
