#include "device/keeper/command.h"

#include "device/keeper/report.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <vector>

namespace mkb::keeper {

namespace {

constexpr std::uint64_t kDrainLimitBytes = 1U << 24; ///< read after the command's end, from what it left
constexpr int kLookMs = 1000;                        ///< how often it is looked at whether the host is still there

std::uint64_t now_ms() {
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<std::uint64_t>(time.tv_sec) * 1000 + static_cast<std::uint64_t>(time.tv_nsec) / 1'000'000;
}

/// One stream of the command: what fits goes to the host, the rest is read and dropped.
class Stream {
public:
    Stream(wire::Frame kind, std::uint64_t limit_bytes) : kind_(kind), left_(limit_bytes) {}
    bool make() {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) {
            return false;
        }
        read_ = Descriptor(ends[0]);
        write_ = Descriptor(ends[1]);
        return fcntl(read_.get(), F_SETFL, O_NONBLOCK) == 0;
    }
    int descriptor() const { return read_.get(); }
    int write_end() const { return write_.get(); }
    void close_write_end() { write_.reset(); }
    bool cut() const { return cut_; }

    /// One piece of what is there. The number of bytes; 0 when nothing is there now or ever again.
    std::size_t take() {
        std::array<char, 1U << 16> piece;
        if (!read_) {
            return 0;
        }
        const ssize_t got = read_some(read_.get(), piece);
        if (got < 0 && errno == EAGAIN) {
            return 0;
        }
        if (got <= 0) {
            read_.reset();
            return 0;
        }
        const std::uint64_t fits = std::min(left_, static_cast<std::uint64_t>(got));
        cut_ = cut_ || fits < static_cast<std::uint64_t>(got);
        left_ -= fits;
        if (fits > 0) {
            send(kind_, {piece.data(), fits});
        }
        return static_cast<std::size_t>(got);
    }
    void drain() {
        for (std::uint64_t total = 0, got = 1; got > 0 && total < kDrainLimitBytes; total += got) {
            got = take();
        }
    }

private:
    wire::Frame kind_;
    std::uint64_t left_;
    Descriptor read_, write_;
    bool cut_ = false;
};

[[noreturn]] void become(const std::string& folder, std::vector<char*>& argv, const std::string& program,
                         const Stream& out, const Stream& err, int failure, pid_t keeper) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const rlimit no_core{};
    setrlimit(RLIMIT_CORE, &no_core);
    for (int signal = 1; signal < 32; ++signal) {
        std::signal(signal, SIG_DFL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    const int null = open("/dev/null", O_RDONLY);
    std::string temporary = "TMPDIR=" + folder;
    char path[] = "PATH=/usr/local/bin:/usr/bin:/bin:/system/bin";
    char language[] = "LC_ALL=C";
    char* environment[] = {path, language, temporary.data(), nullptr};
    if (getppid() == keeper && dup2(null, STDIN_FILENO) >= 0 && dup2(out.write_end(), STDOUT_FILENO) >= 0 &&
        dup2(err.write_end(), STDERR_FILENO) >= 0 && chdir(folder.c_str()) == 0) {
        execve(program.c_str(), argv.data(), environment);
    }
    const int reason = errno;
    (void)!write(failure, &reason, sizeof reason);
    _exit(127);
}

/// The keeper's own children: those of the command that lost their parents, too.
std::vector<pid_t> children() {
    std::vector<pid_t> found;
    DIR* processes = opendir("/proc");
    for (const dirent* entry = nullptr; processes != nullptr && (entry = readdir(processes)) != nullptr;) {
        const int pid = std::atoi(entry->d_name);
        const std::string path = std::string("/proc/") + entry->d_name + "/stat";
        std::array<char, 512> text{};
        const Descriptor file(pid > 0 ? open(path.c_str(), O_RDONLY | O_CLOEXEC) : -1);
        if (!file || read_some(file.get(), {text.data(), text.size() - 1}) <= 0) {
            continue;
        }
        // "pid (name) state parent …", where the name may hold anything.
        const char* after = std::strrchr(text.data(), ')');
        if (after != nullptr && std::strlen(after) > 4 && std::atoi(after + 4) == getpid()) {
            found.push_back(pid);
        }
    }
    if (processes != nullptr) {
        closedir(processes);
    }
    return found;
}

/// All that is left of the command. Who is killed leaves its children to the keeper, so again until there are none.
void end_everybody(pid_t group) {
    kill(-group, SIGKILL);
    while (true) {
        for (const pid_t pid : children()) {
            kill(pid, SIGKILL);
        }
        if (waitpid(-1, nullptr, 0) < 0 && errno == ECHILD) {
            return;
        }
    }
}

class Command {
public:
    Command(const wire::Request& request, const std::string& folder)
        : folder_(folder), out_(wire::Frame::out, request.output_bytes), err_(wire::Frame::err, request.output_bytes),
          program_(folder + "/" + request.argv.front()), deadline_ms_(now_ms() + request.wall_ms) {
        // As the device `local` calls it: by its whole path.
        words_ = request.argv;
        words_.front() = program_;
        for (std::string& word : words_) {
            argv_.push_back(word.data());
        }
        argv_.push_back(nullptr);
    }

    bool run() {
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        sigset_t watched;
        sigemptyset(&watched);
        for (const int signal : {SIGCHLD, SIGTERM, SIGHUP, SIGINT}) {
            sigaddset(&watched, signal);
        }
        sigprocmask(SIG_BLOCK, &watched, nullptr);
        signals_ = Descriptor(signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK));
        if (!signals_ || !out_.make() || !err_.make() || !start()) {
            return false;
        }
        const bool whole = follow();
        end_everybody(pid_);
        out_.drain();
        err_.drain();
        ended_.out_cut = out_.cut();
        ended_.err_cut = err_.cut();
        return whole && send(wire::Frame::ended, wire::pack(ended_));
    }

private:
    bool start() {
        int ends[2];
        if (pipe2(ends, O_CLOEXEC) != 0) {
            send_errno("no pipe");
            return false;
        }
        const Descriptor failure(ends[0]);
        Descriptor failing(ends[1]);
        const pid_t keeper = getpid();
        pid_ = fork();
        if (pid_ == 0) {
            become(folder_, argv_, program_, out_, err_, failing.get(), keeper);
        }
        failing.reset();
        out_.close_write_end();
        err_.close_write_end();
        int reason = errno;
        if (pid_ < 0 || read_some(failure.get(), {reinterpret_cast<char*>(&reason), sizeof reason}) == sizeof reason) {
            errno = reason;
            send_errno(program_ + " cannot be started (may programs run in that folder?)");
            return false;
        }
        setpgid(pid_, pid_);
        return true;
    }

    /// Until the command ends or its time is over. False: nobody wants to know any more.
    bool follow() {
        while (true) {
            const std::uint64_t now = now_ms();
            if (now >= deadline_ms_) {
                ended_.how = wire::How::timed_out;
                ended_.code = SIGKILL;
                return true;
            }
            const int wait_ms = static_cast<int>(std::min<std::uint64_t>(deadline_ms_ - now, kLookMs));
            std::array<pollfd, 4> waits{{{signals_.get(), POLLIN, 0},
                                         {out_.descriptor(), POLLIN, 0},
                                         {err_.descriptor(), POLLIN, 0},
                                         {STDOUT_FILENO, 0, 0}}};
            poll(waits.data(), waits.size(), wait_ms);
            if (host_is_gone() || told_to_end()) {
                return false;
            }
            out_.take();
            err_.take();
            // It stays a zombie until everybody is dead, so that the group's number cannot belong to anybody else.
            siginfo_t end{};
            if (waitid(P_PID, static_cast<id_t>(pid_), &end, WEXITED | WNOHANG | WNOWAIT) == 0 && end.si_pid == pid_) {
                ended_.how = end.si_code == CLD_EXITED ? wire::How::exited : wire::How::signalled;
                ended_.code = static_cast<std::uint64_t>(end.si_status);
                return true;
            }
        }
    }

    bool told_to_end() {
        signalfd_siginfo signal{};
        while (read(signals_.get(), &signal, sizeof signal) == sizeof signal) {
            if (signal.ssi_signo != SIGCHLD) {
                return true;
            }
        }
        return false;
    }

    std::string folder_;
    Stream out_, err_;
    std::string program_;
    std::uint64_t deadline_ms_;
    std::vector<std::string> words_;
    std::vector<char*> argv_;
    Descriptor signals_;
    pid_t pid_ = -1;
    wire::Ended ended_;
};

bool send_file(const std::string& name, int file, std::uint64_t size) {
    if (!send(wire::Frame::file, name)) {
        return false;
    }
    std::vector<char> piece(std::size_t{1} << 18);
    while (size > 0) {
        const ssize_t got = read_some(file, {piece.data(), std::min<std::uint64_t>(size, piece.size())});
        if (got <= 0) {
            send_errno(name + " cannot be read");
            return false;
        }
        if (!send(wire::Frame::data, {piece.data(), static_cast<std::size_t>(got)})) {
            return false;
        }
        size -= static_cast<std::uint64_t>(got);
    }
    return true;
}

} // namespace

bool run_command(const wire::Request& request, const std::string& folder) {
    return Command(request, folder).run();
}

bool send_results(const wire::Request& request, const std::string& folder) {
    struct stat found{};
    if (lstat(folder.c_str(), &found) != 0) {
        send_trouble(wire::TroubleKind::gone, "its working folder vanished while the command ran");
        return false;
    }
    for (const std::string& name : request.pull) {
        // Never followed and never waited for, whatever a command put there.
        const std::string path = folder + "/" + name;
        const Descriptor file(open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        if (!file || fstat(file.get(), &found) != 0 || !S_ISREG(found.st_mode)) {
            continue;
        }
        const auto size = static_cast<std::uint64_t>(found.st_size);
        if (size > request.pull_bytes) {
            return send(wire::Frame::too_large, name);
        }
        if (!send_file(name, file.get(), size)) {
            return false;
        }
    }
    return true;
}

} // namespace mkb::keeper
