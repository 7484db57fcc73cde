#include "cli/agent_session.h"

#include <fmt/format.h>

namespace mkb::cli {

namespace {

struct Options {
    AgentRunOptions session;
    std::vector<std::string> switches;
    RoundOptions each;
};

/// A row of the table: the whole agent, or without something.
const std::vector<std::pair<std::string, void (*)(AgentOptions&)>>& known_switches() {
    static const std::vector<std::pair<std::string, void (*)(AgentOptions&)>> kSwitches = {
        {"moka", [](AgentOptions&) {}},
        {"no-errors", [](AgentOptions& o) { o.tools_off = {"errors"}; }},
        {"no-tree", [](AgentOptions& o) { o.tools_off = {"tree"}; }},
        {"no-model", [](AgentOptions& o) { o.tools_off = {"model"}; }},
        {"no-perf", [](AgentOptions& o) { o.tools_off = {"perf"}; }},
        {"no-tools", [](AgentOptions& o) { o.tools_off = {std::begin(kToolNames), std::end(kToolNames)}; }},
        {"no-memory", [](AgentOptions& o) { o.memory = MemoryReach::off; }},
        {"generic", [](AgentOptions& o) { o.generic_feedback = true; }},
        {"beam:2", [](AgentOptions& o) { o.beam = 2; }},
    };
    return kSwitches;
}

Result<std::vector<AgentOptions>> methods_of(const Options& options) {
    std::vector<AgentOptions> methods;
    const auto add = [&](void (*change)(AgentOptions&)) {
        AgentOptions method{.method = AgentOptions::Method::moka,
                            .rounds = options.each.rounds,
                            .prompt_tokens = options.each.prompt_tokens};
        change(method);
        methods.push_back(method);
    };
    const auto& known = known_switches();
    for (const std::string& name : options.switches) {
        const auto found = std::ranges::find(known, name, &std::pair<std::string, void (*)(AgentOptions&)>::first);
        if (found == known.end()) {
            std::vector<std::string> names;
            for (const auto& [other, change] : known) {
                names.push_back(other);
            }
            return fail(ErrorKind::bad_input, "--switch '{}' is none of {}", name, fmt::join(names, ", "));
        }
        add(found->second);
    }
    if (options.switches.empty()) {
        for (const auto& [name, change] : known) {
            add(change);
        }
    }
    return methods;
}

Result<int> run(const Options& options) {
    MKB_TRY(methods, methods_of(options));
    MKB_TRY(result, run_methods(options.session, methods));
    return print_agent_run(result, options.session.common.json);
}

} // namespace

void add_ablate(Program& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command = program.app.add_subcommand("ablate", "Run MoKA with its parts switched off, and compare");
    command->footer(
        "Example: mkb ablate --model openai:gpt-5 --tasks activation/ --switch moka --switch no-tools\n"
        "Rows: moka, no-errors, no-tree, no-model, no-perf, no-tools, no-memory, generic, beam:2; default: all.");
    add_agent_run_options(*command, options->session);
    command->add_option("--switch", options->switches, "A row of the table; may be repeated");
    add_round_options(*command, options->each);
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
