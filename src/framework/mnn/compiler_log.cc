#include "framework/mnn/compiler_log.h"

#include "record/compiler_log.h"

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

} // namespace

std::vector<BuildError> parse_errors(const std::string& log, const CompileLayout& layout) {
    std::vector<BuildError> errors;
    for (Diagnostic& found : parse_compiler_log(log)) {
        if (found.severity != Severity::error || errors.size() == kMaxErrors) {
            continue;
        }
        // Without a line it is the linker, or the driver that speaks about itself or repeats the linker. A name that is
        // only a folder's is quoted text of the candidate's.
        std::string file = short_name(found.at.file, layout);
        if (found.by_linker || (found.at.line > 0 && !file.empty())) {
            errors.push_back({.file = std::move(file),
                              .line = found.at.line,
                              .column = found.at.column,
                              .message = std::move(found.at.message)});
        }
    }
    return errors;
}

} // namespace mkb::mnn
