// manifest.json and splits.json are hand-written: any text gives what the file says, or one line of reason.
#include "base/result.h"
#include "cli/manifest.h"
#include "task/split.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace {

template <class T>
void check_error(const mkb::Result<T>& result) {
    if (!result) {
        MKB_CHECK(result.error().kind == mkb::ErrorKind::bad_input && !result.error().message.empty());
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto entries = mkb::cli::parse_manifest(text, "folder/manifest.json");
    check_error(entries);
    if (entries) {
        MKB_CHECK(!entries->empty());
        for (const mkb::cli::ManifestEntry& entry : *entries) {
            MKB_CHECK(!entry.label.empty() && !entry.task.empty() && !entry.files.empty());
        }
    }
    for (const std::string_view name : mkb::kSplitNames) {
        check_error(mkb::parse_split(text, "splits.json", name));
    }
    return 0;
}
