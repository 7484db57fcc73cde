#include "pipeline/readiness.h"

#include "base/progress.h"

#include <algorithm>
#include <thread>

namespace mkb {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kOfRest = 2;           ///< degrees above what it rests at
constexpr double kOfRestLimit = 0.005;  ///< below the limit that stays
constexpr double kCooler = 0.5;         ///< degrees that count as getting cooler
constexpr double kLessLimited = 0.0025; ///< of a frequency limit

/// The coolest that a device was seen during one wait, and since when it is no cooler.
class Coolest {
public:
    explicit Coolest(const QuietReading& first) : degrees_(first.temperature_c), limit_(first.frequency_limit) {}
    void look(const QuietReading& reading) {
        if (reading.temperature_c < degrees_ - kCooler || reading.frequency_limit > limit_ + kLessLimited) {
            since_ = Clock::now();
            degrees_ = std::min(degrees_, reading.temperature_c);
            limit_ = std::max(limit_, reading.frequency_limit);
        }
    }
    Clock::time_point since() const { return since_; }

private:
    double degrees_, limit_;
    Clock::time_point since_ = Clock::now();
};

/// The reading after which waiting ended.
Result<QuietReading> cool_down(Device& device, CoolDown& cooling, QuietReading reading) {
    const auto start = Clock::now();
    Coolest coolest(reading);
    Progress progress(fmt::format("cooling device {}", device.name()));
    while (!cooling.too_hot(reading).empty()) {
        const auto now = Clock::now();
        if (now - start >= cooling.most || now - coolest.since() >= cooling.still) {
            cooling.rest_c = reading.temperature_c;
            cooling.rest_limit = reading.frequency_limit;
            break;
        }
        progress.advance_to(0, cooling.too_hot(reading));
        std::this_thread::sleep_for(cooling.between);
        MKB_TRY(again, device.quiet());
        reading = again;
        coolest.look(reading);
    }
    return reading;
}

Result<Readiness> cooled(Device& device, CoolDown& cooling, const QuietReading& first) {
    Readiness ready{.reading = first, .cooled_s = 0, .hot = cooling.too_hot(first)};
    if (!ready.hot.empty() && cooling.most.count() > 0) {
        const auto start = Clock::now();
        const CoolDown before = cooling;
        MKB_TRY(reading, cool_down(device, cooling, first));
        ready = {.reading = reading,
                 .cooled_s = std::chrono::duration<double>(Clock::now() - start).count(),
                 .hot = before.too_hot(reading)};
    }
    return ready;
}

} // namespace

std::string CoolDown::too_hot(const QuietReading& reading) const {
    const double shown = reading.hot_c > 0 ? reading.hot_c - kCoolMargin : kCoolAnywhere;
    const double wanted_c = rest_c > 0 ? std::max(shown, rest_c + kOfRest) : shown;
    if (reading.temperature_c >= wanted_c) {
        return fmt::format("{:.0f} °C, wanted below {:.0f} °C", reading.temperature_c, wanted_c);
    }
    const double wanted_limit = rest_limit > 0 ? std::min(kFullFrequency, rest_limit - kOfRestLimit) : kFullFrequency;
    if (reading.frequency_limit > 0 && reading.frequency_limit < wanted_limit) {
        return fmt::format("its cores may reach {:.0f} % of their frequency", 100 * reading.frequency_limit);
    }
    return {};
}

Result<Readiness> wait_until_cool(Device& device, CoolDown& cooling) {
    MKB_TRY(first, device.heat());
    return cooled(device, cooling, first);
}

Result<Readiness> wait_until_ready(Device& device, CoolDown& cooling) {
    MKB_TRY(first, device.quiet());
    MKB_TRY(ready, cooled(device, cooling, first));
    for (int i = 1; i < kQuietTries && !ready.quiet(); ++i) {
        MKB_TRY(again, device.quiet());
        ready.reading = again;
    }
    return ready;
}

} // namespace mkb
