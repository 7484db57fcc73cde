#include "device/keeper/sha256.h"

#include "base/hash.h"

#include <gtest/gtest.h>

namespace mkb::keeper {
namespace {

TEST(KeeperSha256, IsTheHashThatTheHostComputes) {
    std::string content;
    for (std::size_t size = 0; size < 200; ++size) {
        Sha256 hash;
        hash.add(std::string_view(content).substr(0, size / 3));
        hash.add(std::string_view(content).substr(size / 3));
        EXPECT_EQ(hash.hex(), sha256_hex(content)) << size;
        content += static_cast<char>(size * 7);
    }
}

} // namespace
} // namespace mkb::keeper
