#pragma once
// The rows of models' calls. Private to this room; each function runs inside its caller's transaction.
#include "store/sqlite.h"
#include "store/store.h"

namespace mkb {

Result<std::int64_t> insert_call(const Database& database, const ModelCall& call);
Result<void> insert_answer(const Database& database, std::int64_t sequence, const nlohmann::json& answer,
                           std::optional<double> money);
Result<void> insert_failure(const Database& database, std::int64_t sequence, std::string_view failure);
Result<std::optional<ModelCall>> select_answered(const Database& database, const std::string& position);
/// Of one task, or of all (empty).
Result<std::vector<ModelCall>> select_calls(const Database& database, const std::string& task_id);

} // namespace mkb
