#pragma once
// A file descriptor that closes itself, and reads and writes that go on after a signal.
#include <cerrno>
#include <cstddef>
#include <span>
#include <string_view>
#include <unistd.h>
#include <utility>

namespace mkb {

class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) {
            reset();
            number_ = std::exchange(other.number_, -1);
        }
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { reset(); }
    explicit operator bool() const { return number_ >= 0; }
    int get() const { return number_; }
    void reset() {
        if (number_ >= 0) {
            close(std::exchange(number_, -1));
        }
    }

private:
    int number_ = -1;
};

/// read(2), again after a signal. Bytes read, 0 at the end, -1 with errno.
inline ssize_t read_some(int descriptor, std::span<char> buffer) {
    ssize_t got = 0;
    do {
        got = read(descriptor, buffer.data(), buffer.size());
    } while (got < 0 && errno == EINTR);
    return got;
}

/// write(2) until everything is written; false with errno.
inline bool write_all(int descriptor, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t written = write(descriptor, bytes.data(), bytes.size());
        if (written >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            return false;
        }
    }
    return true;
}

} // namespace mkb
