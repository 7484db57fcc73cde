#include "task/semantics.h"

#include "base/files.h"

#include <nlohmann/json.hpp>

namespace mkb {

Result<Semantics> read_semantics(const std::filesystem::path& file, std::string_view operator_name) {
    MKB_TRY(text, read_file(file, std::size_t{1} << 20));
    const nlohmann::json parsed = nlohmann::json::parse(text, nullptr, false);
    const auto operators = parsed.is_object() ? parsed.find("operators") : parsed.end();
    if (!parsed.is_object() || operators == parsed.end() || !operators->is_object()) {
        return fail(ErrorKind::bad_input, "{}: no object 'operators' in it; run script/curate", file.string());
    }
    const auto found = operators->find(operator_name);
    if (found == operators->end()) {
        return Semantics{.formula = "", .source = fmt::format("ONNX operator specification, {}", operator_name)};
    }
    const auto line = [&](const char* name) {
        return found->is_object() && found->contains(name) && (*found)[name].is_string()
                   ? (*found)[name].get<std::string>()
                   : std::string();
    };
    Semantics semantics{.formula = line("formula"), .source = line("source")};
    if (semantics.formula.empty() || semantics.source.empty()) {
        return fail(ErrorKind::bad_input, "{}: field /operators/{} needs a formula and a source; run script/curate",
                    file.string(), operator_name);
    }
    return semantics;
}

} // namespace mkb
