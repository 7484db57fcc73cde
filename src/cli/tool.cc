#include "cli/tool.h"

namespace mkb::cli {

void add_tools(Program& program) {
    CLI::App* tool = program.app.add_subcommand("tool", "What an agent is told between two candidates, one by one");
    tool->require_subcommand(1);
    tool->footer("Example: mkb tool errors build.log CPUSoftmax.hpp CPUSoftmax.cpp");
    for (const auto add : {add_tool_errors, add_tool_context, add_tool_tree, add_tool_model, add_tool_perf}) {
        add(program, *tool);
    }
}

} // namespace mkb::cli
