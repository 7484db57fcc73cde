#pragma once
// The part of JSON Schema that the planners' answers need. Pure.
#include <nlohmann/json.hpp>
#include <string>

namespace mkb {

/// Why `value` does not fit, with its place ("/local/0/suggestion: is missing"), or empty. Knows type, enum, required,
/// properties, additionalProperties: false, items, minItems, maxItems, minLength, maxLength and $ref into #/$defs.
std::string schema_fault(const nlohmann::json& schema, const nlohmann::json& value);

} // namespace mkb
