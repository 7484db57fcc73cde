#include "tools/errors.h"

#include "record/compiler_log.h"
#include "record/printable.h"
#include "tools/cpp_units.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>

namespace mkb {
namespace {

using Sources = std::map<std::string, std::string>;

constexpr std::size_t kMaxMessage = 600;
constexpr std::size_t kMaxName = 200; ///< of files and functions, in columns

BuildError shown(const LogPlace& place, const Sources& sources) {
    return {.file = shown_file(place.file, sources),
            .line = place.line,
            .column = place.column,
            .message = printable_line(place.message, kMaxMessage)};
}

bool in_system(std::string_view file) {
    return file.starts_with("/usr/") || file.starts_with("/lib/") ||
           file.find("/include/c++/") != std::string_view::npos;
}

/// Without sources, what is not known to be somebody else's.
bool in_candidate(const LogPlace& place, const Sources& sources) {
    const std::string file = shown_file(place.file, sources);
    return sources.empty() ? !file.empty() && file.front() != '<' && !in_system(file) && !file.starts_with("mnn/") &&
                                 !file.starts_with("/kit/")
                           : sources.contains(file);
}

/// A file that is neither the candidate's nor the toolchain's.
bool in_framework(const LogPlace& place, const Sources& sources) {
    return !place.file.empty() && place.file.front() != '<' && !in_candidate(place, sources) && !in_system(place.file);
}

/// Whether a name of the framework's namespace stands there that the candidate does not define itself.
bool names_framework(std::string_view message, const std::map<std::string, std::vector<CppUnit>>& units) {
    constexpr std::string_view kNamespace = "MNN::";
    for (std::size_t at = message.find(kNamespace); at != std::string_view::npos;
         at = message.find(kNamespace, at + 1)) {
        const std::string_view rest = message.substr(at + kNamespace.size());
        const auto end = std::ranges::find_if(
            rest, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_'; });
        const std::string_view name(rest.begin(), end);
        const bool own = std::ranges::any_of(units, [&](const auto& file) {
            return std::ranges::find(file.second, name, &CppUnit::name) != file.second.end();
        });
        if (!own) {
            return true;
        }
    }
    return false;
}

/// Phrases by which a compiler says that a name which others should offer is not there, or that a base class asks for
/// something else.
bool speaks_of_others(std::string_view message) {
    constexpr std::array<std::string_view, 6> kPhrases = {"file not found",    "No such file or directory",
                                                          "identifier 'MNN",   "OpType_",
                                                          "marked 'override'", "abstract class"};
    // A name written as a constant that nobody declared: gcc says no more.
    const std::size_t open = message.find('\'');
    const std::string_view name = open == std::string_view::npos
                                      ? std::string_view()
                                      : message.substr(open + 1, message.find('\'', open + 1) - open - 1);
    const bool constant = name.size() > 2 && std::ranges::none_of(name, [](char c) {
                              return std::islower(static_cast<unsigned char>(c)) != 0 || c == ' ';
                          });
    const bool unknown = message.find("was not declared") != std::string_view::npos ||
                         message.find("undeclared identifier") != std::string_view::npos;
    return (constant && unknown) || message.starts_with("'MNN") ||
           std::ranges::any_of(kPhrases,
                               [&](std::string_view phrase) { return message.find(phrase) != std::string_view::npos; });
}

/// An overridden function, a deleted constructor: the note that explains an error in the candidate stands elsewhere.
bool points_at_framework(const Diagnostic& found, const Sources& sources) {
    return std::ranges::any_of(found.notes, [&](const LogPlace& note) { return in_framework(note, sources); });
}

/// In the candidate's own words: the place in it that brought the compiler to where it stopped, from near to far.
const LogPlace* place_in_candidate(const Diagnostic& found, const Sources& sources) {
    const auto is_ours = [&](const LogPlace& place) { return in_candidate(place, sources); };
    if (is_ours(found.at)) {
        // A macro's body may stand in one of its files and its use in another place: the use is what a function holds.
        const auto use = std::find_if(found.macros.rbegin(), found.macros.rend(), [&](const LogPlace& place) {
            return is_ours(place) && place.message.starts_with("in expansion of macro");
        });
        return use != found.macros.rend() ? &*use : &found.at;
    }
    for (const auto* trace : {&found.macros, &found.instantiated, &found.notes, &found.included_by}) {
        const auto ours = std::ranges::find_if(*trace, is_ours);
        if (ours != trace->end()) {
            return &*ours;
        }
    }
    return nullptr;
}

/// "expanded from macro 'A'" → "macro A"; nothing for gcc's second line about the same expansion.
std::string macro_line(const LogPlace& macro, const Sources& sources) {
    const std::size_t open = macro.message.find('\'');
    const std::size_t close = macro.message.rfind('\'');
    const std::string name =
        open < close ? macro.message.substr(open + 1, close - open - 1) : std::string(macro.message);
    return fmt::format("in macro {} ({}:{})", printable_line(name, 80), shown_file(macro.file, sources), macro.line);
}

/// Back-traces, outermost first; of many instantiations the outermost and the innermost.
std::vector<std::string> fold(const Diagnostic& found, const Sources& sources) {
    std::vector<std::string> trail;
    if (!found.function.empty() && found.by_linker) {
        trail.push_back("in function " + printable_line(found.function, 120));
    }
    const auto& traces = found.instantiated;
    for (std::size_t i = traces.size(); i-- > 0;) {
        if (traces.size() > 3 && i != 0 && i + 1 != traces.size()) {
            if (i == 1) {
                trail.push_back(fmt::format("… {} more instantiations …",
                                            traces.size() - 2 + static_cast<std::size_t>(found.left_out)));
            }
            continue;
        }
        trail.push_back(fmt::format("{} ({}:{})", printable_line(traces[i].message, 160),
                                    shown_file(traces[i].file, sources), traces[i].line));
    }
    std::vector<std::string> names;
    for (auto macro = found.macros.rbegin(); macro != found.macros.rend(); ++macro) {
        std::string line = macro_line(*macro, sources);
        const std::string name = line.substr(0, line.rfind(" ("));
        if (std::ranges::find(names, name) == names.end()) { // gcc names definition and use
            names.push_back(name);
            trail.push_back(std::move(line));
        }
    }
    return trail;
}

class Extraction {
public:
    explicit Extraction(const Sources& sources) : sources_(sources) {
        for (const auto& [name, text] : sources) {
            units_[name] = cpp_units(text);
        }
    }

    void add(const Diagnostic& found) {
        if (found.severity != Severity::error) {
            return;
        }
        ExtractedError error;
        const LogPlace* ours = place_in_candidate(found, sources_);
        error.at = shown(ours != nullptr ? *ours : found.at, sources_);
        error.at.message = printable_line(found.at.message, kMaxMessage);
        if (ours != nullptr && ours != &found.at && !found.by_linker) {
            error.found = shown(found.at, sources_);
        }
        error.cross_file = found.by_linker || in_framework(found.at, sources_) || speaks_of_others(found.at.message) ||
                           names_framework(found.at.message, units_) || points_at_framework(found, sources_);
        if (!merge(error)) {
            error.trail = fold(found, sources_);
            for (const LogPlace& note : found.notes) {
                if (error.related.size() < kMaxRelated && &note != ours) {
                    error.related.push_back(shown(note, sources_));
                }
            }
            if (ours != nullptr) {
                error.enclosure = enclosure_of(error.at, found);
            }
            report_.errors.push_back(std::move(error));
        }
    }

    ErrorReport finish() && { return std::move(report_); }

private:
    /// True when the same has been said, or enough has.
    bool merge(const ExtractedError& error) {
        const auto same = std::ranges::find_if(report_.errors, [&](const ExtractedError& other) {
            return other.at.file == error.at.file && other.at.line == error.at.line &&
                   other.at.message == error.at.message;
        });
        if (same != report_.errors.end()) {
            ++same->times;
            return true;
        }
        if (report_.errors.size() >= kMaxExtracted) {
            ++report_.left_out;
            return true;
        }
        return false;
    }

    static bool names(const std::string& text, const CppUnit& unit) {
        return text.find(unit.name + "(") != std::string::npos;
    }

    /// The function that holds the line; a linker names functions instead of lines.
    const CppUnit* unit_at(const BuildError& at, const Diagnostic& found) const {
        const auto units = units_.find(at.file);
        if (units == units_.end()) {
            return nullptr;
        }
        if (at.line > 0) {
            return enclosing_unit(units->second, at.line);
        }
        const auto named = std::ranges::find_if(units->second, [&](const CppUnit& unit) {
            return unit.kind == "function" && unit.body < unit.end &&
                   (names(found.function, unit) ||
                    std::ranges::any_of(found.notes, [&](const LogPlace& note) { return names(note.message, unit); }));
        });
        return named == units->second.end() ? nullptr : &*named;
    }

    int enclosure_of(const BuildError& at, const Diagnostic& found) {
        const CppUnit* unit = unit_at(at, found);
        if (unit == nullptr) {
            return -1;
        }
        const auto known = std::ranges::find_if(report_.enclosures, [&](const Enclosure& e) {
            return e.file == at.file && e.first_line == unit->first_line && e.last_line == unit->last_line;
        });
        if (known != report_.enclosures.end()) {
            return static_cast<int>(known - report_.enclosures.begin());
        }
        report_.enclosures.push_back({.file = at.file,
                                      .kind = unit->kind,
                                      .name = printable_line(unit->name, kMaxName),
                                      .first_line = unit->first_line,
                                      .last_line = unit->last_line,
                                      .text = sources_.at(at.file).substr(unit->begin, unit->end - unit->begin)});
        return static_cast<int>(report_.enclosures.size()) - 1;
    }

    const Sources& sources_;
    std::map<std::string, std::vector<CppUnit>> units_;
    ErrorReport report_;
};

std::string place_text(const BuildError& error) {
    return error.file.empty()  ? "linker"
           : error.line == 0   ? error.file
           : error.column == 0 ? fmt::format("{}:{}", error.file, error.line)
                               : fmt::format("{}:{}:{}", error.file, error.line, error.column);
}

nlohmann::json place_json(const BuildError& error) {
    return {
        {"file", valid_utf8(error.file)}, {"line", error.line}, {"column", error.column}, {"message", error.message}};
}

nlohmann::json error_json(const ExtractedError& error) {
    nlohmann::json json = place_json(error.at);
    json["times"] = error.times;
    json["trail"] = error.trail;
    json["related"] = nlohmann::json::array();
    for (const BuildError& related : error.related) {
        json["related"].push_back(place_json(related));
    }
    if (error.enclosure >= 0) {
        json["enclosure"] = error.enclosure;
    }
    if (!error.found.file.empty()) {
        json["found_at"] = place_text(error.found);
    }
    return json;
}

std::string error_text(const ExtractedError& error) {
    std::string text =
        fmt::format("  {}: {}{}{}\n", place_text(error.at), error.at.message, error.cross_file ? "  [cross-file]" : "",
                    error.times > 1 ? fmt::format("  ({} times)", error.times) : "");
    if (!error.found.file.empty()) {
        text += fmt::format("      the compiler stopped at {}\n", place_text(error.found));
    }
    for (const std::string& line : error.trail) {
        text += "      " + line + "\n";
    }
    for (const BuildError& related : error.related) {
        text += fmt::format("      {}: {}\n", place_text(related), related.message);
    }
    return text;
}

} // namespace

std::string shown_file(std::string_view file, const Sources& sources) {
    constexpr std::string_view kHeaders = "/mnn/";
    const std::string name(file.substr(file.rfind('/') + 1)); // npos + 1 is 0
    if (file.starts_with(kHeaders) || file.starts_with(kHeaders.substr(1))) {
        return printable_line(file.substr(file.front() == '/' ? 1 : 0), kMaxName);
    }
    return sources.contains(name) ? name : printable_line(file, kMaxName);
}

ErrorReport extract_errors(std::string_view log, const Sources& sources) {
    Extraction extraction(sources);
    for (const Diagnostic& found : parse_compiler_log(log)) {
        extraction.add(found);
    }
    return std::move(extraction).finish();
}

nlohmann::json to_json(const ErrorReport& report) {
    nlohmann::json json = {{"local", nlohmann::json::array()},
                           {"cross_file", nlohmann::json::array()},
                           {"enclosures", nlohmann::json::array()},
                           {"left_out", report.left_out}};
    for (const ExtractedError& error : report.errors) {
        json[error.cross_file ? "cross_file" : "local"].push_back(error_json(error));
    }
    for (const Enclosure& enclosure : report.enclosures) {
        json["enclosures"].push_back({{"file", valid_utf8(enclosure.file)},
                                      {"kind", enclosure.kind},
                                      {"name", enclosure.name},
                                      {"first_line", enclosure.first_line},
                                      {"last_line", enclosure.last_line},
                                      {"text", valid_utf8(enclosure.text)}});
    }
    return json;
}

std::string to_text(const ErrorReport& report) {
    if (report.errors.empty()) {
        return "no errors\n";
    }
    std::string text;
    for (int i = -1; i < static_cast<int>(report.enclosures.size()); ++i) {
        std::string inside;
        for (const ExtractedError& error : report.errors) {
            inside += error.enclosure == i ? error_text(error) : "";
        }
        if (inside.empty()) {
            continue;
        }
        if (i < 0) {
            text += "in no function or class of the candidate\n" + inside;
            continue;
        }
        const Enclosure& enclosure = report.enclosures[static_cast<std::size_t>(i)];
        text += fmt::format("{} {}, {}:{}-{}\n{}", enclosure.kind, printable_line(enclosure.name, 120), enclosure.file,
                            enclosure.first_line, enclosure.last_line, inside);
    }
    const auto crossing = std::ranges::count_if(report.errors, &ExtractedError::cross_file);
    text += fmt::format("{} local, {} cross-file{}\n", static_cast<std::ptrdiff_t>(report.errors.size()) - crossing,
                        crossing, report.left_out > 0 ? fmt::format(", {} left out", report.left_out) : "");
    return text;
}

} // namespace mkb
