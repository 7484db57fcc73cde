#include "record/record.h"

#include <chrono>
#include <cstdint>
#include <ctime>
#include <fmt/format.h>
#include <random>

namespace mkb {
namespace {

constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

std::int64_t milliseconds_since_epoch() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

} // namespace

std::string new_record_id() {
    std::random_device random;
    std::string id(26, '0');
    auto time = static_cast<std::uint64_t>(milliseconds_since_epoch());
    for (std::size_t i = 10; i-- > 0; time >>= 5U) {
        id[i] = kCrockford[time & 31U];
    }
    // Six characters of five bits fit one 32-bit draw: sixteen characters, 80 bits, in three draws.
    for (std::size_t i = 10; i < id.size();) {
        std::uint32_t bits = random();
        for (int n = 0; n < 6 && i < id.size(); ++n, ++i, bits >>= 5U) {
            id[i] = kCrockford[bits & 31U];
        }
    }
    return id;
}

std::string utc_now_rfc3339() {
    const std::int64_t now_ms = milliseconds_since_epoch();
    const auto seconds = static_cast<std::time_t>(now_ms / 1000);
    std::tm utc{};
    gmtime_r(&seconds, &utc);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                       utc.tm_hour, utc.tm_min, utc.tm_sec, now_ms % 1000);
}

} // namespace mkb
