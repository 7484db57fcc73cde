#include "cli/tool.h"

#include "base/files.h"

#include <fmt/format.h>

namespace mkb::cli {

Result<std::string> read_log(const std::string& name) {
    return name == "-" ? read_standard_input(kMaxLogBytes) : read_file(name, kMaxLogBytes);
}

int print_result(const Common& common, const nlohmann::json& json, const std::string& text) {
    fmt::print("{}", common.json ? json.dump(2) + "\n" : text);
    return kFine;
}

void add_tools(Program& program) {
    CLI::App* tool = program.app.add_subcommand("tool", "What an agent is told between two candidates, one by one");
    tool->require_subcommand(1);
    tool->footer("Example: mkb tool errors build.log CPUSoftmax.hpp CPUSoftmax.cpp");
    for (const auto add : {add_tool_errors, add_tool_context, add_tool_tree, add_tool_model, add_tool_perf}) {
        add(program, *tool);
    }
}

} // namespace mkb::cli
