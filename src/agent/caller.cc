#include "agent/caller.h"

#include "base/hash.h"
#include "llm/measured.h"

namespace mkb {

std::string Caller::position(const CallName& name) const {
    return sha256_hex(nlohmann::json{
        {"method", method_},
        {"model", parts_.provider.name()},
        {"parameters", parts_.provider.parameters()},
        {"prompts", parts_.prompts.hash()},
        {"task", task_.hash},
        {"role", name.role},
        {"round", name.round},
        {"sample", name.sample},
        {"attempt",
         name.attempt}}.dump());
}

Result<std::optional<LlmAnswer>> Caller::ask(const CallName& name, const std::string& prompt) {
    const std::string where = position(name);
    MKB_TRY(stored, parts_.store.answered_call(where));
    if (stored) {
        auto answer = answer_from_json(*stored->answer);
        if (!answer) {
            return fail(ErrorKind::bad_input, "the stored answer of '{}' cannot be read", describe(name));
        }
        since_ += spent_by(*answer, stored->money);
        return answer;
    }
    if (parts_.stop.load() || !parts_.budget.refusal(task_.id).empty()) {
        return std::nullopt;
    }
    const ModelCall call{.position = where,
                         .method = method_,
                         .model = parts_.provider.name(),
                         .task_id = task_.id,
                         .role = name.role,
                         .round = name.round,
                         .sample = name.sample,
                         .attempt = name.attempt,
                         .system = parts_.prompts.system(),
                         .prompt = prompt,
                         .parameters = parts_.provider.parameters()};
    MKB_TRY(sequence, parts_.store.begin_call(call));
    const auto answer = parts_.provider.ask({.name = name,
                                             .system = parts_.prompts.system(),
                                             .prompt = without_marks(prompt),
                                             .pattern = pattern_of(prompt)},
                                            parts_.abort);
    if (!answer) {
        MKB_DO(parts_.store.end_call(sequence, answer.error().message));
        return std::unexpected(answer.error());
    }
    const std::optional<double> money = parts_.prices.cost(parts_.provider.name(), answer->usage);
    MKB_DO(parts_.store.end_call(sequence, to_json(*answer), money));
    const Spent spent = spent_by(*answer, money);
    parts_.budget.add(task_.id, spent);
    since_ += spent;
    return *answer;
}

nlohmann::json Caller::take_usage() {
    const Spent spent = std::exchange(since_, {});
    return {{"calls", spent.calls},
            {"tokens", spent.tokens},
            {"money", spent.money},
            {"calls_without_price", spent.calls_without_price},
            {"seconds", spent.seconds}};
}

} // namespace mkb
