// The logs are real: src/tools/fixtures/make_logs.sh has them written by clang 19, gcc 12 and their linkers.
#include "tools/errors.h"

#include "../tests/support/golden.h"

#include <algorithm>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace mkb {
namespace {

const std::filesystem::path kFixtures = std::filesystem::path(MKB_SOURCE_DIR) / "src" / "tools" / "fixtures";

std::string fixture(const std::string& name) {
    const auto text = read_file(kFixtures / name);
    EXPECT_TRUE(text.has_value()) << (text ? "" : text.error().message);
    return text.value_or("");
}

const std::map<std::string, std::string>& softmax() {
    static const std::map<std::string, std::string> sources = {{"CPUSoftmax.hpp", fixture("softmax/CPUSoftmax.hpp")},
                                                               {"CPUSoftmax.cpp", fixture("softmax/CPUSoftmax.cpp")}};
    return sources;
}

const ExtractedError* about(const ErrorReport& report, std::string_view part) {
    const auto found = std::ranges::find_if(
        report.errors, [&](const ExtractedError& e) { return e.at.message.find(part) != std::string::npos; });
    return found == report.errors.end() ? nullptr : &*found;
}

TEST(ErrorExtractor, ClangsLogIsToldByFunction) {
    expect_golden("errors_clang19.txt", to_text(extract_errors(fixture("softmax/clang19.log"), softmax())));
}

TEST(ErrorExtractor, GccsLogIsToldByFunction) {
    expect_golden("errors_gcc12.txt", to_text(extract_errors(fixture("softmax/gcc12.log"), softmax())));
}

TEST(ErrorExtractor, BothCompilersLeadToTheSamePlaces) {
    const ErrorReport clang = extract_errors(fixture("softmax/clang19.log"), softmax());
    const ErrorReport gcc = extract_errors(fixture("softmax/gcc12.log"), softmax());
    for (const std::string_view name : {"threads", "getThreadCount", "NOT_SUPPORTED", "STATIC_MEMORY", "hostPtr",
                                        "MNNVectorExp", "sum_of", "main_as_Softmax", "decRef", "maximum"}) {
        const ExtractedError* one = about(clang, name);
        // clang does not name the member here
        one = one == nullptr && name == "maximum" ? about(clang, "member reference base type") : one;
        const ExtractedError* other = about(gcc, name);
        ASSERT_NE(one, nullptr) << name;
        ASSERT_NE(other, nullptr) << name;
        EXPECT_EQ(one->at.file, other->at.file) << name;
        EXPECT_EQ(one->at.line, other->at.line) << name;
        EXPECT_EQ(one->cross_file, other->cross_file) << name;
        ASSERT_GE(one->enclosure, 0) << name;
        ASSERT_GE(other->enclosure, 0) << name;
        EXPECT_EQ(clang.enclosures[static_cast<std::size_t>(one->enclosure)].name,
                  gcc.enclosures[static_cast<std::size_t>(other->enclosure)].name);
    }
}

TEST(ErrorExtractor, AnErrorInAFrameworkHeaderIsLedBackToTheCandidate) {
    const ErrorReport report = extract_errors(fixture("softmax/clang19.log"), softmax());
    const ExtractedError* error = about(report, "decRef");
    ASSERT_NE(error, nullptr);
    EXPECT_TRUE(error->cross_file);
    EXPECT_EQ(error->at.file, "CPUSoftmax.cpp");
    EXPECT_EQ(error->at.line, 14);
    EXPECT_EQ(error->found.file, "mnn/source/core/AutoStorage.h");
    EXPECT_EQ(error->found.line, 211);
    EXPECT_EQ(report.enclosures[static_cast<std::size_t>(error->enclosure)].name, "CPUSoftmax::CPUSoftmax");
}

TEST(ErrorExtractor, WhatTheCandidateGotWrongByItselfIsLocal) {
    const ErrorReport report = extract_errors(fixture("softmax/clang19.log"), softmax());
    for (const std::string_view local : {"'threads'", "sum_of", "expected ';'", "const char[6]", "numeric_limit"}) {
        ASSERT_NE(about(report, local), nullptr) << local;
        EXPECT_FALSE(about(report, local)->cross_file) << local;
    }
    for (const std::string_view crossing :
         {"getThreadCount", "channels", "NOT_SUPPORTED", "MNNVectorExp", "abstract class", "marked 'override'"}) {
        ASSERT_NE(about(report, crossing), nullptr) << crossing;
        EXPECT_TRUE(about(report, crossing)->cross_file) << crossing;
    }
}

TEST(ErrorExtractor, AMissingHeaderIsCrossFile) {
    for (const char* compiler : {"clang19", "gcc12"}) {
        const ErrorReport report = extract_errors(fixture(std::string("relu_missing_header/") + compiler + ".log"),
                                                  {{"CPURelu.cpp", fixture("relu_missing_header/CPURelu.cpp")}});
        ASSERT_EQ(report.errors.size(), 1U) << compiler;
        EXPECT_TRUE(report.errors[0].cross_file) << compiler;
        EXPECT_EQ(report.errors[0].at.line, 3) << compiler;
        EXPECT_EQ(report.errors[0].enclosure, -1) << compiler;
    }
}

TEST(ErrorExtractor, LinkersErrorsFindTheFunctionThatRefers) {
    for (const char* linker : {"lld19", "gnu_ld"}) {
        const ErrorReport report = extract_errors(fixture(std::string("link/") + linker + ".log"),
                                                  {{"CPUErf.cpp", fixture("link/CPUErf.cpp")}});
        ASSERT_EQ(report.errors.size(), 2U) << linker;
        const ExtractedError* error = about(report, "erf_of_line");
        ASSERT_NE(error, nullptr) << linker;
        EXPECT_TRUE(error->cross_file);
        EXPECT_EQ(error->at.file, "CPUErf.cpp") << linker;
        ASSERT_GE(error->enclosure, 0) << linker;
        EXPECT_EQ(report.enclosures[static_cast<std::size_t>(error->enclosure)].name, "CPUErf::onExecute") << linker;
    }
}

TEST(ErrorExtractor, JsonHasBothKindsAndWholeFunctions) {
    const nlohmann::json json = to_json(extract_errors(fixture("softmax/clang19.log"), softmax()));
    ASSERT_FALSE(json["local"].empty());
    ASSERT_FALSE(json["cross_file"].empty());
    const auto resize = std::ranges::find_if(json["enclosures"], [](const nlohmann::json& enclosure) {
        return enclosure["name"] == "CPUSoftmax::onResize";
    });
    ASSERT_NE(resize, json["enclosures"].end());
    const auto text = (*resize)["text"].get<std::string>();
    EXPECT_TRUE(text.starts_with("ErrorCode CPUSoftmax::onResize")) << text;
    EXPECT_TRUE(text.ends_with("}")) << text;
    EXPECT_EQ(json["left_out"], 0);
}

TEST(ErrorExtractor, WithoutSourcesTheJailsPathsTellWhoseErrorItIs) {
    const ErrorReport report = extract_errors(fixture("softmax/clang19.log"), {});
    ASSERT_NE(about(report, "sum_of"), nullptr);
    EXPECT_FALSE(about(report, "sum_of")->cross_file);
    EXPECT_TRUE(about(report, "getThreadCount")->cross_file);
    EXPECT_TRUE(report.enclosures.empty());
}

TEST(ErrorExtractor, LogsWithoutEndHaveAnEnd) {
    std::string log;
    for (int i = 1; i <= 5000; ++i) {
        log += fmt::format("/src/backend/cpu/CPUSoftmax.cpp:{}:1: error: number {}\n", i, i);
        log += "/src/backend/cpu/CPUSoftmax.cpp:1:1: note: again\n";
    }
    const ErrorReport report = extract_errors(log, softmax());
    EXPECT_EQ(report.errors.size(), kMaxExtracted);
    EXPECT_GT(report.left_out, 0);
    EXPECT_EQ(to_text(extract_errors("", {})), "no errors\n");
    EXPECT_EQ(to_text(extract_errors("all is well\n12 warnings generated.\n", {})), "no errors\n");
}

} // namespace
} // namespace mkb
