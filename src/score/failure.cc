#include "score/failure.h"

#include "record/compiler_log.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>

namespace mkb {
namespace {

constexpr FailureClass kClasses[] = {
    {"no_source", "no usable code in the answer"},
    {"missing_include", "includes a file that is not there"},
    {"invented_api", "uses what the framework does not have"},
    {"wrong_signature", "calls the framework with other arguments or types than it takes"},
    {"lifecycle", "base class, registration or creation misused"},
    {"plain_cpp", "wrong as C++, whatever the framework"},
    {"compiler_limit", "too much for the compiler's time, memory or output"},
    {"refused", "links against what a kernel must not use"},
    {"crash", "ends its process"},
    {"hang", "does not end in time"},
    {"cheating", "broke a rule of docs/rules.md"},
    {"axis", "works along the wrong axis, or in the wrong order of axes"},
    {"broadcast", "does not repeat an operand where it must"},
    {"layout", "takes one memory layout for another, or a lane or remainder of a packed one"},
    {"border", "wrong at the edges only"},
    {"precision", "too inexact, or overflows"},
    {"type", "another element type"},
    {"values", "wrong values without a pattern"},
};

using Words = std::initializer_list<std::string_view>;

bool holds_any(std::string_view text, Words words) {
    return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

/// What stands between the first quotes of a compiler's message.
std::string_view first_quoted(std::string_view message) {
    const std::size_t open = message.find('\'');
    const std::size_t close = open == std::string_view::npos ? open : message.find('\'', open + 1);
    return close == std::string_view::npos ? std::string_view() : message.substr(open + 1, close - open - 1);
}

bool is_own(std::string_view text, const std::vector<std::string>& own_names) {
    return std::ranges::any_of(own_names,
                               [&](const std::string& name) { return text.find(name) != std::string_view::npos; });
}

/// A name as the framework writes those of its types, functions and constants.
bool looks_like_framework(std::string_view name) {
    return name.starts_with("MNN") || name.starts_with("OpType_") || name.starts_with("_") ||
           (!name.empty() && std::isupper(static_cast<unsigned char>(name.front())) != 0);
}

bool names_framework(std::string_view message, const std::vector<std::string>& own_names) {
    constexpr std::array<std::string_view, 12> kTypes = {"Tensor",   "Backend", "Execution", "'Op'",
                                                         "Op *",     "VARP",    "EXPRP",     "Command",
                                                         "Geometry", "OpType",  "Expr",      "ErrorCode"};
    const bool named = holds_any(message, {"MNN::", "CoreFunctions", "flatbuffers"}) ||
                       std::ranges::any_of(
                           kTypes, [&](std::string_view type) { return message.find(type) != std::string_view::npos; });
    return named && !is_own(message, own_names);
}

bool is_lifecycle(std::string_view message) {
    return holds_any(message, {"marked 'override'", "abstract class", "pure virtual", "cannot allocate an object of",
                               "only virtual member functions", "different return type", "conflicting return type",
                               "must explicitly initialize the base class", "base class", "REGISTER_",
                               "private member of 'MNN", "protected member of 'MNN", "is private within",
                               "is protected within", "looser exception specification", "deleted constructor",
                               "no default constructor", "overrides a 'final'"});
}

bool is_unknown_name(std::string_view message) {
    return holds_any(message, {"no member named", "has no member named", "undeclared identifier", "unknown type name",
                               "no type named", "no template named", "was not declared", "is not a member of",
                               "does not name a type", "expected class name", "undefined symbol", "undefined reference",
                               "not a class, namespace, or enumeration", "incomplete type", "no namespace named",
                               "has not been declared"});
}

bool is_about_a_call(std::string_view message) {
    return holds_any(message, {"no matching",
                               "too few arguments",
                               "too many arguments",
                               "cannot initialize",
                               "no viable",
                               "cannot convert",
                               "could not convert",
                               "invalid conversion",
                               "incompatible",
                               "drops 'const'",
                               "discards qualifiers",
                               "cannot bind",
                               "not marked const",
                               "call to deleted",
                               "ambiguous",
                               "does not match any declaration",
                               "no declaration matches",
                               "non-const lvalue",
                               "invalid operands",
                               "is not a pointer",
                               "non-pointer type",
                               "not contextually convertible"});
}

std::string_view class_of_build(const Record& record, const BuildFailed& failed, std::string_view build_log) {
    if (failed.errors.empty()) {
        return failed.limit.empty() ? "plain_cpp" : "compiler_limit";
    }
    std::vector<std::string> own;
    for (const auto& [file, hash] : record.source_artifacts) {
        own.push_back(file.substr(0, file.find('.')));
    }
    // Later errors are often consequences, so the first decides; the log's notes belong to it.
    const BuildError& first = failed.errors.front();
    bool framework = false;
    for (const Diagnostic& found : parse_compiler_log(build_log)) {
        if (found.severity == Severity::error && found.at.message == first.message) {
            framework = std::ranges::any_of(
                found.notes, [](const LogPlace& note) { return note.file.find("/mnn/") != std::string::npos; });
            break;
        }
    }
    return class_of_error(first, own, framework);
}

/// Operators whose meaning hangs on the choice of an axis.
bool goes_along_axes(std::string_view name) {
    constexpr std::array<std::string_view, 19> kNames = {
        "Softmax",        "LayerNormalization", "Transpose", "Concat", "Split",  "Slice",  "Squeeze", "Gather",
        "GatherElements", "ScatterElements",    "TopK",      "CumSum", "ArgMax", "ArgMin", "Einsum",  "MatMul",
        "Gemm",           "DepthToSpace",       "Tile"};
    return name.starts_with("Reduce") || std::ranges::find(kNames, name) != kNames.end();
}

std::string_view class_of_wrong(const Record& record, const Wrong& wrong) {
    constexpr double kSmall = 1e-2; // of the maximum: what a coarse approximation is off by, and a wrong element is not
    if (wrong.pattern == "type" || wrong.report.find("has elements of type") != std::string::npos) {
        return "type";
    }
    if (wrong.pattern == "shape" || wrong.report.find("has shape") != std::string::npos) {
        return "axis";
    }
    if (wrong.pattern == "permuted") {
        return goes_along_axes(record.operator_name) ? "axis" : "layout";
    }
    if (wrong.pattern == "lanes" || wrong.report.find(" % 4 == ") != std::string::npos) {
        return "layout";
    }
    if (wrong.pattern == "border" || wrong.pattern == "broadcast") {
        return wrong.pattern == "border" ? "border" : "broadcast";
    }
    if (wrong.pattern == "range" || (std::isfinite(wrong.error) && wrong.error <= kSmall)) {
        return "precision";
    }
    return goes_along_axes(record.operator_name) && wrong.mismatched_share > 0.5 ? "axis" : "values";
}

/// One overload per alternative: a new one must be decided.
struct ClassOf {
    const Record& record;
    std::string_view build_log;

    std::string_view operator()(const NoSource&) const { return "no_source"; }
    std::string_view operator()(const BuildFailed& o) const { return class_of_build(record, o, build_log); }
    std::string_view operator()(const LoadFailed& o) const {
        return holds_any(o.why, {"refused", "must not", "may not", "not allowed", "imports"}) ? "refused" : "lifecycle";
    }
    std::string_view operator()(const Crashed&) const { return "crash"; }
    std::string_view operator()(const TimedOut&) const { return "hang"; }
    std::string_view operator()(const NeverCalled&) const { return "lifecycle"; }
    std::string_view operator()(const Wrong& o) const { return class_of_wrong(record, o); }
    std::string_view operator()(const Cheated&) const { return "cheating"; }
    std::string_view operator()(const Correct&) const { return ""; }
};

} // namespace

std::span<const FailureClass> failure_classes() {
    return kClasses;
}

std::string_view class_of_error(const BuildError& error, const std::vector<std::string>& own_names,
                                bool points_at_framework) {
    const std::string_view message = error.message;
    if (holds_any(message, {"file not found", "No such file or directory"})) {
        return "missing_include";
    }
    if (is_lifecycle(message)) {
        return "lifecycle";
    }
    const bool elsewhere = error.file.starts_with("mnn/");
    if (is_unknown_name(message)) {
        const bool linker = error.file.empty() && error.line == 0;
        const std::string_view name = first_quoted(message);
        const bool framework = linker ? !is_own(message, own_names)
                                      : elsewhere || points_at_framework || names_framework(message, own_names) ||
                                            (looks_like_framework(name) && !is_own(message, own_names) &&
                                             message.find("namespace 'std'") == std::string_view::npos);
        return framework ? "invented_api" : "plain_cpp";
    }
    if (elsewhere || (is_about_a_call(message) && (points_at_framework || names_framework(message, own_names)))) {
        return "wrong_signature";
    }
    return "plain_cpp";
}

std::string_view failure_class(const Record& record, std::string_view build_log) {
    return std::visit(ClassOf{record, build_log}, record.outcome);
}

} // namespace mkb
