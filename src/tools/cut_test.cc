#include "tools/cut.h"

#include <gtest/gtest.h>

namespace mkb {
namespace {

using Cut = ReadingPart::Cut;

constexpr std::string_view kHeader = R"cpp(//
//  Kernel.hpp
//  Copyright
//
#ifndef Kernel_hpp
#define Kernel_hpp
#include <memory>

namespace MNN {
/** a kernel */
class MNN_PUBLIC Kernel : public Base {
public:
    Kernel(Backend* backend) : Base(backend), mRows(0) {
        // nothing to do
    }
    virtual ErrorCode onResize(const Tensors& inputs) {
        return NO_ERROR;
    }
    virtual ErrorCode onExecute(const Tensors& inputs) = 0;
    class Creator {
    public:
        virtual Kernel* onCreate(const Op* op) const = 0;
    };
    enum Memory { STATIC, DYNAMIC };
    MNN_PUBLIC static const Kernel* find(const char* name);
    const char* text() const { return "} // no comment"; }
    bool valid() const {
        return mValid;
    }
    enum Code {
#ifdef FINE
#undef FINE
#endif // FINE
        FINE = 0,
        BAD  = 1
    };

protected:
    bool mValid = true;

private:
    void hide();
    int mRows;
};

#define ROUND(x, y) \
    (((x) + (y)-1) / (y) * (y))
#define ROUND_MORE(x) (x)

struct Functions {
    int pack;
    void (*copy)(float* to, const float* from);
    size_t other;
};

struct Pool FLATBUFFERS_FINAL_CLASS : private flatbuffers::Table {
  int32_t padX() const {
    return GetField<int32_t>(4, 0);
  }
  const flatbuffers::Vector<int32_t> *pads() const {
    return GetPointer<const flatbuffers::Vector<int32_t> *>(26);
  }
  bool Verify(flatbuffers::Verifier &verifier) const {
    return VerifyTableStart(verifier);
  }
};
} // namespace MNN
#endif
)cpp";

TEST(Cut, AnOutlineHasNoBodiesNothingPrivateAndNoComments) {
    EXPECT_EQ(cut_source(kHeader, Cut::outline, {"Kernel"}),
              "class Kernel : public Base {\n"
              "public:\n"
              "    Kernel(Backend* backend);\n"
              "    virtual ErrorCode onResize(const Tensors& inputs);\n"
              "    virtual ErrorCode onExecute(const Tensors& inputs) = 0;\n"
              "    class Creator {\n"
              "    public:\n"
              "        virtual Kernel* onCreate(const Op* op) const = 0;\n"
              "    };\n"
              "    enum Memory { STATIC, DYNAMIC };\n"
              "    static const Kernel* find(const char* name);\n"
              "    const char* text() const;\n"
              "    bool valid() const;\n"
              "    enum Code {\n"
              "        FINE = 0,\n"
              "        BAD  = 1\n"
              "    };\n"
              "\n"
              "protected:\n"
              "    bool mValid = true;\n"
              "\n"
              "};\n");
}

TEST(Cut, MembersThatAreNamedStandInTheirClass) {
    EXPECT_EQ(
        cut_source(kHeader, Cut::outline, {"Kernel::onExecute", "Kernel::Memory", "Kernel::mValid", "Kernel::none"}),
        "class Kernel {\n"
        "public:\n"
        "    virtual ErrorCode onExecute(const Tensors& inputs) = 0;\n"
        "    enum Memory { STATIC, DYNAMIC };\n"
        "    bool mValid = true;\n"
        "};\n");
    EXPECT_EQ(cut_source(kHeader, Cut::outline, {"Functions::pack", "Functions::copy"}),
              "class Functions {\n"
              "public:\n"
              "    int pack;\n"
              "    void (*copy)(float* to, const float* from);\n"
              "};\n");
}

TEST(Cut, WhatIsPrivateIsNotShownByItsNameEither) {
    EXPECT_EQ(cut_source(kHeader, Cut::outline, {"Kernel::hide"}), "");
    EXPECT_EQ(cut_source(kHeader, Cut::outline, {"Kernel::mRows"}), "");
}

TEST(Cut, AMemberIsItsDeclarationAndNotWhatUsesIt) {
    EXPECT_EQ(cut_source(kHeader, Cut::outline, {"Kernel::mValid"}),
              "class Kernel {\npublic:\n    bool mValid = true;\n};\n");
    EXPECT_EQ(cut_source("struct A {\n    int first() { return b; }\n    int* a = nullptr, b[2] = {}, &c;\n};\n",
                         Cut::outline, {"A::b", "A::c"}),
              "class A {\npublic:\n    int* a = nullptr, b[2] = {}, &c;\n};\n");
}

TEST(Cut, AnEnumerationStandsWithoutItsConditions) {
    EXPECT_EQ(cut_source(kHeader, Cut::outline, {"Kernel::Code"}),
              "class Kernel {\npublic:\n    enum Code {\n        FINE = 0,\n        BAD  = 1\n    };\n};\n");
    EXPECT_EQ(cut_source("enum B\n{\n    ONE,\n#ifdef MORE\n    TWO,\n#endif\n};\n#define C 1\n", Cut::outline, {}),
              "enum B\n{\n    ONE,\n    TWO,\n};\n#define C 1\n");
}

TEST(Cut, MacrosComeWithTheLinesThatContinueThem) {
    EXPECT_EQ(cut_source(kHeader, Cut::outline, {"ROUND"}),
              "#define ROUND(x, y) \\\n    (((x) + (y)-1) / (y) * (y))\n");
}

TEST(Cut, OfAMacroWithSeveralDefinitionsTheParametersAreShown) {
    EXPECT_EQ(
        cut_source(
            "#ifdef A\n#define BEGIN(i, n) for (int i = 0; i < n; ++i) {\n#else\n#define BEGIN(i, n) run(n, [&](int "
            "i) {\n#endif\n",
            Cut::outline, {"BEGIN"}),
        "#define BEGIN(i, n) …\n");
}

TEST(Cut, AClassOfTheSchemaIsWhatReadsItsFields) {
    EXPECT_EQ(cut_source(kHeader, Cut::table, {"Pool"}), "struct Pool {\n"
                                                         "    int32_t padX() const;\n"
                                                         "    const flatbuffers::Vector<int32_t> *pads() const;\n"
                                                         "};\n");
}

TEST(Cut, WhatIsNotThereIsPassedOver) {
    EXPECT_EQ(cut_source(kHeader, Cut::outline, {"Missing", "Kernel::Missing"}), "");
    EXPECT_EQ(cut_source("", Cut::outline, {}), "");
    EXPECT_EQ(cut_source("class A {", Cut::outline, {"A"}), cut_source("class A {", Cut::outline, {"A"}));
}

TEST(Cut, TokensAreAThirdOfTheBytes) {
    EXPECT_EQ(estimate_tokens(""), 0U);
    EXPECT_EQ(estimate_tokens("ab"), 1U);
    EXPECT_EQ(estimate_tokens("abcd"), 2U);
}

} // namespace
} // namespace mkb
