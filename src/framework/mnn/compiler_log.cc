#include "framework/mnn/compiler_log.h"

#include <charconv>
#include <optional>
#include <sstream>
#include <string_view>

namespace mkb::mnn {

namespace {

/// "/src/backend/cpu/CPUPool.cpp" → "CPUPool.cpp", "/mnn/source/core/Tensor.hpp" → "mnn/source/core/Tensor.hpp".
std::string short_name(std::string_view file, const CompileLayout& layout) {
    if (file.starts_with(layout.sources + "/")) {
        return std::string(file.substr(file.rfind('/') + 1)); // a candidate's files lie in one folder
    }
    if (file.starts_with(layout.headers + "/")) {
        return "mnn" + std::string(file.substr(layout.headers.size()));
    }
    return std::string(file);
}

/// Cuts ":123" off the end; nothing, and no cut, where there is none. A number has digits only, no sign.
std::optional<int> cut_number(std::string_view& place) {
    const std::size_t colon = place.rfind(':');
    const std::string_view digits = colon == std::string_view::npos ? "" : place.substr(colon + 1);
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
    }
    int number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    place = place.substr(0, colon);
    return number;
}

/// "file:line:column: error: message"; false when the line is none.
bool parse_clang_line(std::string_view line, const CompileLayout& layout, BuildError& error) {
    std::size_t mark = line.find(": error: ");
    std::size_t length = 9;
    if (const std::size_t fatal = line.find(": fatal error: "); fatal != std::string_view::npos) {
        mark = fatal;
        length = 15;
    }
    // What begins with a blank is an excerpt of a source, whose text is the candidate's.
    if (mark == std::string_view::npos || line.starts_with(' ')) {
        return false;
    }
    std::string_view place = line.substr(0, mark);
    const std::optional<int> column = cut_number(place);
    const std::optional<int> number = column ? cut_number(place) : std::nullopt;
    error.message = std::string(line.substr(mark + length));
    error.line = number.value_or(0);
    error.column = column.value_or(0);
    error.file = short_name(place, layout);
    // Without a line it is the driver that speaks, about itself or to repeat the linker.
    return error.line > 0 && !error.file.empty();
}

} // namespace

std::vector<BuildError> parse_errors(const std::string& log, const CompileLayout& layout) {
    std::vector<BuildError> errors;
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line) && errors.size() < kMaxErrors;) {
        BuildError error;
        if (line.starts_with("ld.lld-19: error: ") || line.starts_with("ld.lld: error: ")) {
            error.message = line.substr(line.find("error: ") + 7);
            errors.push_back(std::move(error));
        } else if (parse_clang_line(line, layout, error)) {
            errors.push_back(std::move(error));
        }
    }
    return errors;
}

} // namespace mkb::mnn
