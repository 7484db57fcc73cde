// Hostile code in each of the jails, as root and as an ordinary user: nothing that it tries happens. Prints a table of
// what became of every attempt. The composite form's transform runs in the kernel's jail, too; what the whole program
// makes of such attempts is tests/end_to_end/escape_test.py.
#include "base/files.h"
#include "base/process.h"
#include "device/device.h"
#include "framework/mnn/compiler_jail.h"

#include <algorithm>
#include <arpa/inet.h>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <gtest/gtest.h>
#include <map>
#include <sstream>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace mkb {
namespace {

constexpr unsigned kNobody = 65534;
constexpr const char* kSecret = "the secret is 12345";
constexpr std::size_t kLeastEscapes = 25;

/// A server that must never hear anything.
class Listener {
public:
    Listener(int family, int type, const sockaddr* address, socklen_t size)
        : descriptor_(socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
        EXPECT_EQ(bind(descriptor_, address, size), 0) << std::strerror(errno);
        EXPECT_TRUE(type == SOCK_DGRAM || listen(descriptor_, 4) == 0);
    }
    ~Listener() { close(descriptor_); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    int port() const {
        sockaddr_in address{};
        socklen_t size = sizeof address;
        getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size);
        return ntohs(address.sin_port);
    }
    bool heard() const {
        char byte = 0;
        return accept(descriptor_, nullptr, nullptr) >= 0 || recv(descriptor_, &byte, 1, 0) >= 0;
    }

private:
    int descriptor_;
};

std::unique_ptr<Listener> listen_at_port(int type, int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return std::make_unique<Listener>(AF_INET, type, reinterpret_cast<sockaddr*>(&address), sizeof address);
}

std::unique_ptr<Listener> listen_at_path(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), std::min(path.size(), sizeof address.sun_path - 1));
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    return std::make_unique<Listener>(AF_UNIX, SOCK_STREAM, reinterpret_cast<sockaddr*>(&address), size);
}

struct Attempt {
    std::string group, name;
    bool compiler_may = false;
};

/// Everything outside of the jail that is worth reaching. Rights never are what protects it.
class Escapes : public testing::Test {
protected:
    void SetUp() override {
        const std::string root = MKB_SOURCE_DIR;
        const std::vector<std::string> command = {"clang++-19",
                                                  "-std=c++20",
                                                  "-O1",
                                                  "-fuse-ld=lld-19",
                                                  "-I" + root + "/src",
                                                  "-I" + root + "/runner",
                                                  root + "/tests/conformance/escaping.cc",
                                                  root + "/tests/conformance/escapes.cc",
                                                  root + "/runner/jail.cc",
                                                  root + "/runner/emulator.cc",
                                                  "-o",
                                                  path("out/escaping")};
        std::filesystem::create_directories(path("out"));
        std::filesystem::create_directories(path("outside"));
        const auto done = run_process({.argv = command});
        ASSERT_TRUE(done && done->ok()) << (done ? done->err : done.error().message);
        ASSERT_TRUE(write_file_atomic(path("outside/secret.txt"), kSecret));
        chmod(folder.path().c_str(), 0755);
        chmod(path("out").c_str(), 0777);
        chmod(path("outside").c_str(), 0777);
        chmod(path("outside/secret.txt").c_str(), 0666);
        setenv("MKB_TEST_KEY", "sk-12345", 1);
        start_victim();
        tcp = listen_at_port(SOCK_STREAM, 0);
        udp = listen_at_port(SOCK_DGRAM, tcp->port());
        named = listen_at_path(path("outside/socket"));
        chmod(path("outside/socket").c_str(), 0777);
        abstract = listen_at_path(std::string("\0mkb-", 5) + std::to_string(victim));
        read_list();
    }
    void TearDown() override {
        unsetenv("MKB_TEST_KEY");
        kill(victim, SIGKILL);
        waitpid(victim, nullptr, 0);
    }

    std::string path(const std::string& name) const { return (folder.path() / name).string(); }

    /// Of the user that the jailed code is in the end.
    void start_victim() {
        victim = fork();
        if (victim == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (geteuid() == 0 &&
                (setresgid(kNobody, kNobody, kNobody) != 0 || setresuid(kNobody, kNobody, kNobody) != 0)) {
                _exit(1);
            }
            prctl(PR_SET_DUMPABLE, 1);
            while (true) {
                pause();
            }
        }
    }

    void read_list() {
        const auto listed = run_process({.argv = {path("out/escaping"), "list"}});
        std::istringstream lines(listed->out);
        for (std::string line; std::getline(lines, line);) {
            const std::size_t first = line.find('\t');
            const std::size_t second = line.find('\t', first + 1);
            attempts.push_back({.group = line.substr(0, first),
                                .name = line.substr(first + 1, second - first - 1),
                                .compiler_may = line.ends_with('1')});
        }
        ASSERT_GE(attempts.size(), kLeastEscapes);
    }

    std::vector<std::string> words(const std::string& program, const std::string& jail, const std::string& name) const {
        return {program, jail, name, std::to_string(victim), std::to_string(tcp->port()), path("outside")};
    }

    static std::vector<std::string> as_user(bool ordinary, std::vector<std::string> command) {
        if (ordinary && geteuid() == 0) {
            const std::vector<std::string> before = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
            command.insert(command.begin(), before.begin(), before.end());
        }
        return command;
    }

    /// What became of it, in a few words.
    static std::string ended(const Result<ProcessExit>& done) {
        if (!done) {
            return done.error().message;
        }
        if (done->how == ProcessExit::How::timed_out) {
            return "ended: limit of time";
        }
        // A shell and bubblewrap report a signal as 128 and its number.
        const int signal = done->how == ProcessExit::How::signalled ? done->code
                           : done->code > 128                       ? done->code - 128
                                                                    : 0;
        if (signal != 0) {
            return std::string("ended: SIG") + sigabbrev_np(signal);
        }
        return done->out.empty() ? done->err : done->out.substr(0, done->out.find('\n'));
    }

    std::string in_kernels_jail(const std::string& stage, const std::string& name, bool ordinary) const {
        ProcessSpec spec{.argv = as_user(ordinary, words(path("out/escaping"), stage, name)), .folder = path("out")};
        spec.environment =
            std::map<std::string, std::string>{{"PATH", "/usr/bin"}}; // the runner gives its children none
        spec.limits.wall_time = std::chrono::seconds(20);
        return ended(run_process(spec));
    }

    std::string in_compilers_jail(const std::string& name, bool ordinary) const {
        const mnn::CompileFolders folders{.headers = {}, .kit = {}, .sources = {}, .objects = {}, .out = path("out")};
        ProcessSpec spec{.argv =
                             as_user(ordinary, mnn::in_compiler_jail(folders, words("/out/escaping", "none", name))),
                         .folder = path("out")};
        spec.limits = {.wall_time = std::chrono::seconds(20),
                       .address_space_bytes = std::size_t{1} << 30,
                       .file_size_bytes = std::size_t{16} << 20,
                       .cpu_time = std::chrono::seconds(1)};
        return ended(run_process(spec));
    }

    /// Nothing outside has been touched.
    void check_outside(const std::string& what) const {
        EXPECT_EQ(kill(victim, 0), 0) << what;
        EXPECT_EQ(waitpid(victim, nullptr, WNOHANG), 0) << what << ": the other process is dead";
        EXPECT_EQ(read_file(path("outside/secret.txt")).value_or("gone"), kSecret) << what;
        std::vector<std::string> names;
        for (const auto& item : std::filesystem::directory_iterator(path("outside"))) {
            names.push_back(item.path().filename().string());
        }
        std::ranges::sort(names);
        EXPECT_EQ(names, (std::vector<std::string>{"secret.txt", "socket"})) << what;
        for (const auto* listener : {tcp.get(), udp.get(), named.get(), abstract.get()}) {
            EXPECT_FALSE(listener->heard()) << what;
        }
    }

    void try_everything(bool ordinary) const {
        const bool jailed = mnn::bubblewrap_works();
        std::printf("%-14s%-36s%-34s%-34s%s\n", "", ordinary ? "as an ordinary user" : "as root", "kernel, loading",
                    "kernel, running", "compiler");
        for (const Attempt& attempt : attempts) {
            std::map<std::string, std::string> became;
            for (const char* stage : {"loading", "running"}) {
                became[stage] = in_kernels_jail(stage, attempt.name, ordinary);
                check_outside(attempt.name + ", kernel, " + stage);
                EXPECT_TRUE(became[stage].starts_with("refused: ") || became[stage].starts_with("failed: ") ||
                            became[stage].starts_with("ended: "))
                    << attempt.name << ", kernel, " << stage << ": " << became[stage];
            }
            became["compiler"] = !jailed ? "no bubblewrap here" : in_compilers_jail(attempt.name, ordinary);
            check_outside(attempt.name + ", compiler");
            if (jailed && !attempt.compiler_may) {
                EXPECT_TRUE(became["compiler"].starts_with("failed: ") || became["compiler"].starts_with("ended: "))
                    << attempt.name << ", compiler: " << became["compiler"];
            }
            if (became["compiler"] == "it happened" || became["compiler"].empty()) { // another program says nothing
                became["compiler"] = "may, within its namespaces";
            }
            std::printf("%-14s%-36s%-34s%-34s%s\n", attempt.group.c_str(), attempt.name.c_str(),
                        became["loading"].c_str(), became["running"].c_str(), became["compiler"].c_str());
        }
        std::printf("%zu attempts in three jails\n", attempts.size());
    }

    TempDir folder = TempDir::make("mkb-escape-test").value();
    pid_t victim = -1;
    std::unique_ptr<Listener> tcp, udp, named, abstract;
    std::vector<Attempt> attempts;
};

TEST_F(Escapes, AllAreRefusedAsAnOrdinaryUser) {
    try_everything(true);
}

TEST_F(Escapes, AllAreRefusedAsRoot) {
    if (geteuid() != 0) {
        GTEST_SKIP() << "not root";
    }
    try_everything(false);
}

TEST_F(Escapes, TheyWouldHappenWithoutAJail) {
    // Else the tests above could not fail: the same attempts, as this user, with nothing in the way.
    for (const char* name : {"tcp", "udp", "unix socket", "abstract unix socket", "read /etc/passwd",
                             "read a file outside", "create a file", "a process", "a key", "pidfd"}) {
        ProcessSpec spec{.argv = words(path("out/escaping"), "none", name), .folder = path("out")};
        EXPECT_EQ(ended(run_process(spec)), "it happened") << name;
    }
    EXPECT_TRUE(tcp->heard() && named->heard() && abstract->heard() && udp->heard());
    EXPECT_TRUE(std::filesystem::exists(path("outside/made")));
}

} // namespace
} // namespace mkb
