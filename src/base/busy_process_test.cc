#include "base/busy_process.h"

#include "base/files.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sstream>

namespace mkb {
namespace {

/// Field of /proc/PID/stat, counted from 1 as in proc(5); the second, a name in brackets, is none of ours.
long stat_field(pid_t pid, int number) {
    const auto text = read_file(fmt::format("/proc/{}/stat", pid));
    EXPECT_TRUE(text.has_value());
    std::istringstream fields(text ? text->substr(text->rfind(')') + 2) : "");
    std::string field;
    for (int i = 3; i <= number; ++i) {
        fields >> field;
    }
    return std::strtol(field.c_str(), nullptr, 10);
}

constexpr int kUserTime = 14, kProcessor = 39;

TEST(BusyProcess, UsesTheCoreThatItWasTold) {
    for (const int core : {allowed_cores().front(), allowed_cores().back()}) {
        const auto busy = BusyProcess::start(core);
        ASSERT_TRUE(busy.has_value());
        while (stat_field(busy->pid(), kUserTime) < 3) { // it gets time, however loaded the machine is
            sched_yield();
        }
        EXPECT_EQ(stat_field(busy->pid(), kProcessor), core);
    }
}

TEST(BusyProcess, IsGoneWithItsObject) {
    pid_t pid = 0;
    {
        auto busy = BusyProcess::start(allowed_cores().front());
        ASSERT_TRUE(busy.has_value());
        const BusyProcess moved = std::move(*busy);
        pid = moved.pid();
        EXPECT_EQ(kill(pid, 0), 0);
    }
    EXPECT_NE(kill(pid, 0), 0);
}

TEST(BusyProcess, ACoreThatIsNotThereIsAnError) {
    const auto busy = BusyProcess::start(100'000);
    ASSERT_FALSE(busy.has_value());
    EXPECT_NE(busy.error().message.find("100000"), std::string::npos);
}

} // namespace
} // namespace mkb
