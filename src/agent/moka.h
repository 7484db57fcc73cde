#pragma once
// MoKA's rounds for one task (paper section 2). Private to this room.
#include "agent/caller.h"

namespace mkb {

class MokaTask {
public:
    MokaTask(const AgentParts& parts, const AgentOptions& options, const Task& task)
        : parts_(parts), options_(options), task_(task), caller_(parts, method_name(options), task) {}
    Result<void> run();

private:
    /// One round's candidate and what became of it.
    struct Attempt {
        int round = 0;
        std::vector<SourceFile> sources;
        Record record;
        Plan plan; ///< it was made after; empty in a first version
    };
    Result<bool> one_round(int round);
    Result<std::string> coder_prompt(const Attempt* parent, const Plan& plan, const std::string& note) const;
    const Attempt* parent_of(int round) const;
    Result<std::optional<Plan>> plan_after(const Attempt& parent, int round);
    Result<std::string> planner_prompt(const std::string& role, const Attempt& parent) const;
    Result<void> add_build_feedback(const Attempt& parent, nlohmann::json& values) const;
    Result<void> add_wrong_feedback(const Attempt& parent, nlohmann::json& values) const;
    void add_speed_feedback(const Attempt& parent, nlohmann::json& values) const;
    std::vector<std::string> tried_methods() const;
    std::string fault_of(const std::variant<Plan, std::string>& plan) const;
    Result<void> remember(const Attempt& parent, const Attempt& attempt);
    bool near_the_limit() const;
    bool has_tool(const char* name) const { return !options_.tools_off.contains(name); }

    const AgentParts& parts_;
    const AgentOptions& options_;
    const Task& task_;
    Caller caller_;
    std::vector<Attempt> attempts_;
};

} // namespace mkb
