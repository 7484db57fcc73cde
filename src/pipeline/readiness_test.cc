#include "pipeline/readiness.h"

#include <deque>
#include <gtest/gtest.h>

namespace mkb {
namespace {

using std::chrono::milliseconds;

/// A device that reads what the test says; the last reading again and again.
class Thermometer final : public Device {
public:
    explicit Thermometer(std::deque<QuietReading> said) : readings(std::move(said)) {}
    Result<DeviceFacts> facts() override { return fail(ErrorKind::environment, "nobody asks"); }
    Result<DeviceExit> run(const DeviceCommand& /*command*/) override {
        return fail(ErrorKind::environment, "nobody asks");
    }
    std::string name() const override { return "thermometer"; }
    Result<QuietReading> heat() override {
        ++asked_for_heat;
        return QuietReading{.busy_share = 0.05, .temperature_c = heat_c, .frequency_limit = 1};
    }
    Result<QuietReading> quiet() override {
        ++asked;
        const QuietReading reading = readings.front();
        if (readings.size() > 1) {
            readings.pop_front();
        }
        return reading;
    }
    std::deque<QuietReading> readings;
    double heat_c = 41;
    int asked = 0, asked_for_heat = 0;
};

CoolDown patient() {
    return {.most = milliseconds(60'000), .still = milliseconds(60'000), .between = milliseconds(0)};
}
/// Gives up after as many readings as fit into a moment.
CoolDown impatient() {
    return {.most = milliseconds(60'000), .still = milliseconds(5), .between = milliseconds(1)};
}

TEST(Readiness, ACoolAndQuietDeviceIsAskedOnce) {
    Thermometer device({{.busy_share = 0.05, .temperature_c = 45, .frequency_limit = 1}});
    CoolDown cooling = patient();
    const Readiness ready = wait_until_ready(device, cooling).value();
    EXPECT_EQ(device.asked, 1);
    EXPECT_EQ(ready.cooled_s, 0);
    EXPECT_EQ(ready.hot, "");
    EXPECT_TRUE(ready.quiet());
}

TEST(Readiness, WhereOnlyHeatMattersTheLoadIsNotLookedAt) {
    Thermometer device({{.busy_share = 0.5, .temperature_c = 71}, {.busy_share = 0.5, .temperature_c = 45}});
    CoolDown cooling = patient();
    const Readiness cool = wait_until_cool(device, cooling).value();
    EXPECT_EQ(device.asked_for_heat, 1);
    EXPECT_EQ(device.asked, 0);
    EXPECT_EQ(cool.reading.temperature_c, 41);
    EXPECT_EQ(cool.cooled_s, 0);
    device.heat_c = 80;
    const Readiness cooled = wait_until_cool(device, cooling).value();
    EXPECT_EQ(device.asked, 2);
    EXPECT_EQ(cooled.reading.temperature_c, 45);
    EXPECT_FALSE(cooled.quiet()) << "is not waited for";
    EXPECT_GT(cooled.cooled_s, 0);
}

TEST(Readiness, HeatIsWaitedForUntilItIsBelowWhatTheDeviceSaysOrSixtyDegrees) {
    for (const double hot_c : {0.0, 85.0}) {
        const double wanted = hot_c > 0 ? 75 : 60;
        Thermometer device({{.temperature_c = wanted + 9, .hot_c = hot_c},
                            {.temperature_c = wanted, .hot_c = hot_c},
                            {.temperature_c = wanted - 1, .hot_c = hot_c},
                            {.temperature_c = 20}});
        CoolDown cooling = patient();
        const Readiness ready = wait_until_ready(device, cooling).value();
        EXPECT_EQ(device.asked, 3);
        EXPECT_EQ(ready.reading.temperature_c, wanted - 1);
        EXPECT_GT(ready.cooled_s, 0);
        EXPECT_EQ(ready.hot, "");
        EXPECT_EQ(cooling.rest_c, 0);
    }
}

TEST(Readiness, AFrequencyThatIsHeldDownIsWaitedForToo) {
    Thermometer device({{.frequency_limit = 0.6}, {.frequency_limit = 0.8}, {.frequency_limit = 1}});
    CoolDown cooling = patient();
    EXPECT_EQ(wait_until_ready(device, cooling).value().hot, "");
    EXPECT_EQ(device.asked, 3);
}

TEST(Readiness, WhatDoesNotChangeIsSaidAndNotWaitedForASecondTime) {
    Thermometer device({{.temperature_c = 71, .frequency_limit = 0.5}});
    CoolDown cooling = impatient();
    const Readiness first = wait_until_ready(device, cooling).value();
    EXPECT_EQ(first.hot, "71 °C, wanted below 60 °C");
    EXPECT_GT(first.cooled_s, 0);
    device.asked = 0;
    const Readiness second = wait_until_ready(device, cooling).value();
    EXPECT_EQ(device.asked, 1);
    EXPECT_EQ(second.cooled_s, 0);
    EXPECT_EQ(second.hot, "");
    // Hotter than it rests at is hot again.
    device.readings = {{.temperature_c = 80, .frequency_limit = 0.5}, {.temperature_c = 71, .frequency_limit = 0.5}};
    EXPECT_GT(wait_until_ready(device, cooling).value().cooled_s, 0);
}

TEST(Readiness, TheLongestWaitEndsAlsoWhereItStillGetsCooler) {
    std::deque<QuietReading> readings;
    for (int i = 0; i < 2000; ++i) {
        readings.push_back({.temperature_c = 3000.0 - i});
    }
    Thermometer device(std::move(readings));
    CoolDown cooling = patient();
    cooling.most = milliseconds(10);
    cooling.between = milliseconds(1);
    EXPECT_NE(wait_until_ready(device, cooling).value().hot, "");
}

TEST(Readiness, WhoDoesNotWantToWaitIsToldHowItIs) {
    Thermometer device({{.temperature_c = 90}});
    CoolDown cooling{.most = milliseconds(0)};
    const Readiness ready = wait_until_ready(device, cooling).value();
    EXPECT_EQ(device.asked, 1);
    EXPECT_NE(ready.hot, "");
    EXPECT_EQ(ready.cooled_s, 0);
}

TEST(Readiness, ABusyDeviceIsWaitedForAndTheLastReadingCounts) {
    Thermometer device({{.busy_share = 0.5}, {.busy_share = 0.3}, {.busy_share = 0.02}});
    CoolDown cooling = patient();
    EXPECT_TRUE(wait_until_ready(device, cooling).value().quiet());
    EXPECT_EQ(device.asked, 3);

    Thermometer busy({{.busy_share = 0.5}});
    EXPECT_FALSE(wait_until_ready(busy, cooling).value().quiet());
    EXPECT_EQ(busy.asked, kQuietTries);
}

} // namespace
} // namespace mkb
