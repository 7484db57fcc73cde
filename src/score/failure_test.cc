// Messages are real: clang 19's and gcc 12's in src/tools/fixtures, made by make_logs.sh there.
#include "score/failure.h"

#include "base/files.h"
#include "record/compiler_log.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <set>

namespace mkb {
namespace {

std::string fixture(const std::string& name) {
    const auto text = read_file(std::filesystem::path(MKB_SOURCE_DIR) / "src/tools/fixtures" / name);
    EXPECT_TRUE(text.has_value()) << (text ? "" : text.error().message);
    return text.value_or("");
}

/// The classes of a log's errors whose message holds `part`; one where all agree.
std::string class_in(const std::string& log, std::string_view part) {
    std::string found;
    for (const Diagnostic& each : parse_compiler_log(log)) {
        if (each.at.message.find(part) == std::string::npos) {
            continue;
        }
        BuildError error{.file = each.at.file, .line = each.at.line, .column = 1, .message = each.at.message};
        error.file = error.file.starts_with("/mnn/") ? error.file.substr(1) : error.file;
        const bool framework =
            std::ranges::any_of(each.notes, [](const LogPlace& note) { return note.file.starts_with("/mnn/"); });
        const std::string one(class_of_error(error, {"CPUSoftmax", "CPURelu", "CPUErf"}, framework));
        found = found.empty() || found == one ? one : found + "/" + one;
    }
    return found;
}

TEST(FailureClass, CompilersMessagesHaveAClass) {
    const std::pair<const char*, const char*> expected[] = {{"getThreadCount", "invented_api"},
                                                            {"channels", "invented_api"},
                                                            {"NOT_SUPPORTED", "invented_api"},
                                                            {"STATIC_MEMORY", "invented_api"},
                                                            {"hostPtr", "invented_api"},
                                                            {"MNNVectorExp", "invented_api"},
                                                            {"main_as_Softmax", "invented_api"},
                                                            {"marked", "lifecycle"},
                                                            {"abstract class", "lifecycle"},
                                                            {"threads", "plain_cpp"},
                                                            {"sum_of", "plain_cpp"},
                                                            {"const char", "plain_cpp"},
                                                            {"numeric_limit", "plain_cpp"},
                                                            {"expected ';'", "plain_cpp"}};
    for (const char* compiler : {"softmax/clang19.log", "softmax/gcc12.log"}) {
        const std::string log = fixture(compiler);
        for (const auto& [part, name] : expected) {
            EXPECT_EQ(class_in(log, part), name) << part << " in " << compiler;
        }
    }
    EXPECT_EQ(class_in(fixture("relu_missing_header/clang19.log"), "VectorHelpers"), "missing_include");
    EXPECT_EQ(class_in(fixture("relu_missing_header/gcc12.log"), "VectorHelpers"), "missing_include");
    EXPECT_EQ(class_in(fixture("link/lld19.log"), "erf_of_line"), "invented_api");
    EXPECT_EQ(class_in(fixture("link/gnu_ld.log"), "erf_of_line"), "invented_api");
}

TEST(FailureClass, WrongArgumentsForTheFrameworkAreAWrongSignature) {
    const auto of = [](const char* message, bool framework = false) {
        return class_of_error({.file = "CPUPool.cpp", .line = 3, .column = 1, .message = message}, {"CPUPool"},
                              framework);
    };
    EXPECT_EQ(of("no viable conversion from 'const std::vector<Tensor *>' to 'Tensor *'"), "wrong_signature");
    EXPECT_EQ(of("no matching member function for call to 'enqueue'", true), "wrong_signature");
    EXPECT_EQ(of("no matching function for call to 'max'"), "plain_cpp");
    EXPECT_EQ(of("too few arguments to function call, expected 3, have 2"), "plain_cpp");
    EXPECT_EQ(of("out-of-line definition of 'onResize' does not match any declaration in 'MNN::CPUPool'"), "plain_cpp");
    EXPECT_EQ(
        class_of_error({.file = "mnn/source/core/AutoStorage.h", .line = 3, .column = 1, .message = "cannot convert"},
                       {"CPUPool"}),
        "wrong_signature");
}

TEST(FailureClass, TheFirstErrorDecidesAndTheLogSaysWhatItPointsAt) {
    Record record;
    record.source_artifacts = {{"CPUPool.cpp", "hash"}};
    record.outcome = BuildFailed{
        .errors =
            {{.file = "CPUPool.cpp", .line = 1, .column = 1, .message = "no matching function for call to 'enqueue'"},
             {.file = "CPUPool.cpp", .line = 2, .column = 1, .message = "use of undeclared identifier 'MNNFoo'"}},
        .limit = "",
        .target = ""};
    EXPECT_EQ(failure_class(record), "plain_cpp");
    EXPECT_EQ(failure_class(record,
                            "/src/CPUPool.cpp:1:1: error: no matching function for call to 'enqueue'\n"
                            "/mnn/source/backend/cpu/CPUBackend.hpp:3:4: note: candidate function not viable\n"),
              "wrong_signature");
    record.outcome = BuildFailed{.errors = {}, .limit = "memory", .target = ""};
    EXPECT_EQ(failure_class(record), "compiler_limit");
}

TEST(FailureClass, EveryOutcomeHasAClassAndOnlyCorrectHasNone) {
    std::set<std::string_view> known;
    for (const FailureClass& each : failure_classes()) {
        EXPECT_TRUE(known.insert(each.name).second) << each.name;
        EXPECT_FALSE(each.meaning.empty());
    }
    const std::pair<Outcome, std::string_view> expected[] = {{NoSource{}, "no_source"},
                                                             {LoadFailed{.why = "nothing was registered"}, "lifecycle"},
                                                             {Crashed{.signal = 11}, "crash"},
                                                             {TimedOut{.stage = "execute"}, "hang"},
                                                             {NeverCalled{}, "lifecycle"},
                                                             {Cheated{.rule = "socket"}, "cheating"},
                                                             {Correct{}, ""}};
    for (const auto& [outcome, name] : expected) {
        Record record;
        record.outcome = outcome;
        EXPECT_EQ(failure_class(record), name);
        EXPECT_TRUE(name.empty() || known.contains(name)) << name;
    }
}

TEST(FailureClass, WrongResultsAreToldByTheirPattern) {
    const auto of = [](const char* pattern, double error, const char* operator_name = "Exp", double share = 1) {
        Record record;
        record.operator_name = operator_name;
        record.outcome = Wrong{.error = error, .mismatched_share = share, .pattern = pattern};
        return failure_class(record);
    };
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(of("type", kInfinity), "type");
    EXPECT_EQ(of("shape", kInfinity), "axis");
    EXPECT_EQ(of("permuted", 1, "Transpose"), "axis");
    EXPECT_EQ(of("permuted", 1, "MaxPool"), "layout");
    EXPECT_EQ(of("lanes", 1), "layout");
    EXPECT_EQ(of("border", 1), "border");
    EXPECT_EQ(of("broadcast", 1), "broadcast");
    EXPECT_EQ(of("range", kInfinity), "precision");
    EXPECT_EQ(of("", 2e-4), "precision");
    EXPECT_EQ(of("", 1), "values");
    EXPECT_EQ(of("", 1, "ReduceSum"), "axis");
    EXPECT_EQ(of("", 1, "ReduceSum", 0.01), "values");
}

TEST(FailureClass, RecordsWithoutAPatternAreReadByTheirReport) {
    Record record;
    record.outcome = Wrong{.error = 1, .report = "output 'y' …\nall of them have index[1] % 4 == 3"};
    EXPECT_EQ(failure_class(record), "layout");
    record.outcome =
        Wrong{.error = 1, .report = "output 'y' in regime 'r' has elements of type int32, must be float32"};
    EXPECT_EQ(failure_class(record), "type");
}

} // namespace
} // namespace mkb
