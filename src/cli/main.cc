#include "base/progress.h"
#include "cli/cli.h"

#include <csignal>
#include <fmt/format.h>
#include <unistd.h>

namespace {

int print_error(const mkb::Error& error) {
    const bool colour = isatty(STDERR_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr;
    fmt::print(stderr, "{}mkb:{} {}\n", colour ? "\033[31m" : "", colour ? "\033[0m" : "", error.message);
    return mkb::cli::exit_code_of(error);
}

} // namespace

int main(int argc, char** argv) {
    using namespace mkb::cli;
    std::signal(SIGPIPE, SIG_IGN);
    Program program;
    program.app.name("mkb");
    program.app.description("MobileKernelBench: is this kernel right, and is it faster than the framework's own?");
    program.app.footer("Example: mkb evaluate --task Softmax examples/kernels/softmax_simd/CPUSoftmax.*\n"
                       "Exit codes: 0 yes, 1 no, 2 bad input, 3 this machine, 4 device or service away");
    program.app.set_version_flag("--version", MKB_VERSION);
    program.app.require_subcommand(1);
    for (const auto add : {add_evaluate, add_tasks, add_show, add_baseline, add_score, add_report, add_selftest,
                           add_doctor, add_devices}) {
        add(program);
    }
    try {
        program.app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return program.app.exit(error) == 0 ? kFine : kBadInput;
    }
    for (const auto& [command, run] : program.commands) {
        if (command->parsed()) {
            const mkb::Result<int> code = run();
            return code ? *code : print_error(code.error());
        }
    }
    return kBadInput;
}
