#pragma once
// The commands inside `mkb tool`.
#include "cli/cli.h"

namespace mkb::cli {

void add_tool_errors(Program& program, CLI::App& tool);
void add_tool_context(Program& program, CLI::App& tool);
void add_tool_tree(Program& program, CLI::App& tool);
void add_tool_model(Program& program, CLI::App& tool);
void add_tool_perf(Program& program, CLI::App& tool);

} // namespace mkb::cli
