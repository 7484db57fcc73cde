#include "base/child_launch.h"

#include "base/find_program.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace mkb {

namespace {

[[noreturn]] void give_up(const ChildLaunch& launch, StartFailure::Step step) {
    const StartFailure failure{step, errno};
    (void)!write(launch.failure, &failure, sizeof failure);
    _exit(127);
}

void add_limit(ChildLaunch& launch, __rlimit_resource resource, rlim_t soft, rlim_t hard) {
    rlimit now{};
    getrlimit(resource, &now);
    // Ours may already be narrower, and only root can widen it.
    launch.limits.emplace_back(resource, rlimit{std::min(soft, now.rlim_max), std::min(hard, now.rlim_max)});
}

void add_limits(ChildLaunch& launch, const ProcessLimits& limits) {
    add_limit(launch, RLIMIT_CORE, 0, 0);
    if (limits.address_space_bytes) {
        add_limit(launch, RLIMIT_AS, *limits.address_space_bytes, *limits.address_space_bytes);
    }
    if (limits.file_size_bytes) {
        add_limit(launch, RLIMIT_FSIZE, *limits.file_size_bytes, *limits.file_size_bytes);
    }
    if (limits.cpu_time) {
        const auto seconds = static_cast<rlim_t>(std::max<std::chrono::seconds::rep>(limits.cpu_time->count(), 1));
        add_limit(launch, RLIMIT_CPU, seconds, seconds + 2);
    }
}

} // namespace

Result<ChildLaunch> prepare_launch(const ProcessSpec& spec) {
    MKB_CHECK(!spec.argv.empty());
    const auto program = find_program(spec.argv.front());
    if (!program) {
        return fail(ErrorKind::environment, "program '{}' is not there; install it or put its folder into PATH",
                    spec.argv.front());
    }
    ChildLaunch launch;
    launch.program = program->string();
    launch.folder = spec.folder.string();
    launch.parent = getpid();
    for (const std::string& argument : spec.argv) {
        launch.argv.push_back(const_cast<char*>(argument.c_str()));
    }
    launch.argv.push_back(nullptr);
    if (spec.environment) {
        for (const auto& [name, value] : *spec.environment) {
            launch.environment.push_back(name + "=" + value);
        }
        for (std::string& variable : launch.environment) {
            launch.envp.push_back(variable.data());
        }
    } else {
        for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
            launch.envp.push_back(*variable);
        }
    }
    launch.envp.push_back(nullptr);
    add_limits(launch, spec.limits);
    return launch;
}

[[noreturn]] void run_child(const ChildLaunch& launch) {
    using enum StartFailure::Step;
    // The parent may have died before prctl: then nobody would ever kill us.
    if (setpgid(0, 0) != 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != launch.parent) {
        give_up(launch, prepare);
    }
    struct sigaction by_default{};
    by_default.sa_handler = SIG_DFL;
    for (int signal = 1; signal < 32; ++signal) {
        sigaction(signal, &by_default, nullptr);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    if (dup2(launch.input, 0) < 0 || dup2(launch.output, 1) < 0 || dup2(launch.error, 2) < 0) {
        give_up(launch, prepare);
    }
    if (syscall(SYS_close_range, 3U, ~0U, 4U /* CLOSE_RANGE_CLOEXEC */) != 0) {
        give_up(launch, prepare);
    }
    if (!launch.folder.empty() && chdir(launch.folder.c_str()) != 0) {
        give_up(launch, folder);
    }
    for (const auto& [resource, limit] : launch.limits) {
        if (setrlimit(resource, &limit) != 0) {
            give_up(launch, prepare);
        }
    }
    execve(launch.program.c_str(), launch.argv.data(), launch.envp.data());
    give_up(launch, program);
}

} // namespace mkb
