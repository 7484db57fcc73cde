#include "task/draw.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace mkb {
namespace {

constexpr std::array kKindNames = {"uniform", "log_uniform", "integers", "choice", "distinct", "dominant", "boxes"};
constexpr std::array kSignNames = {"both", "positive", "negative"};

/// Position of `name` in `names`, or -1.
template <std::size_t N>
int position_of(const std::array<const char*, N>& names, const nlohmann::json& name) {
    if (!name.is_string()) {
        return -1;
    }
    const auto at = std::find(names.begin(), names.end(), name.get_ref<const std::string&>());
    return at == names.end() ? -1 : static_cast<int>(at - names.begin());
}

bool parse_value(const nlohmann::json& json, double& value) {
    if (json.is_number()) {
        value = json.get<double>();
        return std::abs(value) <= static_cast<double>(std::numeric_limits<float>::max());
    }
    const int special = position_of(std::array{"inf", "-inf", "nan"}, json);
    const double infinity = std::numeric_limits<double>::infinity();
    value = special == 0 ? infinity : special == 1 ? -infinity : std::numeric_limits<double>::quiet_NaN();
    return special >= 0;
}

bool parse_values(const nlohmann::json& json, std::vector<double>& values) {
    if (!json.is_array() || json.empty()) {
        return false;
    }
    for (const auto& item : json) {
        if (!parse_value(item, values.emplace_back())) {
            return false;
        }
    }
    return true;
}

bool parse_field(const std::string& name, const nlohmann::json& json, Draw& draw) {
    if (name == "low" || name == "high") {
        return json.is_number() && parse_value(json, name == "low" ? draw.low : draw.high);
    }
    if (name == "min_exponent" || name == "max_exponent") {
        double value = 0;
        if (!json.is_number_integer() || !parse_value(json, value) || !(value >= -149 && value <= 127)) {
            return false;
        }
        (name == "min_exponent" ? draw.min_exponent : draw.max_exponent) = static_cast<int>(value);
        return true;
    }
    if (name == "sign") {
        const int sign = position_of(kSignNames, json);
        draw.sign = static_cast<Draw::Sign>(std::max(sign, 0));
        return sign >= 0;
    }
    return parse_values(json, draw.values);
}

std::vector<std::string> fields_of(Draw::Kind kind) {
    switch (kind) {
    case Draw::Kind::log_uniform:
        return {"min_exponent", "max_exponent", "sign"};
    case Draw::Kind::choice:
        return {"values"};
    default:
        return {"low", "high"};
    }
}

} // namespace

bool parse_draw(const nlohmann::json& json, Draw& draw, std::string& reason) {
    if (!json.is_object() || !json.contains("kind")) {
        reason = "a draw is an object with a kind";
        return false;
    }
    const int kind = position_of(kKindNames, json["kind"]);
    if (kind < 0) {
        reason = "unknown kind " + json["kind"].dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
        return false;
    }
    draw = Draw{};
    draw.kind = static_cast<Draw::Kind>(kind);
    const auto fields = fields_of(draw.kind);
    for (const auto& [name, value] : json.items()) {
        if (name != "kind" && std::find(fields.begin(), fields.end(), name) == fields.end()) {
            reason = "unknown field " + name + " for kind " + kKindNames[static_cast<std::size_t>(kind)];
            return false;
        }
        if (name != "kind" && !parse_field(name, value, draw)) {
            reason = "field " + name + " has a wrong type or value";
            return false;
        }
    }
    for (const auto& name : fields) {
        if (name != "sign" && !json.contains(name)) {
            reason = "missing field " + name;
            return false;
        }
    }
    if (const char* fault = bounds_fault(draw)) {
        reason = fault;
        return false;
    }
    return true;
}

nlohmann::json to_json(const Draw& draw) {
    nlohmann::json json = {{"kind", kKindNames[static_cast<std::size_t>(draw.kind)]}};
    switch (draw.kind) {
    case Draw::Kind::log_uniform:
        json["min_exponent"] = draw.min_exponent;
        json["max_exponent"] = draw.max_exponent;
        json["sign"] = kSignNames[static_cast<std::size_t>(draw.sign)];
        break;
    case Draw::Kind::choice:
        json["values"] = nlohmann::json::array();
        for (const double value : draw.values) {
            json["values"].push_back(std::isnan(value)   ? nlohmann::json("nan")
                                     : std::isinf(value) ? nlohmann::json(value > 0 ? "inf" : "-inf")
                                                         : nlohmann::json(value));
        }
        break;
    default:
        json["low"] = draw.low;
        json["high"] = draw.high;
    }
    return json;
}

} // namespace mkb
