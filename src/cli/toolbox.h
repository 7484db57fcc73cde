#pragma once
// The agent's tools and material, on the framework that this machine has.
#include "agent/agent.h"
#include "cli/cli.h"

namespace mkb::cli {

struct AgentTools {
    Toolbox prompt;
    std::function<Result<Material>(const Task&)> material;
};
Result<AgentTools> make_toolbox(Workbench& bench);

} // namespace mkb::cli
