#pragma once
// The Error Extractor: what a compiler's text says about a candidate, for someone who may change the candidate only.
// Pure.
#include "record/outcome.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace mkb {

/// A function or class of the candidate in which errors lie.
struct Enclosure {
    std::string file;
    std::string kind; ///< "function", "class", "struct", "union", "enum"
    std::string name; ///< "CPUSoftmax::onResize"
    int first_line = 0, last_line = 0;
    std::string text; ///< whole
};

/// One error of the compiler or linker, led back to the candidate.
struct ExtractedError {
    BuildError at;           ///< in the candidate where a back-trace leads there; file: the candidate's name, or
                             ///< "mnn/…" for a framework header; empty: the linker names no file
    BuildError found;        ///< where the compiler itself stopped, when that is not `at`; else with an empty file
    bool cross_file = false; ///< it is about what other files offer: the framework's API, a missing header, a symbol
    int enclosure = -1;      ///< index into ErrorReport::enclosures; -1: none, or not in the candidate
    std::vector<std::string> trail;  ///< macro and template back-traces, one line each, outermost first
    std::vector<BuildError> related; ///< what the compiler points at: "declared here", candidates; at most kMaxRelated
    int times = 1;                   ///< the same message at the same place
};

struct ErrorReport {
    std::vector<ExtractedError> errors; ///< in the order of the text
    std::vector<Enclosure> enclosures;  ///< each once, in the order in which errors first name them
    int left_out = 0;                   ///< errors beyond kMaxExtracted
};

constexpr std::size_t kMaxExtracted = 100;
constexpr std::size_t kMaxRelated = 4;

/// `log`: of clang, gcc, lld or GNU ld, as it was printed (also with the paths of the compiler's jail). `sources`: the
/// candidate's texts by file name; without them everything is told but the enclosing functions and classes.
ErrorReport extract_errors(std::string_view log, const std::map<std::string, std::string>& sources);

/// {"local": […], "cross_file": […], "enclosures": […], "left_out": n}; an error names its enclosure by number.
nlohmann::json to_json(const ErrorReport& report);
/// For people: each error with its trail, grouped by enclosure.
std::string to_text(const ErrorReport& report);

/// "/src/backend/cpu/CPUPool.cpp" → "CPUPool.cpp" where that is one of the names, "/mnn/source/core/Tensor.hpp" →
/// "mnn/source/core/Tensor.hpp", anything else unchanged.
std::string shown_file(std::string_view file, const std::map<std::string, std::string>& sources);

} // namespace mkb
