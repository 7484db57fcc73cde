#pragma once
// The commands inside `mkb tool`.
#include "cli/cli.h"

#include <nlohmann/json.hpp>

namespace mkb::cli {

/// Of a compiler's text, and of a candidate's file beside it.
constexpr std::size_t kMaxLogBytes = std::size_t{16} << 20;

/// The file, or standard input for "-".
Result<std::string> read_log(const std::string& name);
/// What the command found, in the form that was asked for; kFine.
int print_result(const Common& common, const nlohmann::json& json, const std::string& text);

void add_tool_errors(Program& program, CLI::App& tool);
void add_tool_context(Program& program, CLI::App& tool);
void add_tool_tree(Program& program, CLI::App& tool);
void add_tool_model(Program& program, CLI::App& tool);
void add_tool_perf(Program& program, CLI::App& tool);

} // namespace mkb::cli
