#include "llm/sse.h"

namespace mkb {

bool SseReader::feed(std::string_view bytes) {
    for (const char c : bytes) {
        if (broken_) {
            return false;
        }
        const bool second_of_pair = c == '\n' && after_return_;
        after_return_ = c == '\r';
        if (second_of_pair) {
            continue;
        }
        if (c != '\n' && c != '\r') {
            line_ += c;
            broken_ = line_.size() > kEventLimitBytes;
        } else {
            broken_ = !take_line();
        }
    }
    return !broken_;
}

bool SseReader::take_line() {
    const std::string line = std::exchange(line_, {});
    if (line.empty()) {
        if (has_data_) {
            take_(event_);
        }
        event_ = {};
        has_data_ = false;
        return true;
    }
    const std::size_t colon = line.find(':');
    const std::string_view field = std::string_view(line).substr(0, colon);
    std::string_view value = colon == std::string::npos ? std::string_view() : std::string_view(line).substr(colon + 1);
    if (value.starts_with(' ')) {
        value.remove_prefix(1);
    }
    if (field == "data") {
        event_.data += has_data_ ? "\n" : "";
        event_.data += value;
        has_data_ = true;
    } else if (field == "event") {
        event_.event = value;
    }
    return event_.data.size() <= kEventLimitBytes;
}

} // namespace mkb
