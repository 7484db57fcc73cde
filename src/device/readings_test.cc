#include "device/readings.h"

#include "base/files.h"

#include <filesystem>
#include <gtest/gtest.h>

namespace mkb {
namespace {

/// /proc and /sys of a machine that a test makes up.
class Readings : public testing::Test {
protected:
    void put(const std::string& path, const std::string& text) {
        const auto file = root.path() / path;
        std::filesystem::create_directories(file.parent_path());
        ASSERT_TRUE(write_file_atomic(file, text + "\n"));
    }
    void put_zone(int number, const std::string& type, const std::string& temperature) {
        const std::string zone = "sys/class/thermal/thermal_zone" + std::to_string(number) + "/";
        put(zone + "type", type);
        put(zone + "temp", temperature);
    }
    void put_core(int number, const std::string& now, const std::string& may, const std::string& could) {
        const std::string clock = "sys/devices/system/cpu/cpu" + std::to_string(number) + "/cpufreq/";
        put(clock + "scaling_cur_freq", now);
        put(clock + "scaling_max_freq", may);
        put(clock + "cpuinfo_max_freq", could);
    }
    QuietReading read(const std::vector<int>& cores = {}) { return read_machine(cores, root.path().string()); }

    TempDir root = TempDir::make("mkb-readings").value();
};

TEST_F(Readings, OfAMachineThatShowsNothingAreNothing) {
    const QuietReading reading = read();
    EXPECT_EQ(reading.busy_share, 0);
    EXPECT_GE(reading.cores, 1);
    for (const auto& [name, member] : kReadings) {
        EXPECT_EQ(reading.*member, 0) << name;
    }
}

TEST_F(Readings, TemperatureIsOfTheProcessorsWarmestZoneAndHotIsWhereThatIsSlowedDown) {
    put_zone(0, "battery", "99000");
    put_zone(1, "cpu-0-0", "51250");
    put_zone(2, "CPU-1-0", "63500");
    put_zone(3, "gpuss", "88000");
    put("sys/class/thermal/thermal_zone1/trip_point_0_type", "passive");
    put("sys/class/thermal/thermal_zone1/trip_point_0_temp", "40000");
    for (const auto& [trip, type, at] :
         {std::tuple{"0", "critical", "60000"}, {"1", "passive", "95000"}, {"2", "passive", "85000"}}) {
        put(std::string("sys/class/thermal/thermal_zone2/trip_point_") + trip + "_type", type);
        put(std::string("sys/class/thermal/thermal_zone2/trip_point_") + trip + "_temp", at);
    }
    EXPECT_DOUBLE_EQ(read().temperature_c, 63.5);
    EXPECT_DOUBLE_EQ(read().hot_c, 85);
}

TEST_F(Readings, TemperatureOfTheFirstZoneCountsWhereNoneIsTheProcessorsAndMayBeInDegrees) {
    put_zone(0, "acpitz", "47");
    put_zone(1, "wifi", "90000");
    EXPECT_DOUBLE_EQ(read().temperature_c, 47);
    EXPECT_DOUBLE_EQ(read().hot_c, 0);
}

TEST_F(Readings, FrequencyIsOfTheCoresThatCommandsRunOn) {
    put_core(0, "600000", "1800000", "1800000");
    put_core(1, "1200000", "1350000", "1800000");
    put_core(2, "2400000", "1400000", "2800000");
    EXPECT_DOUBLE_EQ(read().frequency_mhz, 2400);
    EXPECT_DOUBLE_EQ(read().frequency_limit, 0.5);
    EXPECT_DOUBLE_EQ(read({0, 1}).frequency_mhz, 1200);
    EXPECT_DOUBLE_EQ(read({0, 1}).frequency_limit, 0.75);
    EXPECT_DOUBLE_EQ(read({0}).frequency_limit, 1);
}

TEST_F(Readings, BatteryIsThatOfAPhoneOrOfALaptop) {
    put("sys/class/power_supply/BAT0/capacity", "81");
    EXPECT_DOUBLE_EQ(read().battery_percent, 81);
    put("sys/class/power_supply/battery/capacity", "64");
    EXPECT_DOUBLE_EQ(read().battery_percent, 64);
}

TEST_F(Readings, LoadIsOfAllCoresTogetherAndNotOurOwn) {
    EXPECT_FALSE(cpu_times(root.path().string()));
    put("proc/stat", "cpu  10 20 30 400 500 6 7 8 9 9\ncpu0 1 1 1 1 1 1 1 1 0 0\n");
    const auto before = cpu_times(root.path().string());
    ASSERT_TRUE(before);
    EXPECT_DOUBLE_EQ(before->all, 981);
    EXPECT_DOUBLE_EQ(before->busy, 81);
    const CpuTimes after{.busy = before->busy + 60, .all = before->all + 200};
    EXPECT_DOUBLE_EQ(busy_share(*before, after), 0.3);
    EXPECT_DOUBLE_EQ(busy_share(*before, after, 50), 0.05);
    EXPECT_DOUBLE_EQ(busy_share(*before, after, 70), 0);
    EXPECT_DOUBLE_EQ(busy_share(*before, *before), 0);
}

TEST(ReadingsOfThisMachine, ItsLoadIsAShare) {
    const QuietReading reading = read_machine();
    EXPECT_GE(reading.busy_share, 0);
    EXPECT_LE(reading.busy_share, 1);
    EXPECT_GE(reading.cores, 1);
}

} // namespace
} // namespace mkb
