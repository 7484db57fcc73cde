#include "base/process.h"

#include "base/child_launch.h"
#include "base/child_streams.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mkb {
namespace {

using Clock = std::chrono::steady_clock;

/// The whole group, and the program itself in case it has moved to another.
void kill_all(pid_t pid) {
    kill(-pid, SIGKILL);
    kill(pid, SIGKILL);
}

/// Milliseconds for poll until `deadline`, rounded up; 0 when it has passed.
int poll_time(Clock::time_point deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    return static_cast<int>(std::clamp<decltype(left)>(left, 0, 3'600'000));
}

/// Serves the three streams until the program ends or is killed at the deadline. True when it was killed.
bool follow(pid_t pid, int pidfd, std::optional<HeldInput>& held, ChildStream& out, ChildStream& err,
            Clock::time_point deadline) {
    std::vector<char> buffer(std::size_t{1} << 16);
    bool killed = false;
    while (true) {
        std::array<pollfd, 4> waits{{{pidfd, POLLIN, 0},
                                     {out.descriptor(), POLLIN, 0},
                                     {err.descriptor(), POLLIN, 0},
                                     {held ? held->descriptor() : -1, POLLOUT, 0}}};
        poll(waits.data(), waits.size(), killed ? -1 : poll_time(deadline));
        if (waits[0].revents != 0) {
            break;
        }
        if (!killed && Clock::now() >= deadline) {
            killed = true;
            kill_all(pid);
        }
        if (waits[1].revents != 0) {
            out.take(buffer);
        }
        if (waits[2].revents != 0) {
            err.take(buffer);
        }
        if (waits[3].revents != 0) {
            held->give();
        }
    }
    // The program is a zombie still, so that the group's number cannot belong to anybody else yet.
    kill(-pid, SIGKILL);
    out.drain(buffer);
    err.drain(buffer);
    return killed;
}

double milliseconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

ProcessExit reap(pid_t pid, bool killed) {
    int status = 0;
    rusage usage{};
    while (wait4(pid, &status, 0, &usage) < 0 && errno == EINTR) {
    }
    ProcessExit exit;
    exit.cpu_ms = milliseconds(usage.ru_utime) + milliseconds(usage.ru_stime);
    if (WIFSIGNALED(status)) {
        exit.how = killed ? ProcessExit::How::timed_out : ProcessExit::How::signalled;
        exit.code = WTERMSIG(status);
    } else {
        exit.code = WEXITSTATUS(status);
    }
    return exit;
}

std::unexpected<Error> cannot_start(const ProcessSpec& spec, const StartFailure& failure) {
    const char* reason = std::strerror(failure.reason);
    if (failure.step == StartFailure::Step::folder) {
        return fail(ErrorKind::environment, "{}: cannot be started in folder '{}' ({})", spec.argv.front(),
                    spec.folder.string(), reason);
    }
    return fail(ErrorKind::environment, "{}: cannot be started ({}); check that it is a program for this machine",
                spec.argv.front(), reason);
}

} // namespace

Result<ProcessExit> run_process(const ProcessSpec& spec) {
    MKB_TRY(launch, prepare_launch(spec));
    std::optional<HeldInput> held;
    if (spec.input_when) {
        held.emplace(spec.input, spec.input_when);
    }
    Descriptor input = held ? std::move(held->read_end) : open_input(spec.input);
    ChildPipe output = make_pipe(), error = make_pipe(), failure = make_pipe();
    if (!input || !output || !error || !failure) {
        return fail(ErrorKind::environment, "{}: cannot be started: no pipe ({})", spec.argv.front(),
                    std::strerror(errno));
    }
    launch.input = input.get();
    launch.output = output.write_end.get();
    launch.error = error.write_end.get();
    launch.failure = failure.write_end.get();

    const auto start = Clock::now();
    const pid_t pid = fork();
    if (pid == 0) {
        run_child(launch);
    }
    if (pid < 0) {
        return fail(ErrorKind::environment, "{}: cannot be started: no process ({})", spec.argv.front(),
                    std::strerror(errno));
    }
    input.reset();
    output.write_end.reset();
    error.write_end.reset();
    failure.write_end.reset();

    StartFailure why;
    if (read_some(failure.read_end.get(), {reinterpret_cast<char*>(&why), sizeof why}) == sizeof why) {
        reap(pid, false);
        return cannot_start(spec, why);
    }
    const Descriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd) {
        const int reason = errno;
        kill_all(pid);
        reap(pid, true);
        return fail(ErrorKind::environment, "{}: cannot be watched ({}); a Linux kernel of 5.9 or newer is needed",
                    spec.argv.front(), std::strerror(reason));
    }
    ChildStream out(std::move(output.read_end), spec.limits.output_bytes,
                    spec.on_stdout_line ? &spec.on_stdout_line : nullptr, spec.on_stdout ? &spec.on_stdout : nullptr);
    ChildStream err(std::move(error.read_end), spec.limits.output_bytes);
    const bool killed = follow(pid, pidfd.get(), held, out, err, start + spec.limits.wall_time);
    ProcessExit exit = reap(pid, killed);
    exit.wall_ms = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    exit.out = out.take_text();
    exit.err = err.take_text();
    exit.out_cut = out.cut();
    exit.err_cut = err.cut();
    return exit;
}

std::string narrower_limit(const ProcessLimits& limits) {
    const auto narrower = [](__rlimit_resource resource, const char* what, std::uint64_t wanted) {
        rlimit now{};
        getrlimit(resource, &now);
        // Only its hard end counts: a soft one is widened on the way.
        return now.rlim_max < wanted ? fmt::format("this shell's limit of {} ({})", what, now.rlim_max) : std::string();
    };
    std::string found;
    if (limits.address_space_bytes) {
        found = narrower(RLIMIT_AS, "address space", *limits.address_space_bytes);
    }
    if (found.empty() && limits.file_size_bytes) {
        found = narrower(RLIMIT_FSIZE, "file size", *limits.file_size_bytes);
    }
    if (found.empty() && limits.cpu_time) {
        found = narrower(RLIMIT_CPU, "processor time", static_cast<std::uint64_t>(limits.cpu_time->count()));
    }
    return found;
}

} // namespace mkb
