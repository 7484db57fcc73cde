#include "base/shell.h"

#include "base/process.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

TEST(Shell, ReadsEveryWordAsItWas) {
    const std::vector<std::string> words = {"printf", "%s\\n", "", "it's", "$HOME `id` \"x\" \\", "a\nb", "*"};
    const auto done = run_process({.argv = {"/bin/sh", "-c", shell_line(words)}});
    ASSERT_TRUE(done && done->ok());
    EXPECT_EQ(done->out, "\nit's\n$HOME `id` \"x\" \\\na\nb\n*\n");
}

} // namespace
} // namespace mkb
