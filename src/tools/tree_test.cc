#include "tools/tree.h"

#include "tools/cut.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

Reading small_reading() {
    Reading reading;
    reading.folders = {{.path = "source/core", .as = "core"}, {.path = "source/cpu", .as = "cpu"}};
    return reading;
}

HeaderTexts small_texts() {
    return {
        {"core/Base.hpp",
         "class Base {\npublic:\n    int size() const { return 1; }\n};\nclass Other {\n    int a;\n};\n"},
        {"core/Fwd.hpp", "class Base;\nint use(Base* base);\n"},
        {"cpu/Backend.hpp", "class Backend {\npublic:\n    int threadNumber() const;\n\nprivate:\n    int n;\n};\n"}};
}

TEST(RepositoryTree, NamesAreShownWhereTheyAreDeclared) {
    const RepositoryTree tree =
        repository_tree(small_reading(), small_texts(), {"Base", "getThreads", "Backend"}, 1000);
    ASSERT_EQ(tree.declared.size(), 2U);
    EXPECT_EQ(tree.declared[0].file, "core/Base.hpp");
    EXPECT_EQ(tree.declared[0].text, "class Base {\npublic:\n    int size() const;\n};\n");
    EXPECT_EQ(tree.declared[1].text.find("private"), std::string::npos);
    EXPECT_EQ(tree.unknown, std::vector<std::string>{"getThreads"});
}

TEST(RepositoryTree, FoldersSayLessWhereTheBudgetIsSmall) {
    const RepositoryTree large = repository_tree(small_reading(), small_texts(), {}, 1000);
    ASSERT_EQ(large.folders.size(), 2U);
    EXPECT_EQ(large.folders[0].headers[0].declares, (std::vector<std::string>{"Base", "Other"}));
    const RepositoryTree small = repository_tree(small_reading(), small_texts(), {}, 25);
    ASSERT_EQ(small.folders[0].headers.size(), 2U);
    EXPECT_TRUE(small.folders[0].headers[0].declares.empty());
    const RepositoryTree tiny = repository_tree(small_reading(), small_texts(), {}, 4);
    EXPECT_EQ(tiny.folders[0].left_out, 2U);
    EXPECT_TRUE(tiny.folders[0].headers.empty());
    EXPECT_LE(large.tokens, 1000U);
    EXPECT_GE(large.tokens, estimate_tokens(to_text(large)));
}

TEST(RepositoryTree, NamesComeFromTheQuotedPartsOfMessages) {
    ErrorReport report;
    report.enclosures = {{.file = "CPUPool.cpp",
                          .kind = "function",
                          .name = "CPUPool::onResize",
                          .first_line = 1,
                          .last_line = 2,
                          .text = "x"}};
    report.errors.resize(2);
    report.errors[0].at.message = "no member named 'getThreads' in 'MNN::CPUBackend'";
    report.errors[1].at.message = "no viable conversion from 'const std::vector<Tensor *>' to 'CPUPool'; don't";
    EXPECT_EQ(names_in(report), (std::vector<std::string>{"getThreads", "CPUBackend", "Tensor"}));
}

} // namespace
} // namespace mkb
