// A compiler's text quotes the candidate: whatever it says, the outcome made of it can be stored and read again.
#include "base/result.h"
#include "framework/mnn/compiler_log.h"
#include "record/outcome.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string log(reinterpret_cast<const char*>(data), size);
    const std::vector<mkb::BuildError> errors = mkb::mnn::parse_errors(log, mkb::mnn::CompileLayout{});
    MKB_CHECK(errors.size() <= mkb::mnn::kMaxErrors);
    for (const mkb::BuildError& error : errors) {
        MKB_CHECK(error.line >= 0 && error.column >= 0);
        MKB_CHECK((error.line == 0) == error.file.empty());
        MKB_CHECK(error.message.find('\n') == std::string::npos);
    }
    const mkb::Outcome outcome = mkb::BuildFailed{.errors = errors};
    MKB_CHECK(mkb::describe(outcome).find('\n') == std::string::npos);
    const auto again = mkb::outcome_from_json(nlohmann::json::parse(mkb::to_json(outcome).dump()));
    MKB_CHECK(again && mkb::to_json(*again) == mkb::to_json(outcome));
    return 0;
}
