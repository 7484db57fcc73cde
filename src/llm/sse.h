#pragma once
// Server-sent events (WHATWG HTML, "Server-sent events"), as they arrive in pieces.
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace mkb {

struct SseEvent {
    std::string event; ///< empty: "message"
    std::string data;  ///< lines joined by a line feed
};

class SseReader {
public:
    explicit SseReader(std::function<void(const SseEvent&)> take) : take_(std::move(take)) {}
    /// Any piece of the stream. False: a line or an event is longer than any service sends; nothing is read any more.
    bool feed(std::string_view bytes);

    static constexpr std::size_t kEventLimitBytes = std::size_t{16} << 20;

private:
    bool take_line();
    std::function<void(const SseEvent&)> take_;
    std::string line_;
    SseEvent event_;
    bool has_data_ = false, after_return_ = false, broken_ = false;
};

} // namespace mkb
