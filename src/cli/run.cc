#include "cli/agent_session.h"

namespace mkb::cli {

namespace {

struct Options {
    AgentRunOptions session;
    SwitchOptions switches;
};

Result<int> run(const Options& options) {
    MKB_TRY(method, agent_options(options.switches));
    MKB_TRY(result, run_methods(options.session, {method}));
    return print_agent_run(result, options.session.common.json);
}

} // namespace

void add_run(Program& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command = program.app.add_subcommand("run", "Let a model write kernels, and judge them");
    command->footer(
        "Examples:\n"
        "  mkb run --method single --model openai:gpt-5 --tasks activation/ --parallel 8\n"
        "  mkb run --method pass@10 --model anthropic:claude-sonnet-4-5 --max-money 20\n"
        "  mkb run --method moka --model openai:llama --base-url http://127.0.0.1:8080/v1 --tasks Softmax\n"
        "  mkb run --method moka --model mailbox:box --tasks Softmax/lastaxis    you are the model\n"
        "  mkb run --method moka --model exec:./model --parallel 64 --executor slurm --slurm-options "
        "--partition=phones\n"
        "Calls are stored before they are used: the same command with --run goes on after any kill.\n"
        "Keys: OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, or --key-file. See docs/models.md\n"
        "Exit code: 0 all tasks were worked on, 2 bad input, 3 this machine, 4 stopped, or a limit or trouble");
    command->add_option("--method", options->switches.method, "single, pass@K or moka")->capture_default_str();
    add_agent_run_options(*command, options->session);
    add_switch_options(*command, options->switches);
    program.commands.emplace_back(command, [options] { return run(*options); });
}

} // namespace mkb::cli
