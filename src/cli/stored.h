#pragma once
// Where a record of a run is: what `show` and `replay` share.
#include "record/record.h"
#include "store/store.h"

#include <optional>
#include <string>

namespace mkb::cli {

struct StoredRecord {
    Store store;
    Record record;
};

/// By the beginning of its id: in the run that is named, else in any run below runs/. Nothing when it is in none.
Result<std::optional<StoredRecord>> find_stored(const std::string& id_or_prefix, const std::string& run);

} // namespace mkb::cli
