#pragma once
// Functions and classes of a C++ text that need not compile, by tree-sitter. Pure.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mkb {

struct CppUnit {
    std::string kind;                  ///< "function", "class", "struct", "union" or "enum"; "field"
    std::string name;                  ///< with the classes it belongs to, without namespaces: "CPUPool::onResize"
    int first_line = 0, last_line = 0; ///< from 1 on, template heads included
    std::size_t begin = 0, end = 0;    ///< bytes of the text
    std::size_t body = 0; ///< where its body, or what initialises members, begins; `end` for a declaration alone
    std::vector<std::string> bases = {}; ///< of a class, as written: "public Execution"
};

/// A longer text has no units.
constexpr std::size_t kMaxCppBytes = std::size_t{2} << 20;
constexpr std::size_t kMaxCppUnits = 20000;

/// In order of their beginning; a class stands before its members. What stands inside a function is part of it. Where
/// the text is broken, what can still be told apart.
std::vector<CppUnit> cpp_units(std::string_view text);

/// Members of classes that are no functions, by the same walk: of "int a, b;" one each, both with the whole
/// declaration.
std::vector<CppUnit> cpp_fields(std::string_view text);

/// The innermost function whose definition holds the line, else the innermost class; nullptr when neither does.
const CppUnit* enclosing_unit(const std::vector<CppUnit>& units, int line);

} // namespace mkb
