#pragma once
// What a planner tells the Coder: its JSON answer checked, or a plan made of the raw diagnostics. Pure.
#include "record/record.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <variant>

namespace mkb {

struct Plan {
    std::string role;       ///< "repair", "correction", "accelerator"; "raw" when no planner made it
    std::string bottleneck; ///< what it goes against: the accelerator's word, or the outcome's kind
    std::string method;     ///< a few words: what is done about it
    std::string text;       ///< what the Coder reads
};
nlohmann::json to_json(const Plan& plan);
/// Everything empty where it is none.
Plan plan_from_json(const nlohmann::json& json);

/// The JSON object in a model's answer: all of it, a fenced block, or the first braces that hold one; thinking does not
/// count. Discarded (`is_discarded()`) where there is none.
nlohmann::json json_in(std::string_view answer);

/// The plan in a planner's answer, or why it is none, on one line. `outcome`: what the plan is about.
std::variant<Plan, std::string> read_plan(const std::string& role, const nlohmann::json& schema,
                                          std::string_view answer, const Outcome& outcome);

/// What the Coder is told without a planner: the first errors, the mismatch, the reason.
Plan raw_plan(const Outcome& outcome);
/// The same with nothing but the stage that failed: the switch "feedback generic".
Plan generic_plan(const Outcome& outcome);

/// Whether two methods are the same but for case, punctuation and order of words.
bool same_method(std::string_view one, std::string_view other);

} // namespace mkb
