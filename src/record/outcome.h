#pragma once
// What became of a candidate: exactly one of nine alternatives. Infrastructure trouble is none of them.
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace mkb {

/// The answer held no usable source.
struct NoSource {
    std::string why;
};

struct BuildError {
    std::string file; ///< as the compiler names it: the candidate's file name, or "mnn/…" for a framework header
    int line = 0;     ///< 0: the linker, or the driver
    int column = 0;
    std::string message;
};
/// Compiler or linker refused it, or it broke a compiler limit (`limit` says which: time, memory, output, file size).
struct BuildFailed {
    std::vector<BuildError> errors; ///< at most 50; the whole log is an artifact
    std::string limit;
    std::string target; ///< which one it failed for, of several that were asked for; empty: the device's own
};

/// It built, but cannot serve the task: nothing registered, another operator registered, a refused symbol.
struct LoadFailed {
    std::string why;
};

struct Crashed {
    int signal = 0;    ///< 0: it ended the process by itself
    std::string stage; ///< load, create, resize, execute
    std::string where; ///< function of the candidate or library, and what kind of access; may be empty
};

struct TimedOut {
    std::string stage; ///< load, create, resize, execute
    double limit_s = 0;
};

/// The session ran, but not through the candidate; `why`: its creator returned null, or another path was taken.
struct NeverCalled {
    std::string why;
};

struct WorstElement {
    std::vector<std::int64_t> index;
    double got = 0;
    double reference = 0;
};
struct Wrong {
    std::string output; ///< name of the output, or empty for a shape or count mismatch of the whole
    std::string regime;
    std::optional<WorstElement> worst;
    double error = 0; ///< max|got - ref| / max|ref|; infinity for shape, type, NaN and exact mismatches
    double limit = 0;
    double mismatched_share = 0; ///< of the elements of that output, 0…1
    std::string report;          ///< for people and agents: a few lines
    /// What the wrong elements have in common: "type" and "shape" of the whole output, a name of verify/pattern.h, or
    /// nothing. In records before it was noted, nothing.
    std::string pattern = {};
};

struct Cheated {
    std::string rule; ///< one of the names in docs/rules.md
    std::string evidence;
};

struct Correct {
    double speedup = 0;     ///< native / candidate, median over pairs
    double speedup_low = 0; ///< exact order-statistic interval, at least 95 %
    double speedup_high = 0;
    double latency_us = 0; ///< candidate, median over pairs of the pairs' medians; whole session
    double native_latency_us = 0;
    double share_of_limit = 0; ///< roofline time / candidate's time, 0…1 and a little above
    double native_share_of_limit = 0;
    bool measured = true; ///< false where only verification was asked for, or times are emulated
};

using Outcome =
    std::variant<NoSource, BuildFailed, LoadFailed, Crashed, TimedOut, NeverCalled, Wrong, Cheated, Correct>;

/// "no_source", "build_failed", "load_failed", "crashed", "timed_out", "never_called", "wrong", "cheated", "correct".
std::string_view kind_of(const Outcome& outcome);
constexpr std::string_view kOutcomeKinds[] = {"no_source",    "build_failed", "load_failed", "crashed", "timed_out",
                                              "never_called", "wrong",        "cheated",     "correct"};
/// Counts for CSR: everything from load_failed on.
bool compiled(const Outcome& outcome);
/// Counts for FCR.
bool correct(const Outcome& outcome);
/// One line for people, e.g. "correct, 2.31x [2.28, 2.35]" or "wrong: output y off by 3.1e-2 of its maximum in regime
/// 'ties'".
std::string describe(const Outcome& outcome);

/// {"kind": …} and the alternative's fields by name. Doubles are exact; infinities and NaN are "inf", "-inf", "nan".
/// Texts are made well-formed UTF-8, so that the JSON can always be written.
nlohmann::json to_json(const Outcome& outcome);
/// Nothing when the JSON is not an outcome of this or an earlier schema.
std::optional<Outcome> outcome_from_json(const nlohmann::json& json);

} // namespace mkb
