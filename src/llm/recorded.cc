#include "llm/recorded.h"

#include "base/files.h"
#include "llm/json_path.h"
#include "llm/measured.h"
#include "record/printable.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace mkb {

namespace {

namespace fs = std::filesystem;

using Key = std::tuple<std::string, std::string, int, int, int>;

Key key_of(const CallName& name) {
    return {name.task, name.role, name.round, name.sample, name.attempt};
}

std::vector<std::string_view> lines_of(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

class RecordedProvider final : public LlmProvider {
public:
    RecordedProvider(std::string name, std::vector<RecordedCall> calls, bool any_prompt)
        : name_(std::move(name)), any_prompt_(any_prompt) {
        for (RecordedCall& call : calls) {
            calls_[key_of(call.name)].push_back(std::move(call));
        }
    }

    std::string name() const override { return "recorded:" + name_; }
    nlohmann::json parameters() const override { return nlohmann::json::object(); }
    bool is_remote() const override { return false; }

    Result<LlmAnswer> ask(const LlmRequest& request, const StopFlag& /*stop*/) override {
        const auto found = calls_.find(key_of(request.name));
        if (found == calls_.end()) {
            return fail(ErrorKind::bad_input, "{}: holds no call '{}'; {}", name(), describe(request.name),
                        what_there_is(request.name.task));
        }
        for (const RecordedCall& call : found->second) {
            if (any_prompt_ || call.pattern == request.pattern) {
                return call.answer;
            }
        }
        return fail(ErrorKind::bad_input, "{}: the prompt of '{}' is not the recorded one; {}", name(),
                    describe(request.name), first_difference(found->second.front().pattern, request.pattern));
    }

private:
    /// What of the task was recorded, so that a run can ask for that.
    std::string what_there_is(const std::string& task) const {
        int rounds = 0;
        int samples = 0; // of calls outside of rounds
        for (const auto& [key, calls] : calls_) {
            const CallName& name = calls.front().name;
            if (name.task == task) {
                rounds = std::max(rounds, name.round);
                samples = std::max(samples, name.round == 0 ? name.sample + 1 : 0);
            }
        }
        if (rounds == 0 && samples == 0) {
            return "nothing of this task is recorded";
        }
        return fmt::format("of this task it has {} rounds (--method moka --rounds) and {} samples (--method pass@)",
                           rounds, samples);
    }

    std::string name_;
    bool any_prompt_;
    std::map<Key, std::vector<RecordedCall>> calls_;
};

/// Prompts of one run are much alike: each line stands once in a recording, and a prompt is a list of its lines'
/// numbers.
class LineTable {
public:
    /// Numbers of the text's lines; new ones are added to `fresh`.
    nlohmann::json numbers_of(const std::string& text, nlohmann::json& fresh) {
        nlohmann::json numbers = nlohmann::json::array();
        std::size_t begin = 0;
        while (true) {
            const std::size_t end = std::min(text.find('\n', begin), text.size());
            const std::string line = text.substr(begin, end - begin);
            const auto [place, is_new] = numbers_.try_emplace(line, numbers_.size());
            if (is_new) {
                fresh.push_back(line);
            }
            numbers.push_back(place->second);
            if (end == text.size()) {
                return numbers;
            }
            begin = end + 1;
        }
    }
    void add(const std::string& line) { lines_.push_back(line); }
    /// Nothing where a number has no line, or the text would be longer than any prompt.
    std::optional<std::string> text_of(const JsonPath& numbers) const {
        std::string text;
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            const std::int64_t number = numbers.at(i).is_number() ? numbers.at(i).integer() : -1;
            if (number < 0 || number >= static_cast<std::int64_t>(lines_.size()) || text.size() > kPromptBytes) {
                return std::nullopt;
            }
            text += i == 0 ? "" : "\n";
            text += lines_[static_cast<std::size_t>(number)];
        }
        return text;
    }

private:
    static constexpr std::size_t kPromptBytes = std::size_t{64} << 20;
    std::map<std::string, std::size_t> numbers_;
    std::vector<std::string> lines_;
};

Result<RecordedCall> parse_call(const nlohmann::json& json, LineTable& table, const std::string& where,
                                std::size_t number) {
    const JsonPath root(&json);
    for (std::size_t i = 0; i < root["lines"].size(); ++i) {
        table.add(root["lines"].at(i).text());
    }
    auto answer = root["answer"].is_object() ? answer_from_json(*root["answer"].json()) : std::nullopt;
    auto pattern = root["pattern"].is_array() ? table.text_of(root["pattern"]) : std::nullopt;
    if (!answer || !pattern || !root["task"].is_text() || !root["role"].is_text()) {
        return fail(ErrorKind::bad_input, "{}:{}: not a recorded call (task, role, pattern, answer)", where, number);
    }
    return RecordedCall{.name = {.task = root["task"].text(),
                                 .role = root["role"].text(),
                                 .round = static_cast<int>(root["round"].integer()),
                                 .sample = static_cast<int>(root["sample"].integer()),
                                 .attempt = static_cast<int>(root["attempt"].integer())},
                        .pattern = std::move(*pattern),
                        .answer = std::move(*answer)};
}

} // namespace

std::string recording_text(const std::vector<RecordedCall>& calls) {
    std::string text = nlohmann::json{{"mkb_calls", kRecordingSchema}}.dump() + "\n";
    LineTable table;
    for (const RecordedCall& call : calls) {
        nlohmann::json fresh = nlohmann::json::array();
        nlohmann::json pattern = table.numbers_of(valid_utf8(call.pattern), fresh);
        text += nlohmann::json{{"task", call.name.task},        {"role", call.name.role},
                               {"round", call.name.round},      {"sample", call.name.sample},
                               {"attempt", call.name.attempt},  {"lines", std::move(fresh)},
                               {"pattern", std::move(pattern)}, {"answer", to_json(call.answer)}}
                    .dump() +
                "\n";
    }
    return text;
}

Result<std::vector<RecordedCall>> parse_recording(std::string_view text, const std::string& where) {
    std::vector<RecordedCall> calls;
    LineTable table;
    std::size_t number = 0;
    for (const std::string_view line : lines_of(text)) {
        ++number;
        const nlohmann::json json = nlohmann::json::parse(line, nullptr, false);
        if (number == 1) {
            const JsonPath version = JsonPath(&json)["mkb_calls"];
            if (version.integer() != kRecordingSchema) {
                return fail(ErrorKind::bad_input, "{}: {}", where,
                            version.is_number() ? fmt::format("a recording of version {}, this mkb reads {}",
                                                              version.integer(), kRecordingSchema)
                                                : "no recording of calls; 'mkb trace RUN --calls FILE' writes one");
            }
            continue;
        }
        MKB_TRY(call, parse_call(json, table, where, number));
        calls.push_back(std::move(call));
    }
    return calls;
}

Result<std::vector<RecordedCall>> recorded_calls(Store& store, const std::string& task_id) {
    MKB_TRY(stored, store.calls(task_id));
    std::vector<RecordedCall> calls;
    for (const ModelCall& call : stored) {
        auto answer = call.answer ? answer_from_json(*call.answer) : std::nullopt;
        if (answer) {
            calls.push_back({.name = {.task = call.task_id,
                                      .role = call.role,
                                      .round = call.round,
                                      .sample = call.sample,
                                      .attempt = call.attempt},
                             .pattern = pattern_of(call.prompt),
                             .answer = std::move(*answer)});
        }
    }
    return calls;
}

std::string first_difference(std::string_view recorded, std::string_view now) {
    constexpr std::size_t kShown = 100;
    const auto before = lines_of(recorded);
    const auto after = lines_of(now);
    std::size_t line = 0;
    while (line < std::min(before.size(), after.size()) && before[line] == after[line]) {
        ++line;
    }
    const auto shown = [&](const std::vector<std::string_view>& lines) {
        return line < lines.size() ? "'" + printable_line(lines[line], kShown) + "'" : std::string("nothing");
    };
    return fmt::format("line {}: recorded {}, now {}", line + 1, shown(before), shown(after));
}

namespace {

/// Of one file, or of all *.jsonl in a folder.
Result<std::vector<RecordedCall>> read_recordings(const std::string& what) {
    std::vector<fs::path> files;
    std::error_code error;
    if (fs::is_directory(what, error)) {
        for (const auto& item : fs::directory_iterator(what, error)) {
            if (item.path().extension() == ".jsonl") {
                files.push_back(item.path());
            }
        }
        std::ranges::sort(files);
    } else {
        files.emplace_back(what);
    }
    std::vector<RecordedCall> all;
    for (const fs::path& file : files) {
        MKB_TRY(text, read_file(file));
        MKB_TRY(calls, parse_recording(text, file.string()));
        std::ranges::move(calls, std::back_inserter(all));
    }
    return all;
}

} // namespace

std::unique_ptr<LlmProvider> make_recorded_provider(std::string name, std::vector<RecordedCall> calls,
                                                    bool any_prompt) {
    return std::make_unique<RecordedProvider>(std::move(name), std::move(calls), any_prompt);
}

Result<std::unique_ptr<LlmProvider>> make_recorded_provider(const std::string& what, const ProviderOptions& options) {
    std::error_code error;
    std::vector<RecordedCall> all;
    if (fs::exists(fs::path(what) / "run.db", error)) {
        MKB_TRY(store, Store::open_existing(what));
        MKB_TRY(calls, recorded_calls(store));
        all = std::move(calls);
    } else {
        MKB_TRY(calls, read_recordings(what));
        all = std::move(calls);
    }
    if (all.empty()) {
        return fail(ErrorKind::bad_input, "recorded: '{}' holds no calls", what);
    }
    const fs::path place = fs::path(what).lexically_normal();
    return make_recorded_provider((place.has_filename() ? place : place.parent_path()).filename().string(),
                                  std::move(all), options.any_prompt);
}

} // namespace mkb
