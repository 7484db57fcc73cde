#pragma once
// What a C++ header offers: declarations without bodies and without private parts. Pure.
#include "tools/cpp_units.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mkb {

/// "B::c" of "A::B::c", or "" where there is no class.
std::string_view owner_of(std::string_view name);

/// Of a text without comments.
class Outline {
public:
    explicit Outline(std::string_view text);

    std::string whole() const;

    /// Declarations of one name: a class, an enumeration, functions, or a macro.
    std::string named(std::string_view name) const;

    /// Of a class of the schema: what reads a field; of an enumeration: all.
    std::string table(std::string_view name) const;

private:
    struct Cut {
        std::size_t from, to;
        std::string instead;
    };

    /// The bytes from `begin` to `end`, bodies of functions replaced by ";" and private parts of classes left out.
    std::string of(std::size_t begin, std::size_t end) const;

    /// In order of their beginning; one may lie inside another.
    std::vector<Cut> cuts(std::size_t begin, std::size_t end) const;

    /// From "private:" to the next access or the closing brace, on the class's own level.
    std::vector<std::pair<std::size_t, std::size_t>> private_parts(const CppUnit& unit) const;

    bool is_hidden(const CppUnit& unit) const;

    std::string declaration(const CppUnit& unit) const;

    /// "#define NAME…" with the lines that continue it; of several definitions what they have in common, the name with
    /// its parameters.
    std::string macro(std::string_view name) const;

    /// A member that is no function, and that is not private.
    std::string field(std::string_view name) const;

    std::string text_;
    std::vector<CppUnit> units_;
};

} // namespace mkb
