#pragma once
// The text of clang, gcc and their linkers, read back into diagnostics. Foreign text: anything may stand there, and
// every count has a limit.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mkb {

/// A place in a source, and what the compiler says about it.
struct LogPlace {
    std::string file; ///< as the compiler names it; empty: a linker's
    int line = 0;     ///< 0: none is named
    int column = 0;
    std::string message;
};

enum class Severity : std::uint8_t { error, warning };

/// One error or warning with all that hangs on it. Lists stand innermost first.
struct Diagnostic {
    Severity severity = Severity::error;
    bool by_linker = false;
    LogPlace at;
    std::string function;               ///< that gcc or GNU ld names in front of it
    std::vector<LogPlace> included_by;  ///< the files by whose #include the compiler came here
    std::vector<LogPlace> macros;       ///< whose expansion it stands in
    std::vector<LogPlace> instantiated; ///< "in instantiation of …", "required from …"
    std::vector<LogPlace> notes;        ///< everything else: candidates, "declared here", a linker's references
    int left_out = 0;                   ///< back-trace lines and notes that the compiler or a limit here kept back
};

/// Of one list of a diagnostic.
constexpr std::size_t kMaxLogPlaces = 64;

/// At most `limit` diagnostics, in the order of the text. Typographic quotes become plain ones. What a driver says
/// about itself ("linker command failed") is none.
std::vector<Diagnostic> parse_compiler_log(std::string_view log, std::size_t limit = 1000);

} // namespace mkb
