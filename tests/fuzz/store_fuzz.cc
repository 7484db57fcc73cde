// A run.db that is damaged, cut or somebody else's: it is refused in one line, or read as far as it goes; and reading
// never changes it.
#include "base/files.h"
#include "base/result.h"
#include "store/store.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <unistd.h>

namespace {

/// One folder for all inputs.
const std::filesystem::path& folder() {
    static const mkb::TempDir dir = mkb::TempDir::make("mkb-store-fuzz").value();
    return dir.path();
}

template <class T>
void check_error(const mkb::Result<T>& result) {
    if (!result) {
        MKB_CHECK(!result.error().message.empty() && result.error().message.find('\n') == std::string::npos);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string content(reinterpret_cast<const char*>(data), size);
    const std::filesystem::path file = folder() / "run.db";
    for (const char* beside : {"-wal", "-shm", "-journal"}) {
        std::filesystem::remove(file.string() + beside);
    }
    MKB_CHECK(mkb::write_file_atomic(file, content).has_value());
    {
        auto store = mkb::Store::open_existing(folder());
        check_error(store);
        if (store) {
            std::string id;
            check_error(store->for_each([&](const mkb::Record& record) {
                id = record.id;
                for (const auto& [name, hash] : record.source_artifacts) {
                    check_error(store->artifact(hash));
                }
                return true;
            }));
            check_error(store->find(id));
            check_error(store->find_by_key("key"));
            check_error(store->not_evaluated());
            check_error(store->fact("created"));
        }
    }
    MKB_CHECK(mkb::read_file(file).value() == content);
    return 0;
}
