#include "base/process.h"

#include "base/descriptor.h"
#include "base/files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

namespace mkb {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kLineLimitBytes = std::size_t{1} << 16;  ///< a longer line comes in pieces
constexpr std::size_t kDrainLimitBytes = std::size_t{1} << 24; ///< read after the program's end, from what it left

/// Everything the child needs, made before the fork: after it only async-signal-safe calls are allowed.
struct Launch {
    std::string program;
    std::vector<std::string> environment;
    std::vector<char*> argv, envp;
    std::string folder;
    std::vector<std::pair<__rlimit_resource, rlimit>> limits;
    pid_t parent = 0;
    int input = -1, output = -1, error = -1; ///< become 0, 1, 2
    int failure = -1;                        ///< the child's errno goes here when it cannot start
};

/// What could not be done between fork and exec; on the wire from child to parent.
struct StartFailure {
    enum class Step : int { prepare, folder, program };
    Step step = Step::prepare;
    int reason = 0;
};

[[noreturn]] void give_up(const Launch& launch, StartFailure::Step step) {
    const StartFailure failure{step, errno};
    (void)!write(launch.failure, &failure, sizeof failure);
    _exit(127);
}

[[noreturn]] void run_child(const Launch& launch) {
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

void add_limit(Launch& launch, __rlimit_resource resource, rlim_t soft, rlim_t hard) {
    rlimit now{};
    getrlimit(resource, &now);
    // Ours may already be narrower, and only root can widen it.
    launch.limits.emplace_back(resource, rlimit{std::min(soft, now.rlim_max), std::min(hard, now.rlim_max)});
}

void add_limits(Launch& launch, const ProcessLimits& limits) {
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

Result<Launch> prepare_launch(const ProcessSpec& spec) {
    MKB_CHECK(!spec.argv.empty());
    const auto program = find_program(spec.argv.front());
    if (!program) {
        return fail(ErrorKind::environment, "program '{}' is not there; install it or put its folder into PATH",
                    spec.argv.front());
    }
    Launch launch;
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

/// The same descriptor with a number above 2, so that it survives the child's dup2 onto 0, 1, 2.
Descriptor above_two(Descriptor descriptor) {
    if (!descriptor || descriptor.get() > 2) {
        return descriptor;
    }
    return Descriptor(fcntl(descriptor.get(), F_DUPFD_CLOEXEC, 3));
}

struct Pipe {
    Descriptor read_end, write_end;
    explicit operator bool() const { return read_end && write_end; }
};

Pipe make_pipe() {
    std::array<int, 2> ends{-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        return {};
    }
    return {above_two(Descriptor(ends[0])), above_two(Descriptor(ends[1]))};
}

/// Input that waits for a word of the program: written as it can take it, without SIGPIPE for one that takes none.
class HeldInput {
public:
    HeldInput(const std::string& bytes, const std::function<bool()>& when) : left_(bytes), when_(when) {
        std::array<int, 2> ends{-1, -1};
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0) {
            read_end = above_two(Descriptor(ends[0]));
            write_end_ = above_two(Descriptor(ends[1]));
        }
    }
    /// For poll: negative until the input may go, and once all of it has gone.
    int descriptor() const { return when_() ? write_end_.get() : -1; }

    void give() {
        const ssize_t sent = send(write_end_.get(), left_.data(), left_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        left_.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
        if (left_.empty() || (sent < 0 && errno != EAGAIN && errno != EINTR)) {
            write_end_.reset();
        }
    }

    Descriptor read_end;

private:
    std::string_view left_;
    const std::function<bool()>& when_;
    Descriptor write_end_;
};

/// A file in memory instead of a pipe: no dead lock with a child that does not read, and no SIGPIPE.
Descriptor open_input(const std::string& input) {
    if (input.empty()) {
        return above_two(Descriptor(open("/dev/null", O_RDONLY | O_CLOEXEC)));
    }
    Descriptor file = above_two(Descriptor(memfd_create("stdin", MFD_CLOEXEC)));
    if (!file || !write_all(file.get(), input) || lseek(file.get(), 0, SEEK_SET) != 0) {
        return {};
    }
    return file;
}

/// One output stream of the child: keeps what fits, counts the rest, hands on lines.
class Stream {
public:
    using Taker = std::function<void(std::string_view)>;
    Stream(Descriptor end, std::size_t limit_bytes, const Taker* on_line = nullptr, const Taker* on_bytes = nullptr)
        : end_(std::move(end)), limit_bytes_(limit_bytes), on_line_(on_line), on_bytes_(on_bytes) {
        fcntl(end_.get(), F_SETFL, O_NONBLOCK);
    }
    int descriptor() const { return end_.get(); } ///< negative once it has ended: poll passes it over

    /// Takes one piece of what is there; the number of bytes, 0 when nothing is there now or ever again.
    std::size_t take(std::span<char> buffer) {
        if (!end_) {
            return 0;
        }
        const ssize_t got = read_some(end_.get(), buffer);
        if (got < 0 && errno == EAGAIN) {
            return 0;
        }
        if (got <= 0) {
            end_.reset();
            return 0;
        }
        const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
        if (on_bytes_ != nullptr) {
            (*on_bytes_)(bytes);
        } else {
            keep(bytes);
        }
        hand_on(bytes);
        return bytes.size();
    }

    void drain(std::span<char> buffer) {
        for (std::size_t total = 0, got = 1; got > 0 && total < kDrainLimitBytes; total += got) {
            got = take(buffer);
        }
        if (on_line_ != nullptr && !line_.empty()) {
            (*on_line_)(line_);
        }
        end_.reset();
    }

    std::string take_text() { return std::move(text_); }
    bool cut() const { return cut_; }

private:
    void keep(std::string_view bytes) {
        const std::size_t room = limit_bytes_ - text_.size();
        text_ += bytes.substr(0, room);
        cut_ = cut_ || bytes.size() > room;
    }

    void hand_on(std::string_view bytes) {
        if (on_line_ == nullptr) {
            return;
        }
        while (!bytes.empty()) {
            const std::size_t room = kLineLimitBytes - line_.size();
            const std::size_t newline = bytes.substr(0, room).find('\n');
            if (newline == std::string_view::npos && bytes.size() < room) {
                line_ += bytes;
                return;
            }
            const std::size_t length = std::min(newline, room);
            line_ += bytes.substr(0, length);
            bytes.remove_prefix(newline == std::string_view::npos ? length : length + 1);
            (*on_line_)(line_);
            line_.clear();
        }
    }

    Descriptor end_;
    std::size_t limit_bytes_;
    const Taker* on_line_;
    const Taker* on_bytes_;
    std::string text_, line_;
    bool cut_ = false;
};

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
bool follow(pid_t pid, int pidfd, std::optional<HeldInput>& held, Stream& out, Stream& err,
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
    Pipe output = make_pipe(), error = make_pipe(), failure = make_pipe();
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
    Stream out(std::move(output.read_end), spec.limits.output_bytes,
               spec.on_stdout_line ? &spec.on_stdout_line : nullptr, spec.on_stdout ? &spec.on_stdout : nullptr);
    Stream err(std::move(error.read_end), spec.limits.output_bytes);
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

std::optional<fs::path> find_program(const std::string& program) {
    const auto runnable = [](const fs::path& path) {
        std::error_code error;
        return fs::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0;
    };
    if (program.empty()) {
        return std::nullopt;
    }
    if (program.find('/') != std::string::npos) {
        std::error_code error;
        fs::path path = fs::absolute(program, error);
        return !error && runnable(path) ? std::optional(path) : std::nullopt;
    }
    const char* variable = std::getenv("PATH");
    std::string_view folders = variable != nullptr ? variable : "/usr/bin:/bin";
    while (!folders.empty()) {
        const std::size_t colon = std::min(folders.find(':'), folders.size());
        fs::path path = fs::path(folders.substr(0, colon)) / program;
        if (path.is_absolute() && runnable(path)) {
            return path;
        }
        folders.remove_prefix(std::min(colon + 1, folders.size()));
    }
    return std::nullopt;
}

} // namespace mkb
