#pragma once
// The Repository Tree Builder: which of the framework's headers a candidate may include and what they declare, and, cut
// from them, what the names in an error report stand for. Pure; the reading of files is apart.
#include "base/result.h"
#include "framework/reading.h"
#include "tools/errors.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mkb {

struct TreeHeader {
    std::string name;                  ///< as it is included: "backend/cpu/CPUBackend.hpp"
    std::vector<std::string> declares; ///< its classes; empty where the budget did not hold them
};

struct TreeFolder {
    std::string as; ///< "backend/cpu"
    std::vector<TreeHeader> headers;
    std::size_t left_out = 0; ///< headers that the budget did not hold
};

/// What one name of an error report is in the framework.
struct Declared {
    std::string name; ///< "CPUBackend"
    std::string file; ///< "backend/cpu/CPUBackend.hpp"
    std::string text; ///< its declarations, cut as in tools/cut.h
};

struct RepositoryTree {
    std::vector<TreeFolder> folders;
    std::vector<Declared> declared;
    std::vector<std::string> unknown; ///< names that no header here declares: most likely invented
    std::size_t tokens = 0;           ///< of to_text, by estimate_tokens
};

constexpr std::size_t kTreeTokens = 3000; ///< the default budget

/// Texts of the headers in `reading.folders`, by the name under which they are included; hidden ones are left out.
using HeaderTexts = std::map<std::string, std::string, std::less<>>;
Result<HeaderTexts> load_headers(const Reading& reading);

/// Names in the errors' messages that the framework might declare: what is quoted, without arguments and namespaces,
/// but for what the candidate's own functions and classes are called. In the order of the errors, each once.
std::vector<std::string> names_in(const ErrorReport& report);

/// `names`, where they are declared, first: at most two thirds of the budget. Then the folders: headers with their
/// classes, or by name alone, or only their number, whatever fits.
RepositoryTree repository_tree(const Reading& reading, const HeaderTexts& texts, const std::vector<std::string>& names,
                               std::size_t budget);

nlohmann::json to_json(const RepositoryTree& tree);
std::string to_text(const RepositoryTree& tree);

} // namespace mkb
