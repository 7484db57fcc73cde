#include "base/progress.h"
#include "cli/cli.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

namespace {

int print_error(const mkb::Error& error) {
    const bool colour = mkb::colour_wanted(STDERR_FILENO);
    fmt::print(stderr, "{}mkb:{} {}\n", colour ? "\033[31m" : "", colour ? "\033[0m" : "", error.message);
    return mkb::cli::exit_code_of(error);
}

/// "tool errors" for a command inside another one.
std::string name_in_full(const mkb::cli::Program& program, const CLI::App& command) {
    const CLI::App* parent = command.get_parent();
    return parent == nullptr || parent == &program.app ? command.get_name()
                                                       : name_in_full(program, *parent) + " " + command.get_name();
}

/// What the command line lacks, and where to read on.
mkb::Error wrong_usage(const mkb::cli::Program& program, const CLI::ParseError& error, int argc, char** argv) {
    std::vector<std::string> names;
    std::string chosen;
    const std::string first = argc > 1 ? argv[1] : "";
    const std::string both = first + " " + (argc > 2 ? argv[2] : "");
    for (const auto& [command, run] : program.commands) {
        const std::string name = name_in_full(program, *command);
        const std::string own = name.substr(0, name.find(' '));
        if (names.empty() || names.back() != own) { // those inside another one follow each other
            names.push_back(own);
        }
        const bool begins = chosen.empty() && own == first;
        chosen = name == first || name == both ? name : begins ? own : chosen;
    }
    if (!chosen.empty()) {
        return {mkb::ErrorKind::bad_input, fmt::format("{}; see 'mkb {} --help'", error.what(), chosen)};
    }
    if (argc > 1 && argv[1][0] != '-') {
        return {mkb::ErrorKind::bad_input,
                fmt::format("there is no command '{}'; there are {}", argv[1], fmt::join(names, ", "))};
    }
    return {mkb::ErrorKind::bad_input,
            fmt::format("name a command first: {}; see 'mkb --help'", fmt::join(names, ", "))};
}

/// The standard library throws where a disk is full or a folder is closed; that is trouble of this machine.
mkb::Result<int> run_command(const mkb::cli::Command& run) {
    try {
        mkb::Result<int> code = run();
        if (std::fflush(stdout) != 0 && code) {
            return mkb::fail(mkb::ErrorKind::environment, "standard output cannot be written ({})",
                             std::strerror(errno));
        }
        return code;
    } catch (const std::exception& error) {
        return mkb::fail(mkb::ErrorKind::environment, "{}; see 'mkb doctor'", error.what());
    }
}

} // namespace

int main(int argc, char** argv) {
    using namespace mkb::cli;
    // Then writing fails with a reason, which has a place to be said.
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGXFSZ, SIG_IGN);
    Program program;
    program.app.name("mkb");
    program.app.description("MobileKernelBench: is this kernel right, and is it faster than the framework's own?");
    program.app.footer("Example: mkb evaluate --task Softmax/lastaxis examples/kernels/softmax_simple/CPUSoftmax.*\n"
                       "Exit codes: 0 yes, 1 no, 2 bad input, 3 this machine, 4 device or service away");
    program.app.set_version_flag("--version", MKB_VERSION);
    program.app.require_subcommand(1);
    for (const auto add : {add_evaluate, add_replay, add_tasks, add_show, add_baseline, add_score, add_report,
                           add_selftest, add_doctor, add_devices, add_task, add_run, add_ablate, add_compare, add_trace,
                           add_prompt, add_memory, add_tools, add_slurm_job}) {
        add(program);
    }
    try {
        program.app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) {
            return program.app.exit(error); // --help, --version
        }
        return print_error(wrong_usage(program, error, argc, argv));
    }
    for (const auto& [command, run] : program.commands) {
        if (command->parsed()) {
            const mkb::Result<int> code = run_command(run);
            return code ? *code : print_error(code.error());
        }
    }
    return kBadInput;
}
