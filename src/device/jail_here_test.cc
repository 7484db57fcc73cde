#include "device/jail_here.h"

#include "base/files.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <unistd.h>

namespace mkb {
namespace {

TEST(JailHere, EveryLayerIsThereOrMissing) {
    const JailHere here = jail_here();
    for (const char* layer : {"no_new_privs", "landlock", "rlimits", "seccomp"}) {
        EXPECT_NE(std::ranges::find(here.layers, layer) != here.layers.end(),
                  std::ranges::find(here.missing, layer) != here.missing.end())
            << layer;
    }
    EXPECT_EQ(std::ranges::find(here.layers, "uid") != here.layers.end(), geteuid() == 0);
}

TEST(JailHere, ItsRowStandsInTheTable) {
    const std::string table = read_file(std::filesystem::path(MKB_SOURCE_DIR) / "docs/jail.md").value();
    for (const char* row :
         {"Linux, as root", "Linux, as an ordinary user", "Linux without Landlock", "Linux without seccomp"}) {
        EXPECT_NE(table.find(std::string("| ") + row + " |"), std::string::npos) << row;
    }
    EXPECT_NE(table.find("| " + jail_here().row + " |"), std::string::npos);
}

} // namespace
} // namespace mkb
