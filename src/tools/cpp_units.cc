#include "tools/cpp_units.h"

#include "tools/cpp_text.h"

#include <tree_sitter/api.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <memory>
#include <utility>

extern "C" const TSLanguage* tree_sitter_cpp();

namespace mkb {
namespace {

constexpr std::string_view kFinalMacro = " FLATBUFFERS_FINAL_CLASS "; ///< behind the name of a class of the schema
constexpr std::uint64_t kParseLimitUs = 5'000'000;

/// Where that word stands at `at`, blanks stand then.
void blank_word(std::string& text, std::string_view word, std::size_t at) {
    if (std::string_view(text).substr(std::min(at, text.size())).starts_with(word)) {
        std::fill_n(text.begin() + static_cast<std::ptrdiff_t>(at), word.size(), ' ');
    }
}

/// "class EXPORTED Name" is no C++ until EXPORTED is expanded: such words become blanks, in place.
std::string without_export_macros(std::string_view text) {
    std::string plain(text);
    const auto skip = [&](std::size_t at, auto accept) {
        while (at < plain.size() && accept(plain[at])) {
            ++at;
        }
        return at;
    };
    for (const std::string_view keyword : {"class ", "struct "}) {
        for (std::size_t at = plain.find(keyword); at != std::string::npos; at = plain.find(keyword, at + 1)) {
            if (at > 0 && is_word(plain[at - 1])) {
                continue;
            }
            const std::size_t macro = at + keyword.size();
            const std::size_t end = skip(macro, is_word);
            const std::size_t next = skip(end, [](char c) { return c == ' '; });
            const bool upper = std::all_of(plain.begin() + static_cast<std::ptrdiff_t>(macro),
                                           plain.begin() + static_cast<std::ptrdiff_t>(end),
                                           [](char c) { return std::islower(static_cast<unsigned char>(c)) == 0; });
            const bool named_before = std::string_view(plain).substr(end).starts_with(kFinalMacro);
            if (end > macro && upper && !named_before && next > end && next < plain.size() && is_word(plain[next])) {
                std::fill(plain.begin() + static_cast<std::ptrdiff_t>(macro),
                          plain.begin() + static_cast<std::ptrdiff_t>(end), ' ');
            }
            blank_word(plain, kFinalMacro, end);
        }
    }
    return plain;
}

struct ParserDeleter {
    void operator()(TSParser* parser) const { ts_parser_delete(parser); }
};
struct TreeDeleter {
    void operator()(TSTree* tree) const { ts_tree_delete(tree); }
};

std::unique_ptr<TSTree, TreeDeleter> parse(std::string_view text) {
    const std::unique_ptr<TSParser, ParserDeleter> parser(ts_parser_new());
    ts_parser_set_timeout_micros(parser.get(), kParseLimitUs);
    if (!ts_parser_set_language(parser.get(), tree_sitter_cpp())) {
        return nullptr;
    }
    return std::unique_ptr<TSTree, TreeDeleter>(
        ts_parser_parse_string(parser.get(), nullptr, text.data(), static_cast<std::uint32_t>(text.size())));
}

TSNode field(TSNode node, std::string_view name) {
    return ts_node_child_by_field_name(node, name.data(), static_cast<std::uint32_t>(name.size()));
}

std::string_view type_of(TSNode node) {
    return ts_node_is_null(node) ? std::string_view() : std::string_view(ts_node_type(node));
}

class UnitWalk {
public:
    explicit UnitWalk(std::string_view text) : text_(text) {}

    void walk(TSNode root) {
        TSTreeCursor cursor = ts_tree_cursor_new(root);
        bool descend = true;
        while (units_.size() < kMaxCppUnits) {
            if (descend && enter(ts_tree_cursor_current_node(&cursor)) && ts_tree_cursor_goto_first_child(&cursor)) {
                continue;
            }
            leave(ts_tree_cursor_current_node(&cursor));
            descend = ts_tree_cursor_goto_next_sibling(&cursor);
            if (!descend && !ts_tree_cursor_goto_parent(&cursor)) {
                break;
            }
        }
        ts_tree_cursor_delete(&cursor);
    }
    std::vector<CppUnit>& units() { return units_; }
    std::vector<CppUnit>& fields() { return fields_; }

private:
    std::string text_of(TSNode node) const {
        if (ts_node_is_null(node)) {
            return {};
        }
        const std::uint32_t begin = ts_node_start_byte(node);
        std::string text(text_.substr(begin, ts_node_end_byte(node) - begin));
        std::ranges::replace_if(text, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
        return text;
    }

    /// Of a function: the declarator of that kind inside pointers, references and initialisers; null: it is none.
    static TSNode function_declarator(TSNode node) {
        constexpr int kDeepest = 16;
        TSNode declarator = field(node, "declarator");
        for (int depth = 0; depth < kDeepest && !ts_node_is_null(declarator); ++depth) {
            if (type_of(declarator) == "function_declarator") {
                return declarator;
            }
            const TSNode inner = field(declarator, "declarator");
            declarator = ts_node_is_null(inner) && ts_node_named_child_count(declarator) > 0
                             ? ts_node_named_child(declarator, ts_node_named_child_count(declarator) - 1)
                             : inner;
        }
        return TSNode{};
    }

    std::string qualified(const std::string& name) const {
        std::string full;
        for (const auto& [id, outer] : classes_) {
            full += outer + "::";
        }
        return full + name;
    }

    /// The name inside of pointers, references and arrays.
    static TSNode innermost(TSNode declarator) {
        while (true) {
            TSNode inner = field(declarator, "declarator");
            if (ts_node_is_null(inner) && type_of(declarator) == "reference_declarator") {
                inner = ts_node_named_child(declarator, 0);
            }
            if (ts_node_is_null(inner)) {
                return declarator;
            }
            declarator = inner;
        }
    }

    /// "int a, *b;" has two declarators.
    void add_fields(TSNode node) {
        for (std::uint32_t i = 0; i < ts_node_child_count(node); ++i) {
            const char* role = ts_node_field_name_for_child(node, i);
            if (role == nullptr || std::string_view(role) != "declarator" || classes_.empty()) {
                continue;
            }
            const TSNode declarator = innermost(ts_node_child(node, i));
            fields_.push_back({.kind = "field",
                               .name = qualified(text_of(declarator)),
                               .first_line = static_cast<int>(ts_node_start_point(node).row) + 1,
                               .last_line = static_cast<int>(ts_node_end_point(node).row) + 1,
                               .begin = ts_node_start_byte(node),
                               .end = ts_node_end_byte(node),
                               .body = ts_node_end_byte(node)});
        }
    }

    void add(TSNode node, std::string kind, const std::string& name, TSNode body) {
        const TSNode parent = ts_node_parent(node);
        const TSNode whole = type_of(parent) == "template_declaration" ? parent : node;
        CppUnit& unit = units_.emplace_back();
        unit.kind = std::move(kind);
        unit.name = qualified(name);
        unit.first_line = static_cast<int>(ts_node_start_point(whole).row) + 1;
        unit.last_line = static_cast<int>(ts_node_end_point(node).row) + 1;
        unit.begin = ts_node_start_byte(whole);
        unit.end = ts_node_end_byte(node);
        unit.body = ts_node_is_null(body) ? unit.end : ts_node_start_byte(body);
        for (std::uint32_t i = 0; i < ts_node_child_count(node); ++i) {
            const TSNode child = ts_node_child(node, i);
            if (type_of(child) == "field_initializer_list") {
                unit.body = ts_node_start_byte(child);
            }
        }
    }

    /// Whether what is inside is of interest.
    bool enter(TSNode node) {
        const std::string_view type = type_of(node);
        if (type == "function_definition" || type == "declaration" || type == "field_declaration") {
            const TSNode declarator = function_declarator(node);
            const TSNode name = ts_node_is_null(declarator) ? declarator : field(declarator, "declarator");
            if (!ts_node_is_null(name)) {
                std::string text = text_of(name);
                if (text.starts_with("(*") && text.ends_with(')')) { // a pointer to a function
                    text = text.substr(2, text.size() - 3);
                }
                add(node, "function", text, field(node, "body"));
                return false;
            }
            if (type == "field_declaration") {
                add_fields(node);
            }
            return true; // "struct A { … } a;" declares a class too
        }
        constexpr std::array<std::pair<std::string_view, const char*>, 4> kClasses = {{{"class_specifier", "class"},
                                                                                       {"struct_specifier", "struct"},
                                                                                       {"union_specifier", "union"},
                                                                                       {"enum_specifier", "enum"}}};
        const auto found = std::ranges::find(kClasses, type, &std::pair<std::string_view, const char*>::first);
        const TSNode body = found == kClasses.end() ? TSNode{} : field(node, "body");
        if (ts_node_is_null(body)) {
            return type != "compound_statement";
        }
        const std::string name = text_of(field(node, "name"));
        add(node, found->second, name, body);
        for (std::uint32_t i = 0; i < ts_node_child_count(node); ++i) {
            const TSNode clause = ts_node_child(node, i);
            if (type_of(clause) == "base_class_clause") {
                units_.back().bases.push_back(text_of(clause));
            }
        }
        classes_.emplace_back(node.id, name);
        return type != "enum_specifier";
    }

    void leave(TSNode node) {
        if (!classes_.empty() && classes_.back().first == node.id) {
            classes_.pop_back();
        }
    }

    std::string_view text_;
    std::vector<CppUnit> units_, fields_;
    std::vector<std::pair<const void*, std::string>> classes_;
};

std::vector<CppUnit> walked(std::string_view text, std::vector<CppUnit>& (UnitWalk::*which)()) {
    if (text.size() > kMaxCppBytes) {
        return {};
    }
    const std::string plain = without_export_macros(text);
    const auto tree = parse(plain);
    if (tree == nullptr) {
        return {};
    }
    UnitWalk walk(plain);
    walk.walk(ts_tree_root_node(tree.get()));
    return std::move((walk.*which)());
}

} // namespace

std::vector<CppUnit> cpp_units(std::string_view text) {
    return walked(text, &UnitWalk::units);
}

std::vector<CppUnit> cpp_fields(std::string_view text) {
    return walked(text, &UnitWalk::fields);
}

const CppUnit* enclosing_unit(const std::vector<CppUnit>& units, int line) {
    const CppUnit* best = nullptr;
    for (const CppUnit& unit : units) {
        if (line < unit.first_line || line > unit.last_line) {
            continue;
        }
        const bool function = unit.kind == "function";
        if (function && unit.body == unit.end) {
            continue; // declared in a class, which says more
        }
        // Later units begin later, so of one kind the later is the inner one.
        if (best == nullptr || function || best->kind != "function") {
            best = &unit;
        }
    }
    return best;
}

} // namespace mkb
