#pragma once
// Reading named fields out of foreign JSON: the first thing that is missing or of another type becomes one reason, and
// nothing throws. Private to this room.
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mkb {

/// A number as JSON: exact for finite values, else "inf", "-inf" or "nan", which JSON has no numbers for.
nlohmann::json number_to_json(double value);
std::optional<double> number_from_json(const nlohmann::json& json);

class FieldReader {
public:
    /// `json` must outlive the reader. `what` names the object in the reason: "record", "outcome".
    FieldReader(const nlohmann::json& json, std::string what);

    bool ok() const { return reason_.empty(); }
    const std::string& reason() const { return reason_; }
    /// The first reason stays.
    void refuse(std::string reason);

    std::string text(const char* name);
    double number(const char* name);
    bool boolean(const char* name);
    std::int64_t integer(const char* name, std::int64_t low = std::numeric_limits<std::int64_t>::min(),
                         std::int64_t high = std::numeric_limits<std::int64_t>::max());
    int small_integer(const char* name, int low = std::numeric_limits<int>::min());
    std::vector<double> numbers(const char* name);
    std::vector<std::string> texts(const char* name);
    /// The field as JSON, or null JSON with a reason.
    const nlohmann::json& object(const char* name);
    const nlohmann::json& list(const char* name);
    /// The field, or nullptr where it is missing or null; no reason.
    const nlohmann::json* optional(const char* name) const;

private:
    const nlohmann::json* need(const char* name, const char* type);
    void refuse_type(const char* name, const char* type);

    const nlohmann::json* json_;
    std::string what_;
    std::string reason_;
};

} // namespace mkb
