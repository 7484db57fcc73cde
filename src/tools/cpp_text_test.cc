#include "tools/cpp_text.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

TEST(CppText, LiteralsAreNoComments) {
    EXPECT_EQ(without_comments("a = \"// no\"; // yes\nb = '\\''; /* c */ d = R\"(/* raw */)\"; e = 1'000; // f\n"),
              "a = \"// no\";\nb = '\\'';   d = R\"(/* raw */)\"; e = 1'000;\n");
    EXPECT_EQ(without_comments("/* open"), "");
    EXPECT_EQ(without_comments("\n\n\na\n\n\n\nb\n\n"), "a\n\nb\n");
}

TEST(CppText, ALiteralEndsBehindItsQuote) {
    EXPECT_EQ(end_of_literal("\"a\\\"b\" c", 0), 6U);
    EXPECT_EQ(end_of_literal("R\"x(\")x\" c", 1), 8U);
    EXPECT_EQ(end_of_literal("1'000", 1), 1U);
    EXPECT_EQ(end_of_literal("a", 0), 0U);
    EXPECT_EQ(end_of_literal("\"open", 0), 5U);
}

TEST(CppText, WordsOfVisibilityGoButNotTheirDefinition) {
    EXPECT_EQ(without_visibility("class MNN_PUBLIC Tensor {"), "class Tensor {");
    EXPECT_EQ(without_visibility("#define MNN_PUBLIC __attribute__((x))"), "#define MNN_PUBLIC __attribute__((x))");
}

TEST(CppText, EnumeratorsLoseTheirConditionsOnly) {
    EXPECT_EQ(without_directives_in_enums("#if A\nenum E {\n#if B\n  b,\n#endif\n  c };\n#endif\n"),
              "#if A\nenum E {\n  b,\n  c };\n#endif\n");
}

} // namespace
} // namespace mkb
