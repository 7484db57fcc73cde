#pragma once
// A real adbd, alone with its adb server on the loopback interface of a network of the test's own.
#include "base/cache.h"
#include "base/files.h"
#include "base/in_child_test.h"
#include "base/process.h"
#include "loopback.h"

#include <array>
#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <sys/prctl.h>
#include <sys/wait.h>

namespace mkb::conformance {

/// Whether this process is in a network of its own; asked for by `main`, before anything is started.
inline bool in_own_network = false;

class Adbd {
public:
    static constexpr const char* kKind = "Adb";

    /// Where script/test puts the pair; asked for first while HOME is the user's.
    static const std::filesystem::path& programs() {
        static const std::filesystem::path folder = cache_dir() / "adb" / "debian-12-backports" / "bin";
        return folder;
    }
    /// What is missing, or nothing.
    static std::string missing() {
        if (!in_own_network) {
            return "a network of its own, which adbd gets to listen on, takes root";
        }
        return access((programs() / "adbd").c_str(), X_OK) == 0 ? "" : "adbd is missing: script/test --all fetches it";
    }

    Adbd() { start(); }
    Adbd(const Adbd&) = delete;
    Adbd& operator=(const Adbd&) = delete;
    ~Adbd() {
        stop();
        stop_adb_server();
    }

    void start() {
        port_ = port_ > 0 ? port_ : free_port();
        pid_ = start_child([&] {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            setenv("ADBD_PORT", std::to_string(port_).c_str(), 1);
            const Descriptor log(open((folder() / "adbd.log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644));
            dup2(log.get(), STDOUT_FILENO);
            dup2(log.get(), STDERR_FILENO);
            execl((programs() / "adbd").c_str(), "adbd", nullptr);
            _exit(1);
        });
        EXPECT_TRUE(soon([&] { return somebody_listens(port_); }));
    }
    /// As a phone that is switched off: everything of it ends.
    void stop() {
        if (pid_ > 0) {
            const auto shells = children_of(pid_);
            kill(pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
            pid_ = -1;
            for (const pid_t shell : shells) {
                kill(shell, SIGKILL);
            }
        }
    }
    /// adbd starts anew; what it ran for somebody runs on, with nobody at the other end.
    void break_connections() {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
        start();
    }
    static void stop_adb_server() {
        const auto done = run_process({.argv = {"adb", "kill-server"}});
        EXPECT_TRUE(done) << done.error().message;
    }

    std::string serial() const { return "127.0.0.1:" + std::to_string(port_); }
    std::string device_name() const { return "adb:" + serial(); }
    const std::filesystem::path& folder() const { return folder_.path(); }

private:
    TempDir folder_ = TempDir::make("mkb-adbd").value();
    ScopedVariable path_{"PATH", programs().string() + ":" + std::getenv("PATH")};
    ScopedVariable home_{"HOME", folder_.path().string()}; // adb's key
    int port_ = 0;
    pid_t pid_ = -1;
};

/// What a phone does that has not allowed this machine yet: to every key it answers that it wants another one.
class PhoneThatAsks {
public:
    PhoneThatAsks() = default;
    PhoneThatAsks(const PhoneThatAsks&) = delete;
    PhoneThatAsks& operator=(const PhoneThatAsks&) = delete;
    ~PhoneThatAsks() {
        shutdown(listener_.get(), SHUT_RDWR);
        shutdown(client_, SHUT_RDWR);
    }
    std::string serial() const { return "127.0.0.1:" + std::to_string(port_); }

private:
    // Packets of adb's protocol: command, two arguments, length and sum of the data, inverted command.
    using Header = std::array<std::uint32_t, 6>;
    static constexpr std::uint32_t kAuth = 0x48545541;
    static constexpr std::uint32_t kToken = 1, kPublicKey = 3;

    void serve() {
        while (true) {
            const Descriptor client(accept(listener_.get(), nullptr, nullptr));
            if (!client) {
                return;
            }
            client_ = client.get();
            Header header{};
            while (recv(client.get(), header.data(), sizeof header, MSG_WAITALL) == sizeof header) {
                std::string data(header[3], '\0');
                recv(client.get(), data.data(), data.size(), MSG_WAITALL);
                if (header[0] == kAuth && header[1] == kPublicKey) {
                    continue; // the question is on its screen
                }
                const std::string token(20, '\1');
                const Header answer{kAuth, kToken, 0, 20, 20, ~kAuth};
                write_all(client.get(), {reinterpret_cast<const char*>(answer.data()), sizeof answer});
                write_all(client.get(), token);
            }
        }
    }

    std::atomic<int> client_{-1};
    int port_ = 0;
    Descriptor listener_ = listen_somewhere(port_);
    std::jthread server_{[this] { serve(); }};
};

} // namespace mkb::conformance
