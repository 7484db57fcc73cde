#include "task/json_reader.h"

#include <algorithm>
#include <cmath>

namespace mkb {
namespace {

using nlohmann::json;

constexpr int kDeepest = 32;
constexpr std::int64_t kLargestSize = std::int64_t{1} << 31;

const json kNothing;

} // namespace

bool parse_strict_json(std::string_view text, json& parsed, JsonFault& fault) {
    std::vector<std::set<std::string>> names;
    const auto watch = [&](int depth, json::parse_event_t event, json& value) {
        if (event == json::parse_event_t::object_start) {
            names.emplace_back();
        } else if (event == json::parse_event_t::object_end && !names.empty()) {
            names.pop_back();
        } else if (event == json::parse_event_t::key && !names.back().insert(value.get<std::string>()).second) {
            fault.add("the name {} stands twice in one object",
                      value.dump(-1, ' ', true, json::error_handler_t::replace));
        }
        if (depth > kDeepest) {
            fault.add("it is nested deeper than {} levels", kDeepest);
        }
        return depth <= kDeepest;
    };
    parsed = json::parse(text, watch, false);
    if (parsed.is_discarded()) {
        fault.add("it is not well-formed JSON");
    }
    return !fault.found();
}

JsonObject::JsonObject(const json& object, std::string path, JsonFault& fault)
    : json_(object.is_object() ? object : kNothing), path_(std::move(path)), fault_(fault) {
    if (!object.is_object()) {
        fault_.add("field {} must be an object", path_.empty() ? "/" : path_);
    }
}

JsonObject::~JsonObject() {
    for (const auto& [name, value] : json_.items()) {
        if (!asked_.contains(name)) {
            fault_.add("unknown field {}", path_to(name));
        }
    }
}

const json* JsonObject::find(const char* name) {
    asked_.insert(name);
    const auto at = json_.find(name);
    return json_.is_object() && at != json_.end() ? &*at : nullptr;
}

const json& JsonObject::get(const char* name) {
    const json* member = find(name);
    if (member == nullptr) {
        fault_.add("missing field {}", path_to(name));
    }
    return member == nullptr ? kNothing : *member;
}

std::string JsonObject::text(const char* name, bool may_be_empty) {
    const json& member = get(name);
    if (!member.is_string() || (!may_be_empty && member.get_ref<const std::string&>().empty())) {
        fault_.add("field {} must be a {}text", path_to(name), may_be_empty ? "" : "non-empty ");
        return {};
    }
    return member.get<std::string>();
}

std::size_t JsonObject::one_of(const char* name, const std::vector<std::string_view>& names) {
    const json& member = get(name);
    const auto at =
        member.is_string() ? std::find(names.begin(), names.end(), member.get_ref<const std::string&>()) : names.end();
    if (at == names.end()) {
        fault_.add("field {} must be one of {}", path_to(name), fmt::join(names, ", "));
        return 0;
    }
    return static_cast<std::size_t>(at - names.begin());
}

std::int64_t JsonObject::whole(const char* name, std::int64_t least, std::int64_t most) {
    const json& member = get(name);
    // Unsigned numbers above the signed range would come out negative.
    const bool held =
        member.is_number_integer() && (!member.is_number_unsigned() || member.get<std::uint64_t>() >> 63 == 0);
    const auto value = held ? member.get<std::int64_t>() : 0;
    if (!held || value < least || value > most) {
        fault_.add("field {} must be a whole number from {} to {}", path_to(name), least, most);
        return least;
    }
    return value;
}

double JsonObject::number(const char* name, bool positive) {
    const json& member = get(name);
    const double value = member.is_number() ? member.get<double>() : -1;
    if (!std::isfinite(value) || value < 0 || (positive && value == 0)) {
        fault_.add("field {} must be a number {}", path_to(name), positive ? "above 0" : "of at least 0");
        return 0;
    }
    return value;
}

const json::array_t& JsonObject::array(const char* name, std::size_t least) {
    static const json::array_t kEmpty;
    const json& member = get(name);
    if (!member.is_array() || member.size() < least) {
        fault_.add("field {} must be an array of at least {} elements", path_to(name), least);
        return kEmpty;
    }
    return member.get_ref<const json::array_t&>();
}

std::vector<std::string> JsonObject::texts(const char* name) {
    std::vector<std::string> result;
    for (const json& item : array(name, 0)) {
        if (!item.is_string() || item.get_ref<const std::string&>().empty()) {
            fault_.add("field {}/{} must be a non-empty text", path_to(name), result.size());
            return {};
        }
        result.push_back(item.get<std::string>());
    }
    return result;
}

std::vector<std::int64_t> JsonObject::sizes(const char* name) {
    std::vector<std::int64_t> result;
    std::int64_t elements = 1;
    for (const json& item : array(name, 0)) {
        const bool held = item.is_number_unsigned() && item.get<std::uint64_t>() <= std::uint64_t{kLargestSize};
        const auto size = held ? item.get<std::int64_t>() : 0;
        if (size <= 0 || size > kLargestSize / elements) {
            fault_.add("field {}/{} must be a positive size, the product at most 2^31", path_to(name), result.size());
            return {};
        }
        elements *= size;
        result.push_back(size);
    }
    return result;
}

} // namespace mkb
