#include "record/fields.h"

#include <cmath>
#include <fmt/format.h>

namespace mkb {
namespace {

const nlohmann::json& null_json() {
    static const nlohmann::json null;
    return null;
}

} // namespace

nlohmann::json number_to_json(double value) {
    if (std::isnan(value)) {
        return "nan";
    }
    if (std::isinf(value)) {
        return value > 0 ? "inf" : "-inf";
    }
    return value;
}

std::optional<double> number_from_json(const nlohmann::json& json) {
    if (json.is_number()) {
        return json.get<double>();
    }
    if (json == "inf") {
        return std::numeric_limits<double>::infinity();
    }
    if (json == "-inf") {
        return -std::numeric_limits<double>::infinity();
    }
    if (json == "nan") {
        return std::numeric_limits<double>::quiet_NaN();
    }
    return std::nullopt;
}

FieldReader::FieldReader(const nlohmann::json& json, std::string what) : json_(&json), what_(std::move(what)) {
    if (!json.is_object()) {
        refuse(fmt::format("{} is {}, not an object", what_, json.type_name()));
    }
}

void FieldReader::refuse(std::string reason) {
    if (reason_.empty()) {
        reason_ = std::move(reason);
    }
}

void FieldReader::refuse_type(const char* name, const char* type) {
    refuse(fmt::format("'{}' of the {} is not {}", name, what_, type));
}

const nlohmann::json* FieldReader::optional(const char* name) const {
    if (!json_->is_object()) {
        return nullptr;
    }
    const auto found = json_->find(name);
    return found == json_->end() || found->is_null() ? nullptr : &*found;
}

const nlohmann::json* FieldReader::need(const char* name, const char* type) {
    const nlohmann::json* field = optional(name);
    if (field == nullptr) {
        refuse(fmt::format("the {} has no '{}' ({})", what_, name, type));
    }
    return field;
}

std::string FieldReader::text(const char* name) {
    const nlohmann::json* field = need(name, "text");
    if (field == nullptr) {
        return {};
    }
    if (!field->is_string()) {
        refuse_type(name, "text");
        return {};
    }
    return field->get<std::string>();
}

double FieldReader::number(const char* name) {
    const nlohmann::json* field = need(name, "a number");
    if (field == nullptr) {
        return 0;
    }
    const std::optional<double> value = number_from_json(*field);
    if (!value) {
        refuse_type(name, "a number");
    }
    return value.value_or(0);
}

bool FieldReader::boolean(const char* name) {
    const nlohmann::json* field = need(name, "true or false");
    if (field != nullptr && !field->is_boolean()) {
        refuse_type(name, "true or false");
        return false;
    }
    return field != nullptr && field->get<bool>();
}

std::int64_t FieldReader::integer(const char* name, std::int64_t low, std::int64_t high) {
    const nlohmann::json* field = need(name, "an integer");
    if (field == nullptr) {
        return 0;
    }
    const bool too_large =
        field->is_number_unsigned() &&
        field->get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    if (!field->is_number_integer() || too_large) {
        refuse_type(name, "an integer");
        return 0;
    }
    const auto value = field->get<std::int64_t>();
    if (value < low || value > high) {
        refuse(fmt::format("'{}' of the {} is {}, out of range", name, what_, value));
        return 0;
    }
    return value;
}

int FieldReader::small_integer(const char* name, int low) {
    return static_cast<int>(integer(name, low, std::numeric_limits<int>::max()));
}

std::vector<double> FieldReader::numbers(const char* name) {
    std::vector<double> values;
    for (const nlohmann::json& entry : list(name)) {
        const std::optional<double> value = number_from_json(entry);
        if (!value) {
            refuse_type(name, "a list of numbers");
            return {};
        }
        values.push_back(*value);
    }
    return values;
}

std::vector<std::string> FieldReader::texts(const char* name) {
    std::vector<std::string> values;
    for (const nlohmann::json& entry : list(name)) {
        if (!entry.is_string()) {
            refuse_type(name, "a list of texts");
            return {};
        }
        values.push_back(entry.get<std::string>());
    }
    return values;
}

const nlohmann::json& FieldReader::object(const char* name) {
    const nlohmann::json* field = need(name, "an object");
    if (field != nullptr && !field->is_object()) {
        refuse_type(name, "an object");
        return null_json();
    }
    return field == nullptr ? null_json() : *field;
}

const nlohmann::json& FieldReader::list(const char* name) {
    const nlohmann::json* field = need(name, "a list");
    if (field != nullptr && !field->is_array()) {
        refuse_type(name, "a list");
        return null_json();
    }
    return field == nullptr ? null_json() : *field;
}

} // namespace mkb
