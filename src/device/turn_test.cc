#include "device/turn.h"

#include "base/files.h"
#include "base/in_child_test.h"

#include <csignal>
#include <future>
#include <gtest/gtest.h>
#include <thread>
#include <unistd.h>

namespace mkb {
namespace {

TEST(Turn, IsOfOneAtATimeForEachDevice) {
    const TempDir cache = TempDir::make("mkb-turn").value();
    const ScopedVariable variable("MKB_CACHE", cache.path().string());
    auto first = Turn::take("adb:one");
    const auto other = Turn::take("adb:two");
    auto second = std::async(std::launch::async, [] { return Turn::take("adb:one"); });
    EXPECT_EQ(second.wait_for(std::chrono::milliseconds(200)), std::future_status::timeout);
    first.reset();
    EXPECT_NE(second.get(), nullptr);
}

TEST(Turn, OfAKilledProcessIsFree) {
    const TempDir cache = TempDir::make("mkb-turn").value();
    const ScopedVariable variable("MKB_CACHE", cache.path().string());
    const pid_t holder = start_child([] {
        const auto turn = Turn::take("adb:one");
        pause();
    });
    const auto has_begun = [&] {
        std::error_code error;
        return std::filesystem::exists(cache.path() / "turns") &&
               !std::filesystem::is_empty(cache.path() / "turns", error);
    };
    while (!has_begun()) {
        std::this_thread::yield();
    }
    kill(holder, SIGKILL);
    wait_for(holder);
    EXPECT_NE(Turn::take("adb:one"), nullptr);
}

TEST(Turn, IsTakenForGrantedWhereTheCacheCannotBeWritten) {
    const ScopedVariable variable("MKB_CACHE", "/proc/nowhere");
    const auto first = Turn::take("adb:one");
    EXPECT_NE(Turn::take("adb:one"), nullptr);
}

} // namespace
} // namespace mkb
