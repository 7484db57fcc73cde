#pragma once
// One call of a model through the store: what was answered before is not asked again. Private to this room.
#include "agent/agent.h"

namespace mkb {

class Caller {
public:
    Caller(const AgentParts& parts, std::string method, const Task& task)
        : parts_(parts), method_(std::move(method)), task_(task) {}
    /// `prompt` with marks around measured figures. Nothing when a limit or a stop forbids the call.
    Result<std::optional<LlmAnswer>> ask(const CallName& name, const std::string& prompt);
    /// Usage of all calls since the last time this was asked: {"calls", "tokens", "money", "calls_without_price"}.
    nlohmann::json take_usage();

private:
    std::string position(const CallName& name) const;
    const AgentParts& parts_;
    std::string method_;
    const Task& task_;
    Spent since_;
};

} // namespace mkb
