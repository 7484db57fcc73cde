#include "cli/stored.h"

#include <filesystem>
#include <vector>

namespace mkb::cli {

namespace {

std::vector<std::filesystem::path> folders_to_search(const std::string& run) {
    if (!run.empty()) {
        return {run};
    }
    std::vector<std::filesystem::path> folders;
    std::error_code error;
    for (const auto& item : std::filesystem::directory_iterator("runs", error)) {
        if (std::filesystem::exists(item.path() / "run.db", error)) {
            folders.push_back(item.path());
        }
    }
    return folders;
}

} // namespace

Result<std::optional<StoredRecord>> find_stored(const std::string& id_or_prefix, const std::string& run) {
    for (const auto& folder : folders_to_search(run)) {
        auto store = Store::open_existing(folder);
        if (!store && run.empty()) {
            continue; // a broken run must not hide the others
        }
        if (!store) {
            return std::unexpected(store.error());
        }
        MKB_TRY(record, store->find(id_or_prefix));
        if (record) {
            return StoredRecord{.store = std::move(*store), .record = std::move(*record)};
        }
    }
    return std::nullopt;
}

} // namespace mkb::cli
