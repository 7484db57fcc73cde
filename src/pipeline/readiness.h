#pragma once
// When a device may be timed: cool, and with nothing else to do.
#include "device/device.h"

#include <chrono>
#include <string>

namespace mkb {

constexpr double kQuietBusyShare = 0.10; ///< of all cores together; the published rule
constexpr int kQuietTries = 20;          ///< readings of about 100 ms each
constexpr double kCoolMargin = 10;       ///< degrees below where its processor begins to be slowed down
constexpr double kCoolAnywhere = 60;     ///< degrees, where a device does not say when that is
constexpr double kFullFrequency = 0.995; ///< of what its cores could reach: nothing holds them back

constexpr double kMostCoolDownS = 3600; ///< that anybody may ask to wait

/// How long one device is waited for, and what is known of it.
struct CoolDown {
    std::chrono::milliseconds most{120'000}; ///< 0: not at all
    std::chrono::milliseconds still{20'000}; ///< it got no cooler for so long: then it does not get any cooler
    std::chrono::milliseconds between{500};  ///< readings
    /// After a wait that did not help, what it was then: heat that stays is how this device is, and a limit that stays
    /// is a setting. 0: no such wait yet.
    double rest_c = 0, rest_limit = 0;

    /// Nothing when the reading is of a cool device; else what it is and what is wanted, for people.
    std::string too_hot(const QuietReading& reading) const;
};

/// A device just before timing.
struct Readiness {
    QuietReading reading; ///< the last one
    double cooled_s = 0;  ///< waited until it was cool
    std::string hot;      ///< what it still was when nothing was gained any more by waiting; empty: it is cool
    bool quiet() const { return reading.busy_share < kQuietBusyShare; }
};

/// Waits until the device is cool, with progress. Whether it became so is in what comes back, and is recorded either
/// way; what others keep busy is seen only if it had to be waited.
Result<Readiness> wait_until_cool(Device& device, CoolDown& cooling);
/// The same, and then until the device is quiet; at most `kQuietTries` readings.
Result<Readiness> wait_until_ready(Device& device, CoolDown& cooling);

} // namespace mkb
