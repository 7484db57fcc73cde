#include "base/child_streams.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

namespace mkb {

namespace {

constexpr std::size_t kLineLimitBytes = std::size_t{1} << 16;  ///< a longer line comes in pieces
constexpr std::size_t kDrainLimitBytes = std::size_t{1} << 24; ///< read after the program's end, from what it left

/// The same descriptor with a number above 2, so that it survives the child's dup2 onto 0, 1, 2.
Descriptor above_two(Descriptor descriptor) {
    if (!descriptor || descriptor.get() > 2) {
        return descriptor;
    }
    return Descriptor(fcntl(descriptor.get(), F_DUPFD_CLOEXEC, 3));
}

} // namespace

ChildPipe make_pipe() {
    std::array<int, 2> ends{-1, -1};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        return {};
    }
    return {above_two(Descriptor(ends[0])), above_two(Descriptor(ends[1]))};
}

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

HeldInput::HeldInput(const std::string& bytes, const std::function<bool()>& when) : left_(bytes), when_(when) {
    std::array<int, 2> ends{-1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0) {
        read_end = above_two(Descriptor(ends[0]));
        write_end_ = above_two(Descriptor(ends[1]));
    }
}

void HeldInput::give() {
    const ssize_t sent = send(write_end_.get(), left_.data(), left_.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    left_.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    if (left_.empty() || (sent < 0 && errno != EAGAIN && errno != EINTR)) {
        write_end_.reset();
    }
}

ChildStream::ChildStream(Descriptor end, std::size_t limit_bytes, const Taker* on_line, const Taker* on_bytes)
    : end_(std::move(end)), limit_bytes_(limit_bytes), on_line_(on_line), on_bytes_(on_bytes) {
    fcntl(end_.get(), F_SETFL, O_NONBLOCK);
}

std::size_t ChildStream::take(std::span<char> buffer) {
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

void ChildStream::drain(std::span<char> buffer) {
    for (std::size_t total = 0, got = 1; got > 0 && total < kDrainLimitBytes; total += got) {
        got = take(buffer);
    }
    if (on_line_ != nullptr && !line_.empty()) {
        (*on_line_)(line_);
    }
    end_.reset();
}

void ChildStream::keep(std::string_view bytes) {
    const std::size_t room = limit_bytes_ - text_.size();
    text_ += bytes.substr(0, room);
    cut_ = cut_ || bytes.size() > room;
}

void ChildStream::hand_on(std::string_view bytes) {
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

} // namespace mkb
