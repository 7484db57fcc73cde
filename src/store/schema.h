#pragma once
// The tables of run.db and their history. Private to this room.
#include "base/result.h"
#include "store/sqlite.h"

namespace mkb {

/// "MKBr" as SQLite's application_id: `file run.db` and we ourselves tell a run from any other SQLite file.
constexpr std::int64_t kApplicationId = 0x4D4B4272;

enum class SchemaState { empty, current, older };

/// bad_input for another program's file or a newer schema.
Result<SchemaState> check_schema(const Database& database);

/// Brings an empty or older database to kStoreSchema in one transaction. Another process may have done it meanwhile.
Result<void> bring_up_to_date(const Database& database);

} // namespace mkb
