#include "tools/tree.h"

#include "base/files.h"
#include "record/printable.h"
#include "tools/cpp_text.h"
#include "tools/cpp_units.h"
#include "tools/cut.h"

#include <algorithm>
#include <cctype>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

namespace mkb {
namespace {

constexpr std::size_t kHeaderLimit = std::size_t{1} << 20;
constexpr std::size_t kMaxNames = 24; ///< of an error report

/// The names in one quoted piece of a message: "const MNN::Op" → "Op".
void add_names(std::string_view quoted, std::vector<std::string>& names) {
    std::string word;
    const auto finish = [&] {
        const bool name = word.size() > 2 && std::isdigit(static_cast<unsigned char>(word.front())) == 0;
        static const std::set<std::string, std::less<>> kNoNames = {"MNN",     "const",  "std",      "vector",
                                                                    "virtual", "struct", "class",    "float",
                                                                    "int",     "void",   "override", "unsigned"};
        if (name && !kNoNames.contains(word)) {
            names.push_back(word);
        }
        word.clear();
    };
    for (const char c : quoted) {
        if (is_word(c)) {
            word += c;
        } else {
            finish();
        }
    }
    finish();
}

std::string folder_of(std::string_view name) {
    const std::size_t slash = name.rfind('/');
    return std::string(slash == std::string_view::npos ? std::string_view() : name.substr(0, slash));
}

std::vector<std::string> classes_of(std::string_view text) {
    std::vector<std::string> classes;
    for (const CppUnit& unit : cpp_units(text)) {
        const bool outer = unit.name.find("::") == std::string::npos && !unit.name.empty();
        if (unit.kind != "function" && outer) {
            classes.push_back(unit.name);
        }
    }
    return classes;
}

/// The declaration of a name: of the first folder that has one, from the header where it says most. A virtual function
/// is thus shown as its base class has it.
std::optional<Declared> find_declared(const Reading& reading, const std::string& name, const HeaderTexts& texts) {
    for (const IncludeFolder& folder : reading.folders) {
        std::optional<Declared> best;
        for (const auto& [file, text] : texts) {
            if (folder_of(file) != folder.as || text.find(name) == std::string::npos) {
                continue;
            }
            std::string cut = cut_source(text, ReadingPart::Cut::outline, {name});
            if (!cut.empty() && (!best || cut.size() > best->text.size())) {
                best = Declared{.name = name, .file = file, .text = std::move(cut)};
            }
        }
        if (best) {
            return best;
        }
    }
    return std::nullopt;
}

std::string header_line(const TreeHeader& header) {
    const std::string file = header.name.substr(header.name.rfind('/') + 1);
    return header.declares.empty() ? fmt::format("  {}\n", file)
                                   : fmt::format("  {}: {}\n", file, fmt::join(header.declares, ", "));
}

/// How much is said of each header.
enum class Detail : std::uint8_t { classes, names, number };

TreeFolder folder_with(const IncludeFolder& folder, const HeaderTexts& texts, Detail detail) {
    TreeFolder shown{.as = folder.as, .headers = {}};
    for (const auto& [name, text] : texts) {
        if (folder_of(name) != folder.as) {
            continue;
        }
        if (detail == Detail::number) {
            ++shown.left_out;
            continue;
        }
        shown.headers.push_back({.name = name, .declares = {}});
        if (detail == Detail::classes) {
            shown.headers.back().declares = classes_of(text);
        }
    }
    return shown;
}

std::string folder_text(const TreeFolder& folder) {
    std::string text = folder.as + "/\n";
    for (const TreeHeader& header : folder.headers) {
        text += header_line(header);
    }
    return text + (folder.left_out > 0 ? fmt::format("  {} headers\n", folder.left_out) : "");
}

std::string declared_text(const Declared& declared) {
    return fmt::format("// {}, from {}\n{}", declared.name, declared.file, declared.text);
}

} // namespace

Result<HeaderTexts> load_headers(const Reading& reading) {
    namespace fs = std::filesystem;
    HeaderTexts texts;
    for (const IncludeFolder& folder : reading.folders) {
        std::error_code error;
        for (const auto& item : fs::directory_iterator(reading.root / folder.path, error)) {
            const std::string extension = item.path().extension().string();
            const std::string path = folder.path + "/" + item.path().filename().string();
            const bool hidden =
                std::ranges::any_of(reading.hidden, [&](const std::string& start) { return path.starts_with(start); });
            if (hidden || (extension != ".hpp" && extension != ".h")) {
                continue;
            }
            MKB_TRY(text, read_file(item.path(), kHeaderLimit));
            texts[folder.as + "/" + item.path().filename().string()] = valid_utf8(text);
        }
    }
    return texts;
}

std::vector<std::string> names_in(const ErrorReport& report) {
    std::vector<std::string> all;
    for (const ExtractedError& error : report.errors) {
        const std::string& message = error.at.message;
        for (std::size_t open = message.find('\''); open != std::string::npos;) {
            const std::size_t close = message.find('\'', open + 1);
            if (close == std::string::npos) {
                break;
            }
            add_names(std::string_view(message).substr(open + 1, close - open - 1), all);
            open = message.find('\'', close + 1);
        }
    }
    std::set<std::string> own;
    for (const Enclosure& enclosure : report.enclosures) {
        std::vector<std::string> parts;
        add_names(enclosure.name, parts);
        // Of "CPUPool::onResize" the class is the candidate's; the function may be the framework's to begin with.
        own.insert(parts.begin(), parts.size() > 1 ? std::prev(parts.end()) : parts.end());
    }
    std::vector<std::string> names;
    for (const std::string& name : all) {
        if (!own.contains(name) && std::ranges::find(names, name) == names.end() && names.size() < kMaxNames) {
            names.push_back(name);
        }
    }
    return names;
}

RepositoryTree repository_tree(const Reading& reading, const HeaderTexts& texts, const std::vector<std::string>& names,
                               std::size_t budget) {
    RepositoryTree tree;
    const std::size_t for_names = budget * 2 / 3;
    for (const std::string& name : names) {
        std::optional<Declared> declared = find_declared(reading, name, texts);
        if (!declared) {
            tree.unknown.push_back(name);
            continue;
        }
        const std::size_t tokens = estimate_tokens(declared_text(*declared));
        const bool said = std::ranges::any_of(
            tree.declared, [&](const Declared& other) { return other.text.find(declared->text) != std::string::npos; });
        if (!said && tree.tokens + tokens <= for_names) {
            tree.tokens += tokens;
            tree.declared.push_back(std::move(*declared));
        }
    }
    for (std::size_t i = 0; i < reading.folders.size(); ++i) {
        const std::size_t share = (budget - std::min(budget, tree.tokens)) / (reading.folders.size() - i);
        for (const Detail detail : {Detail::classes, Detail::names, Detail::number}) {
            TreeFolder folder = folder_with(reading.folders[i], texts, detail);
            const std::size_t tokens = estimate_tokens(folder_text(folder));
            if (tokens <= share || detail == Detail::number) {
                tree.tokens += tokens;
                tree.folders.push_back(std::move(folder));
                break;
            }
        }
    }
    return tree;
}

nlohmann::json to_json(const RepositoryTree& tree) {
    nlohmann::json json = {{"tokens", tree.tokens}, {"unknown", tree.unknown}};
    json["folders"] = nlohmann::json::array();
    for (const TreeFolder& folder : tree.folders) {
        nlohmann::json headers = nlohmann::json::array();
        for (const TreeHeader& header : folder.headers) {
            headers.push_back({{"include", header.name}, {"declares", header.declares}});
        }
        json["folders"].push_back({{"as", folder.as}, {"headers", std::move(headers)}, {"left_out", folder.left_out}});
    }
    json["declared"] = nlohmann::json::array();
    for (const Declared& declared : tree.declared) {
        json["declared"].push_back({{"name", declared.name}, {"file", declared.file}, {"text", declared.text}});
    }
    return json;
}

std::string to_text(const RepositoryTree& tree) {
    std::string text;
    for (const Declared& declared : tree.declared) {
        text += declared_text(declared) + "\n";
    }
    if (!tree.unknown.empty()) {
        text += fmt::format("No header here declares: {}\n\n", fmt::join(tree.unknown, ", "));
    }
    for (const TreeFolder& folder : tree.folders) {
        text += folder_text(folder);
    }
    return text;
}

} // namespace mkb
