#include "framework/mnn/own_libraries.h"

#include "base/files.h"
#include "base/process.h"

#include <gtest/gtest.h>

namespace mkb::mnn {
namespace {

namespace fs = std::filesystem;

TEST(OwnLibraries, AProgramStartsWithTheLoaderInItsWorkingFolder) {
    const TempDir folder = TempDir::make("mkb-loader").value();
    const std::string program = read_file("/usr/bin/true").value();
    const std::string changed = with_loader(program, "own-ld.so").value();
    EXPECT_EQ(changed.size(), program.size());
    ASSERT_TRUE(write_file_atomic(folder.path() / "program", changed));
    fs::permissions(folder.path() / "program", fs::perms(0755));
    const ProcessSpec spec{.argv = {(folder.path() / "program").string()}, .folder = folder.path()};
    EXPECT_FALSE(run_process(spec)); // no loader, no program
    for (const char* loader : {"/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"}) {
        if (fs::exists(loader)) {
            fs::copy_file(loader, folder.path() / "own-ld.so");
        }
    }
    EXPECT_TRUE(run_process(spec).value().ok());
}

TEST(OwnLibraries, WhatNamesNoLoaderIsRefused) {
    EXPECT_FALSE(with_loader("", "own-ld.so"));
    EXPECT_FALSE(with_loader("no program", "own-ld.so"));
    std::string program = read_file("/usr/bin/true").value();
    EXPECT_FALSE(with_loader(program, std::string(300, 'x')));
    for (std::size_t size = 0; size < 1000; size += 7) {
        (void)with_loader(program.substr(0, size), "own-ld.so"); // cut anywhere: refused or not, but read within itself
    }
}

} // namespace
} // namespace mkb::mnn
