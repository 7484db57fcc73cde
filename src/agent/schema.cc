#include "agent/schema.h"

#include <algorithm>
#include <fmt/format.h>

namespace mkb {

namespace {

using nlohmann::json;

constexpr int kDeepest = 32;

bool has_type(const json& value, const std::string& type) {
    return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
           (type == "string" && value.is_string()) || (type == "number" && value.is_number()) ||
           (type == "integer" && value.is_number_integer()) || (type == "boolean" && value.is_boolean());
}

std::size_t limit(const json& schema, const char* name, std::size_t otherwise) {
    const auto found = schema.find(name);
    return found == schema.end() ? otherwise : found->get<std::size_t>();
}

class Check {
public:
    explicit Check(const json& root) : root_(root) {}

    std::string fault(const json& schema, const json& value, const std::string& place, int depth) const {
        if (depth > kDeepest) {
            return place + ": nested too deeply";
        }
        if (const auto reference = schema.find("$ref"); reference != schema.end()) {
            const json::json_pointer to(reference->get<std::string>().substr(1));
            return fault(root_.at(to), value, place, depth + 1);
        }
        if (const auto type = schema.find("type"); type != schema.end() && !has_type(value, type->get<std::string>())) {
            return fmt::format("{}: must be {} {}", place, *type == "object" || *type == "array" ? "an" : "a",
                               type->get<std::string>());
        }
        if (const auto choice = schema.find("enum");
            choice != schema.end() && std::ranges::find(*choice, value) == choice->end()) {
            return fmt::format("{}: must be one of {}", place, choice->dump());
        }
        if (value.is_object()) {
            return object_fault(schema, value, place, depth);
        }
        if (value.is_array()) {
            return array_fault(schema, value, place, depth);
        }
        return value.is_string() ? length_fault(schema, value.get_ref<const std::string&>(), place) : "";
    }

private:
    std::string object_fault(const json& schema, const json& value, const std::string& place, int depth) const {
        for (const json& name : schema.value("required", json::array())) {
            if (!value.contains(name.get<std::string>())) {
                return fmt::format("{}/{}: is missing", place, name.get<std::string>());
            }
        }
        const json properties = schema.value("properties", json::object());
        const bool closed = schema.contains("additionalProperties") && schema["additionalProperties"] == false;
        for (const auto& [name, member] : value.items()) {
            const auto known = properties.find(name);
            if (known == properties.end()) {
                if (closed) {
                    return fmt::format("{}/{}: is not asked for", place, name);
                }
                continue;
            }
            if (auto found = fault(*known, member, place + "/" + name, depth + 1); !found.empty()) {
                return found;
            }
        }
        return "";
    }

    std::string array_fault(const json& schema, const json& value, const std::string& place, int depth) const {
        if (value.size() < limit(schema, "minItems", 0) || value.size() > limit(schema, "maxItems", SIZE_MAX)) {
            return fmt::format("{}: has {} entries", place, value.size());
        }
        const auto items = schema.find("items");
        for (std::size_t i = 0; items != schema.end() && i < value.size(); ++i) {
            if (auto found = fault(*items, value[i], fmt::format("{}/{}", place, i), depth + 1); !found.empty()) {
                return found;
            }
        }
        return "";
    }

    static std::string length_fault(const json& schema, const std::string& text, const std::string& place) {
        const bool fits =
            text.size() >= limit(schema, "minLength", 0) && text.size() <= limit(schema, "maxLength", SIZE_MAX);
        return fits ? "" : fmt::format("{}: {}", place, text.empty() ? "is empty" : "has the wrong length");
    }

    const json& root_;
};

} // namespace

std::string schema_fault(const json& schema, const json& value) {
    return Check(schema).fault(schema, value, "", 0);
}

} // namespace mkb
