#pragma once
// Golden files in tests/golden/: texts that a person has read once. MKB_UPDATE_GOLDEN=1 writes them anew; the diff is
// then reviewed like code.
#include "base/files.h"

#include <cstdlib>
#include <gtest/gtest.h>
#include <string>

namespace mkb {

inline void expect_golden(const std::string& name, const std::string& text) {
    const auto path = std::filesystem::path(MKB_SOURCE_DIR) / "tests" / "golden" / name;
    if (std::getenv("MKB_UPDATE_GOLDEN") != nullptr) {
        ASSERT_TRUE(write_file_atomic(path, text).has_value());
        return;
    }
    const auto golden = read_file(path);
    ASSERT_TRUE(golden.has_value()) << golden.error().message << "; make it with MKB_UPDATE_GOLDEN=1";
    EXPECT_EQ(text, *golden) << "where the new text is right: MKB_UPDATE_GOLDEN=1";
}

} // namespace mkb
