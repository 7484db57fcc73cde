#pragma once
// A recording is the model: calls of an earlier run, found by task, role, round and prompt.
#include "llm/providers.h"
#include "store/store.h"

#include <string_view>
#include <vector>

namespace mkb {

struct RecordedCall {
    CallName name;
    std::string pattern; ///< of LlmRequest: the prompt with placeholders where measured figures stood
    LlmAnswer answer;
};

constexpr int kRecordingSchema = 1;

/// Lines of JSON: {"mkb_calls": 1}, then a call each. A prompt is a list of numbers of lines; "lines" holds those that
/// no call before it had.
std::string recording_text(const std::vector<RecordedCall>& calls);
/// bad_input with the line's number for what is no recording, or one of another version.
Result<std::vector<RecordedCall>> parse_recording(std::string_view text, const std::string& where);

/// The answered calls of a run, of one task or of all (empty).
Result<std::vector<RecordedCall>> recorded_calls(Store& store, const std::string& task_id = {});

/// Where two prompts begin to differ, on one line: "line 12: recorded '…', now '…'".
std::string first_difference(std::string_view recorded, std::string_view now);

/// Answers with what is recorded under the request's name and pattern; a prompt that was not seen is refused
/// (bad_input) and the difference shown. `any_prompt`: the name is enough.
std::unique_ptr<LlmProvider> make_recorded_provider(std::string name, std::vector<RecordedCall> calls, bool any_prompt);
/// From a file, from all files *.jsonl of a folder, or from a run's folder.
Result<std::unique_ptr<LlmProvider>> make_recorded_provider(const std::string& what, const ProviderOptions& options);

} // namespace mkb
