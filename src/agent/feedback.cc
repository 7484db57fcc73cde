#include "agent/feedback.h"

#include "agent/plan.h"
#include "llm/measured.h"
#include "score/score.h"

namespace mkb {

namespace {

const Correct* timed_correct(const Record& record) {
    const auto* right = std::get_if<Correct>(&record.outcome);
    return right != nullptr && counts_for_speed(record) ? right : nullptr;
}

} // namespace

std::string code_text(const std::vector<SourceFile>& sources) {
    std::string text;
    for (const SourceFile& source : sources) {
        if (source.text.empty()) {
            continue; // a header that nobody includes
        }
        // A model names the file itself on the first line, mostly.
        const bool named = source.text.substr(0, source.text.find('\n')).contains(source.name);
        text += fmt::format("```cpp\n{}{}{}```\n", named ? "" : "// " + source.name + "\n", foreign(source.text),
                            source.text.ends_with('\n') ? "" : "\n");
    }
    return text.empty() ? "(no code)\n" : text;
}

std::string outcome_text(const Record& record) {
    const Correct* right = timed_correct(record);
    if (correct(record.outcome) && below_roofline(record)) {
        return "It is correct, but its measured time is less than moving its data takes, so it does not count.\n";
    }
    if (right == nullptr) {
        return raw_plan(record.outcome).text;
    }
    return fmt::format(
        "It is correct. Whole session: {} us, with the framework's own kernel {} us. Speed-up: {} (95 % "
        "interval {} to {}).\n",
        measured(fmt::format("{:.1f}", right->latency_us)), measured(fmt::format("{:.1f}", right->native_latency_us)),
        measured(fmt::format("{:.2f}", right->speedup)), measured(fmt::format("{:.2f}", right->speedup_low)),
        measured(fmt::format("{:.2f}", right->speedup_high)));
}

double share_of(const Record& record) {
    const Correct* right = timed_correct(record);
    return right == nullptr ? 0 : right->share_of_limit;
}

Standing standing_of(const Record& record) {
    constexpr int kCorrect = 3, kCompiled = 2, kSource = 1;
    const bool has_source = !std::holds_alternative<NoSource>(record.outcome);
    return {.stage = correct(record.outcome)    ? kCorrect
                     : compiled(record.outcome) ? kCompiled
                     : has_source               ? kSource
                                                : 0,
            .speedup = speedup_of(record)};
}

} // namespace mkb
