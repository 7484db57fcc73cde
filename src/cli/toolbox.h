#pragma once
// The agent's tools and material, on the framework that this machine has.
#include "agent/agent.h"
#include "cli/cli.h"

namespace mkb::cli {

struct AgentTools {
    Toolbox prompt;
    std::function<Result<Material>(const Task&)> material;
};
/// `framework` outlives them; what it is asked for is asked by one thread at a time.
AgentTools make_toolbox(Framework& framework);
/// The folder's, or where none is named the project's own.
Result<PromptBook> prompt_book(const std::string& folder);
/// What the Coder is shown of the framework: headers by operator and form, and a worked example.
Result<Material> shown_material(Framework& framework, const Task& task);

} // namespace mkb::cli
