#include "tools/cpp_units.h"

#include <algorithm>
#include <gtest/gtest.h>

namespace mkb {
namespace {

const CppUnit* named(const std::vector<CppUnit>& units, std::string_view name) {
    const auto found = std::ranges::find(units, name, &CppUnit::name);
    return found == units.end() ? nullptr : &*found;
}

constexpr std::string_view kText = R"cpp(#pragma once
namespace MNN {
class MNN_PUBLIC Pool : public Execution {
public:
    explicit Pool(Backend* backend);
    int size() const {
        auto twice = [](int n) { return 2 * n; };
        return twice(mSize);
    }
    struct Window {
        int width = 0;
    };

private:
    int mSize = 0;
};
template <typename T>
T* largest(const T* from, int count) {
    return nullptr;
}
ErrorCode Pool::onResize(const std::vector<Tensor*>& inputs) {
    return NO_ERROR;
}
} // namespace MNN
)cpp";

TEST(CppUnits, ClassesAndFunctionsHaveTheirNamesAndLines) {
    const auto units = cpp_units(kText);
    const CppUnit* pool = named(units, "Pool");
    ASSERT_NE(pool, nullptr) << "a macro between 'class' and the name hides it";
    EXPECT_EQ(pool->kind, "class");
    EXPECT_EQ(pool->first_line, 3);
    EXPECT_EQ(pool->last_line, 16);
    EXPECT_EQ(pool->bases, std::vector<std::string>{": public Execution"});
    const CppUnit* size = named(units, "Pool::size");
    ASSERT_NE(size, nullptr);
    EXPECT_EQ(size->first_line, 6);
    EXPECT_EQ(size->last_line, 9);
    EXPECT_EQ(kText.substr(size->body, 1), "{");
    ASSERT_NE(named(units, "Pool::Window"), nullptr);
    const CppUnit* constructor = named(units, "Pool::Pool");
    ASSERT_NE(constructor, nullptr);
    EXPECT_EQ(constructor->body, constructor->end) << "only declared";
    const CppUnit* largest = named(units, "largest");
    ASSERT_NE(largest, nullptr);
    EXPECT_EQ(largest->first_line, 17) << "with its template head";
    ASSERT_NE(named(units, "Pool::onResize"), nullptr);
}

TEST(CppUnits, TheInnermostFunctionHoldsALineElseTheClass) {
    const auto units = cpp_units(kText);
    EXPECT_EQ(enclosing_unit(units, 7)->name, "Pool::size") << "a lambda is part of its function";
    EXPECT_EQ(enclosing_unit(units, 11)->name, "Pool::Window");
    EXPECT_EQ(enclosing_unit(units, 5)->name, "Pool") << "of a declaration the class says more";
    EXPECT_EQ(enclosing_unit(units, 22)->name, "Pool::onResize");
    EXPECT_EQ(enclosing_unit(units, 2), nullptr);
    EXPECT_EQ(enclosing_unit(units, 999), nullptr);
}

TEST(CppUnits, BrokenTextGivesWhatCanBeToldApart) {
    const auto units = cpp_units("int first() { return 1; }\n"
                                 "int second() { int a = ; return ] }\n"
                                 "#define OPEN {\n"
                                 "int third() {\n    return 3\n}\n");
    ASSERT_NE(named(units, "first"), nullptr);
    ASSERT_NE(named(units, "third"), nullptr);
    EXPECT_EQ(enclosing_unit(units, 5)->name, "third");
}

TEST(CppUnits, FunctionsThatReturnPointersAndReferencesAreFunctions) {
    const auto units = cpp_units("float* rows();\nconst Tensor& A::tensor() const { return *t; }\n"
                                 "bool operator==(A a, A b) { return true; }\nA::~A() { stop(); }\n");
    for (const char* name : {"rows", "A::tensor", "operator==", "A::~A"}) {
        EXPECT_NE(named(units, name), nullptr) << name;
    }
}

TEST(CppUnits, HostileTextEndsQuickly) {
    EXPECT_TRUE(cpp_units("").empty());
    EXPECT_TRUE(cpp_units(std::string(kMaxCppBytes + 1, 'x')).empty());
    const std::string deep = std::string(100'000, '(') + std::string(100'000, '{');
    cpp_units(deep);
    cpp_units(std::string("\0\xff\xfe int f() {}", 15));
    std::string many;
    for (std::size_t i = 0; i < kMaxCppUnits + 10; ++i) {
        many += "int f();\n";
    }
    EXPECT_EQ(cpp_units(many).size(), kMaxCppUnits);
}

} // namespace
} // namespace mkb
