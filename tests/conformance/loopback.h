#pragma once
// Servers of a test's own on the loopback interface, and waiting for what happens without a sleep.
#include "base/descriptor.h"
#include "running.h"

#include <arpa/inet.h>
#include <chrono>
#include <cstdlib>
#include <gtest/gtest.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace mkb::conformance {

inline sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/// This process and those it starts alone on a loopback interface, and what they mount unseen by others. False where
/// that takes more rights than it has.
inline bool enter_own_network() {
    if (unshare(CLONE_NEWNET | CLONE_NEWNS) != 0 || mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
        return false;
    }
    const Descriptor any(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    ifreq request{};
    std::string("lo").copy(request.ifr_name, IFNAMSIZ - 1);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    return ioctl(any.get(), SIOCSIFFLAGS, &request) == 0;
}

/// A socket that listens, on a port that was free.
inline Descriptor listen_somewhere(int& port) {
    Descriptor listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener.get(), 1), 0);
    EXPECT_EQ(getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size), 0);
    port = ntohs(address.sin_port);
    return listener;
}

/// A port that nobody listens on.
inline int free_port() {
    int port = 0;
    listen_somewhere(port);
    return port;
}

inline bool somebody_listens(int port) {
    const Descriptor client(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(port);
    return connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

/// True as soon as the condition holds; false when it does not within half a minute.
template <class Condition>
bool soon(Condition condition) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > limit) {
            return false;
        }
        std::this_thread::yield();
    }
    return true;
}

/// Process ids of the children of a process.
inline std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> found;
    for (const pid_t pid : all_processes()) {
        const std::string text = text_of("/proc/" + std::to_string(pid) + "/stat");
        const std::size_t name_end = text.rfind(')');
        if (name_end != std::string::npos && name_end + 4 < text.size() &&
            std::atoi(text.c_str() + name_end + 4) == parent) {
            found.push_back(pid);
        }
    }
    return found;
}

} // namespace mkb::conformance
