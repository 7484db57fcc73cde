#pragma once
// What host and keeper (src/device/keeper, the program on a remote device) say to each other through a remote shell's
// standard input and output: one request, the bytes of its files, then frames until `done`. Numbers are 64 bits, little
// end first; a text is its length and its bytes.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mkb::wire {

/// In front of the first frame: whatever a login shell printed before it is passed over.
constexpr std::string_view kGreeting = "\x01mkb-keeper 1\n";
constexpr std::uint64_t kMostRequestBytes = 1U << 20; ///< without the files' bytes
constexpr std::uint64_t kMostFrameBytes = 1U << 20;

enum class Frame : char {
    missing = 'm',   ///< hash of a kept file that is not there; nothing was started
    out = 'o',       ///< of the command's standard output
    err = 'e',       ///< of its standard error
    ended = 'x',     ///< Ended
    file = 'f',      ///< name of a file that comes back; `data` frames follow
    data = 'd',      ///< bytes of that file
    too_large = 'l', ///< name of a file that does not come back
    trouble = 't',   ///< what this device could not do, as Trouble
    fact = 'i',      ///< name and value
    done = 'z',      ///< nothing follows, and nothing is left running
};
constexpr std::size_t kFrameHeaderBytes = 9; ///< kind, length

enum class How : std::uint64_t { exited, signalled, timed_out };

/// Whose business trouble is: decides whether trying again helps.
enum class TroubleKind : std::uint64_t { gone, full, broken };

class Packer {
public:
    void number(std::uint64_t value) {
        for (int i = 0; i < 8; ++i) {
            bytes_ += static_cast<char>(value >> (8 * i));
        }
    }
    void text(std::string_view value) {
        number(value.size());
        bytes_ += value;
    }
    std::string take() { return std::move(bytes_); }

private:
    std::string bytes_;
};

/// Reads what the other side packed. After a read past the end everything is empty and `ok` is false.
class Unpacker {
public:
    explicit Unpacker(std::string_view bytes) : bytes_(bytes) {}
    std::uint64_t number() {
        if (bytes_.size() < 8) {
            return fail();
        }
        std::uint64_t value = 0;
        for (int i = 0; i < 8; ++i) {
            value |= std::uint64_t{static_cast<unsigned char>(bytes_[static_cast<std::size_t>(i)])} << (8 * i);
        }
        bytes_.remove_prefix(8);
        return value;
    }
    std::string text() {
        const std::uint64_t size = number();
        if (size > bytes_.size()) {
            fail();
            return {};
        }
        std::string value(bytes_.substr(0, size));
        bytes_.remove_prefix(size);
        return value;
    }
    bool ok() const { return ok_; }
    bool at_end() const { return bytes_.empty(); }

private:
    std::uint64_t fail() {
        ok_ = false;
        bytes_ = {};
        return 0;
    }
    std::string_view bytes_;
    bool ok_ = true;
};

struct RequestFile {
    std::string name;   ///< in the working folder; one component
    std::string sha256; ///< kept on the device under this hash; empty: `size` bytes of it follow the request
    std::uint64_t size = 0;
    bool executable = false;
};

struct Request {
    std::string action; ///< "run", "store" (files to keep; their bytes follow), "look" (facts and readings)
    std::vector<std::string> argv;
    std::vector<RequestFile> files;
    std::vector<std::string> pull;
    std::uint64_t wall_ms = 0, output_bytes = 0, pull_bytes = 0;
    std::string cores; ///< keeper/cores.h; empty: all
};

struct Ended {
    How how = How::exited;
    std::uint64_t code = 0;
    bool out_cut = false, err_cut = false;
};

std::string pack(const Request& request);
bool unpack(std::string_view bytes, Request& request);
std::string pack(const Ended& ended);
bool unpack(std::string_view bytes, Ended& ended);

/// Kind and length in front of a frame's content.
std::string frame_header(Frame kind, std::uint64_t size);

} // namespace mkb::wire
