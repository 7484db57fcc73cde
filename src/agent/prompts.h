#pragma once
// The prompts: text files of the folder prompts/, filled.
#include "base/result.h"
#include "task/task.h"

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace mkb {

constexpr std::string_view kRoles[] = {"standard", "coder", "coder-next", "repair", "correction", "accelerator"};

class PromptBook {
public:
    /// Reads the folder. environment: a file of it is missing or a schema is no JSON.
    static Result<PromptBook> load(const std::filesystem::path& folder);
    /// `values`: texts, booleans, lists of texts. bad_input: an unknown role.
    Result<std::string> fill(const std::string& role, Form form, const nlohmann::json& values) const;
    /// The same within so many tokens (estimated; 0: no limit): what helps least is shortened first, at ends of lines,
    /// or left out. The code, the plan and the task stay whole, so that a very small budget can be exceeded.
    Result<std::string> fill_within(std::size_t tokens, const std::string& role, Form form,
                                    nlohmann::json values) const;
    const std::string& system() const { return texts_.at("system"); }
    /// Of a planner's answer.
    const nlohmann::json& schema(const std::string& role) const { return schemas_.at(role); }
    /// SHA-256 over all files: stands in records, so that runs with different prompts are told apart.
    const std::string& hash() const { return hash_; }

private:
    std::map<std::string, std::string> texts_, parts_;
    std::map<std::string, nlohmann::json> schemas_;
    std::string hash_;
};

/// What the Coder is shown besides the task; cut to a budget of tokens.
struct Material {
    std::string headers; ///< excerpts of the framework's headers that fit operator and form
    std::string example; ///< one worked example of the same form
};

/// Values that every prompt about a task has: summary, operator, tensors, target, files, rules' figures, model.
Result<nlohmann::json> task_values(const Task& task);

/// Tokens of a text, from above for code and English: a byte pair encoding takes at least three bytes a token there, by
/// and large.
std::size_t estimated_tokens(std::string_view text);

} // namespace mkb
