#pragma once
// A real sshd on the loopback interface, with keys and a configuration of its own; nothing of the machine's is touched.
#include "base/files.h"
#include "base/in_child_test.h"
#include "base/process.h"
#include "loopback.h"

#include <csignal>
#include <sys/prctl.h>
#include <sys/wait.h>

namespace mkb::conformance {

class Sshd {
public:
    static constexpr const char* kKind = "Ssh";
    static constexpr const char* kProgram = "/usr/sbin/sshd";
    /// What is missing, or nothing.
    static std::string missing() {
        return access(kProgram, X_OK) == 0 ? "" : "sshd is missing: install openssh-server";
    }

    Sshd() {
        std::filesystem::create_directories("/run/sshd"); // where it wants an empty folder when it is root
        for (const char* key : {"host_key", "user_key"}) {
            const auto made = run_process(
                {.argv = {"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", (folder() / key).string()}});
            EXPECT_TRUE(made && made->ok()) << (made ? made->err : made.error().message);
        }
        greet_with({});
        start();
    }
    Sshd(const Sshd&) = delete;
    Sshd& operator=(const Sshd&) = delete;
    ~Sshd() { stop(); }

    /// On the same port, when it has one. From the test's own thread: the server ends with the thread that started it.
    void start() {
        const bool again = port_ > 0;
        do {
            port_ = again ? port_ : free_port();
            write_configuration();
            pid_ = start_child([&] {
                prctl(PR_SET_PDEATHSIG, SIGKILL);
                execl(kProgram, kProgram, "-D", "-e", "-f", (folder() / "sshd_config").c_str(), nullptr);
                _exit(1);
            });
        } while (!soon([&] { return ended() || somebody_listens(port_); }) || ended());
        client_configuration();
        write("known_hosts",
              "[127.0.0.1]:" + std::to_string(port_) + " " + read_file(folder() / "host_key.pub").value());
    }

    void stop() {
        break_connections();
        if (pid_ > 0) {
            kill(pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
            pid_ = -1;
        }
    }

    /// As if the network were gone for those that are connected.
    void break_connections() const {
        if (pid_ <= 0) {
            return;
        }
        for (const pid_t session : children_of(pid_)) {
            for (const pid_t inner : children_of(session)) { // of who is logged in as somebody else
                if (is_sshd(inner)) {
                    kill(inner, SIGKILL);
                }
            }
            kill(session, SIGKILL);
        }
    }

    /// Has the login shell print this before it does anything.
    void greet_with(const std::string& word) const {
        write("authorized_keys",
              (word.empty() ? "" : "command=\"echo " + word + "; eval \\\"$SSH_ORIGINAL_COMMAND\\\"\" ") +
                  read_file(folder() / "user_key.pub").value());
    }

    /// A configuration of ssh's with the keys of the test; `extra` goes in front, and the first value counts.
    std::filesystem::path client_configuration(const std::string& extra = {}) const {
        const auto path = folder() / (extra.empty() ? "ssh_config" : "ssh_config-" + std::to_string(number_++));
        EXPECT_TRUE(write_file_atomic(path, extra + "\nIdentityFile " + (folder() / "user_key").string() +
                                                "\nIdentitiesOnly yes\nIdentityAgent none\nGlobalKnownHostsFile "
                                                "/dev/null\nUserKnownHostsFile " +
                                                (folder() / "known_hosts").string() + "\n"));
        return path;
    }

    std::string device_name() const { return "ssh:127.0.0.1:" + std::to_string(port_); }
    int port() const { return port_; }
    const std::filesystem::path& folder() const { return folder_.path(); }

private:
    static bool is_sshd(pid_t pid) {
        std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
        std::string name;
        return std::getline(file, name) && name.starts_with("sshd");
    }
    bool ended() {
        if (pid_ > 0 && waitpid(pid_, nullptr, WNOHANG) == pid_) {
            pid_ = -1;
        }
        return pid_ < 0;
    }
    void write(const std::string& name, const std::string& text) const {
        EXPECT_TRUE(write_file_atomic(folder() / name, text));
    }
    void write_configuration() const {
        write("sshd_config", "Port " + std::to_string(port_) + "\nListenAddress 127.0.0.1\nHostKey " +
                                 (folder() / "host_key").string() + "\nAuthorizedKeysFile " +
                                 (folder() / "authorized_keys").string() +
                                 "\nPidFile none\nStrictModes no\nUsePAM no\nPasswordAuthentication no\n"
                                 "KbdInteractiveAuthentication no\nPermitRootLogin yes\nLogLevel ERROR\n");
    }

    TempDir folder_ = TempDir::make("mkb-sshd").value();
    ScopedVariable configuration_{"MKB_SSH_CONFIG", (folder_.path() / "ssh_config").string()};
    mutable int number_ = 0;
    int port_ = 0;
    pid_t pid_ = -1;
};

} // namespace mkb::conformance
