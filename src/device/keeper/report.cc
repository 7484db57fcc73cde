#include "device/keeper/report.h"

#include "base/descriptor.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>

namespace mkb::keeper {

namespace {

constexpr int kPatienceMs = 60'000; ///< for a host that reads nothing: then its network counts as cut

/// write(2) with a limit of time, so that a cut network does not keep the command's processes alive for ever.
bool write_patiently(std::string_view bytes) {
    while (!bytes.empty()) {
        pollfd wait{STDOUT_FILENO, POLLOUT, 0};
        const int ready = poll(&wait, 1, kPatienceMs);
        if (ready == 0 || (ready < 0 && errno != EINTR) || (wait.revents & (POLLERR | POLLHUP)) != 0) {
            return false;
        }
        const ssize_t written = ready > 0 ? write(STDOUT_FILENO, bytes.data(), bytes.size()) : 0;
        if (written < 0 && errno != EINTR && errno != EAGAIN) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
    return true;
}

} // namespace

bool send(wire::Frame kind, std::string_view content) {
    return write_patiently(wire::frame_header(kind, content.size())) && write_patiently(content);
}

bool send_trouble(wire::TroubleKind kind, const std::string& line) {
    wire::Packer packer;
    packer.number(static_cast<std::uint64_t>(kind));
    packer.text(line);
    return send(wire::Frame::trouble, packer.take());
}

bool send_errno(const std::string& doing) {
    const bool full = errno == ENOSPC || errno == EDQUOT;
    return send_trouble(full ? wire::TroubleKind::full : wire::TroubleKind::broken,
                        doing + ": " + std::strerror(errno));
}

bool host_is_gone() {
    pollfd look{STDOUT_FILENO, 0, 0};
    return poll(&look, 1, 0) > 0 && (look.revents & (POLLERR | POLLHUP)) != 0;
}

void swallow_the_rest() {
    constexpr int kNothingMoreMs = 1000;
    char part[1U << 14];
    pollfd wait{STDIN_FILENO, POLLIN, 0};
    while (poll(&wait, 1, kNothingMoreMs) > 0 && read_some(STDIN_FILENO, part) > 0) {
    }
}

bool receive(char* to, std::size_t size) {
    while (size > 0) {
        const ssize_t got = read_some(STDIN_FILENO, {to, size});
        if (got <= 0) {
            return false;
        }
        to += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

} // namespace mkb::keeper
