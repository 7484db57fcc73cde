#pragma once
// What the writer of a candidate is shown of the framework: the headers that its form and operator need, and one worked
// example, cut from the sources that the user has, within a budget of tokens. Pure; the reading of files is apart.
#include "base/result.h"
#include "framework/reading.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace mkb {

struct Excerpt {
    std::string role; ///< "lifecycle", "example" or "header"
    std::string file; ///< "source/core/Execution.hpp"
    std::string why;
    std::string text; ///< code, ends in a line break
    std::size_t tokens = 0;
};

struct ShownContext {
    std::vector<Excerpt> excerpts;     ///< in the order in which they should be read
    std::vector<std::string> included; ///< what stands in front of the candidate already
    std::vector<std::string> left_out; ///< files that would have helped and did not fit
    std::size_t tokens = 0;            ///< of all excerpts, by estimate_tokens
    std::size_t budget = 0;
};

constexpr std::size_t kContextTokens = 6000; ///< the default budget

/// Texts of all files that a reading names, by ReadingPart::file. Files that are not there are left out.
using ReadingTexts = std::map<std::string, std::string, std::less<>>;
Result<ReadingTexts> load_reading(const Reading& reading);

/// The lifecycle always; of the rest at most half for the example, then headers in their order while they fit. A file
/// that `reading.hidden` names is never shown, whatever else names it: the native kernel of the task, because a
/// candidate is to be another kernel, and showing this one would measure copying. bad_input when the lifecycle alone is
/// over the budget, saying what it takes.
Result<ShownContext> cut_context(const Reading& reading, const ReadingTexts& texts, std::size_t budget);

nlohmann::json to_json(const ShownContext& context);
/// One text for a prompt: each excerpt behind a line of comment with its file and why.
std::string to_text(const ShownContext& context);
/// "lifecycle  source/core/Execution.hpp  412 tokens  the base class of a kernel", one a line: what is shown, not the
/// text.
std::string outline_of(const ShownContext& context);

} // namespace mkb
